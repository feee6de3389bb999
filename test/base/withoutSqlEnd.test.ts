import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutSqlEnd } from '../../engine/base/withoutSqlEnd.ts';

// Tried: no end, one and several semicolons, comments of both kinds behind them, semicolons and comments in strings,
// quoted names and dollar quotes, a minus, a slash and a dollar that start nothing, quotes that do not end.
const cases: [sql: string, right: string][] = [
  ['SELECT 1', 'SELECT 1'],
  ['SELECT 1;\n', 'SELECT 1'],
  ['SELECT 1 ; ;\n;', 'SELECT 1'],
  ['SELECT 1; -- done', 'SELECT 1'],
  ['SELECT 1 -- one; two\n;\n/* end; */', 'SELECT 1'],
  ["SELECT ';--'", "SELECT ';--'"],
  ["SELECT 'it''s;' ;", "SELECT 'it''s;'"],
  ['SELECT "a;" FROM "b--"', 'SELECT "a;" FROM "b--"'],
  ['SELECT $$;$$;', 'SELECT $$;$$'],
  ['SELECT $x$;$$;$x$;', 'SELECT $x$;$$;$x$'],
  ['SELECT 3 - 2 / $1;', 'SELECT 3 - 2 / $1'],
  ['-- a comment\nSELECT 1', '-- a comment\nSELECT 1'],
  ["SELECT 'open; ", "SELECT 'open"],
  ['SELECT $a$ open;', 'SELECT $a$ open'],
  ['-- only a comment', ''],
  [';', ''],
];
for (const [sql, right] of cases)
  test(`the end of ${JSON.stringify(sql)}`, () => {
    assert.equal(withoutSqlEnd(sql), right);
  });

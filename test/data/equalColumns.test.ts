import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { equalColumns, type EqualColumn } from '../../engine/data/equalColumns.ts';
import { columnsOf } from '../../engine/data/inspectColumns.ts';
import { createNasty, nastyTable, type NastyColumn, type NastyValue } from '../helpers/nastyTables.ts';
import { rounds } from '../helpers/rounds.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

const isNumber = ({ sqlType }: NastyColumn) => /INT|DOUBLE|FLOAT|DECIMAL/.test(sqlType);
/** Missing values as null. */
const present = (value: NastyValue) => (Number.isNaN(value) ? null : value);

/** Compares value by value; a bigint and a number compare exactly in JavaScript. */
function equal(a: NastyColumn, b: NastyColumn): boolean {
  if (isNumber(a) !== isNumber(b) || (!isNumber(a) && a.sqlType !== b.sqlType)) return false;
  return a.values.every((value, i) => {
    const [x, y] = [present(value), present(b.values[i] ?? null)];
    // oxlint-disable-next-line eqeqeq -- 1n and 1 are the same number
    return x === null || y === null ? x === y : x == y;
  });
}

function varies({ values }: NastyColumn): boolean {
  return values.some((value) => {
    const [x, y] = [present(value), present(values[0] ?? null)];
    return x !== y;
  });
}

function plainly(columns: readonly NastyColumn[]): EqualColumn[] {
  return columns.flatMap((column, i) => {
    const first = columns.slice(0, i).find((other) => equal(other, column));
    return first && varies(column) ? [{ name: column.name, equals: first.name }] : [];
  });
}

test('equal means equal in every row: 1,000 random tables against a plain comparison', async () => {
  let copies = 0;
  for (let seed = 1; seed <= rounds(1000); seed++) {
    const columns = nastyTable(seed);
    await createNasty(db, 't', columns);
    const expected = plainly(columns);
    copies += expected.length;
    assert.deepEqual(await equalColumns(db, 't', await columnsOf(db, 't')), expected, `seed ${seed}`);
  }
  assert.ok(copies >= rounds(200), `${copies} copies`);
});

test('random columns of zeros and ones are no copies of each other', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    await db.run(`SELECT setseed(${seed / 100})`);
    await db.run(
      `CREATE OR REPLACE TABLE t AS SELECT ${Array.from({ length: 12 }, (_, i) => `(random() < 0.5)::INTEGER AS b${i}`).join(', ')} FROM range(${seed * 20})`,
    );
    assert.deepEqual(await equalColumns(db, 't', await columnsOf(db, 't')), [], `seed ${seed}`);
  }
});

test('a difference in a single late row counts, and rare columns that are constant at first', async () => {
  await db.run(
    `CREATE OR REPLACE TABLE t AS SELECT i % 7 AS a, i % 7 AS b, CASE WHEN i = 29999 THEN 99 ELSE i % 7 END AS c, i = 25000 AS rare, i = 25000 AS again, i = 25001 AS other, 1 AS one, 1 AS constant FROM range(30000) t(i)`,
  );
  assert.deepEqual(await equalColumns(db, 't', await columnsOf(db, 't')), [
    { name: 'b', equals: 'a' },
    { name: 'again', equals: 'rare' },
  ]);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase, type Database } from '../../engine/data/database.ts';
import { diffTables } from '../../engine/data/diffTables.ts';
import { quoteIdentifier } from '../../engine/data/quote.ts';

let db: Database;
before(async () => {
  db = await openDatabase({ threads: 2 });
});
after(() => db.close());

const make = (name: string, sql: string) => db.run(`CREATE OR REPLACE TABLE ${name} AS ${sql}`);

test('rows added, removed and changed by key, with their changed columns', async () => {
  await make(
    'a',
    "SELECT * FROM (VALUES (1, 'x', 1.5), (2, 'y', NULL), (3, 'z', 'NaN'::DOUBLE), (NULL, 'n', 0)) t(id, name, amount)",
  );
  await make(
    'b',
    "SELECT * FROM (VALUES (1, 'x', 2.5), (2, NULL, NULL), (3, 'z', 'NaN'::DOUBLE), (NULL, 'n', 0), (5, 'new', 9)) t(id, name, amount)",
  );
  const diff = await diffTables(db, 'a', 'b', { key: ['id'] });
  assert.deepEqual(diff.rows, { before: 4, after: 5, added: 1, removed: 0, changed: 2 });
  assert.deepEqual(diff.changedColumns, [
    { name: 'name', rows: 1 },
    { name: 'amount', rows: 1 },
  ]);
  assert.deepEqual(diff.examples.added, [{ id: '5' }]);
  assert.deepEqual(diff.examples.changed, [
    { key: { id: '1' }, columns: { amount: { before: '1.5', after: '2.5' } } },
    { key: { id: '2' }, columns: { name: { before: 'y', after: null } } },
  ]);
  assert.deepEqual([diff.nowMissing, diff.nowFilled], [['name'], []]);
  const back = await diffTables(db, 'b', 'a', { key: ['id'] });
  assert.deepEqual([back.rows.added, back.rows.removed, back.rows.changed, back.nowFilled], [0, 1, 2, ['name']]);
});

test('columns that were added, removed or changed in type; numbers of two types are compared as numbers', async () => {
  await make('a', "SELECT 1 AS id, 5::INTEGER AS n, 'x' AS gone, DATE '2026-01-01' AS day");
  await make('b', "SELECT 1 AS id, 5.0::DOUBLE AS n, 'y' AS came, '2026-01-01' AS day");
  const diff = await diffTables(db, 'a', 'b', { key: ['id'] });
  assert.deepEqual(
    [
      diff.columns.added.map(({ name }) => name),
      diff.columns.removed.map(({ name }) => name),
      diff.columns.changed.map(({ name, from, to }) => [name, from.sqlType, to.sqlType]),
    ],
    [
      ['came'],
      ['gone'],
      [
        ['n', 'INTEGER', 'DOUBLE'],
        ['day', 'DATE', 'VARCHAR'],
      ],
    ],
  );
  assert.equal(diff.rows.changed, 0);
});

test('without a key, rows are counted by how often they occur', async () => {
  await make('a', "SELECT * FROM (VALUES ('x', 1), ('x', 1), ('y', 2), (NULL, NULL)) t(w, n)");
  await make('b', "SELECT * FROM (VALUES ('x', 1), ('y', 2), ('y', 2), ('y', 2), (NULL, NULL)) t(w, n)");
  const diff = await diffTables(db, 'a', 'b', { key: null });
  assert.deepEqual(diff.rows, { before: 4, after: 5, added: 2, removed: 1, changed: null });
  assert.deepEqual([diff.examples.added, diff.examples.removed], [[{ w: 'y', n: '2' }], [{ w: 'x', n: '1' }]]);
});

test('an unknown key, or one that is not unique, is an error', async () => {
  await make('a', 'SELECT * FROM (VALUES (1, 1), (1, 2)) t(id, n)');
  await assert.rejects(
    diffTables(db, 'a', 'a', { key: ['id'] }),
    /id is not unique in the data before: 1 occurs in 2 rows/,
  );
  await assert.rejects(
    diffTables(db, 'a', 'a', { key: ['idd'] }),
    /The key `idd` is not a column of both tables\. Did you mean `id`/,
  );
  assert.equal((await diffTables(db, 'a', 'a', { key: ['id', 'n'] })).rows.changed, 0);
});

test('names and values are never read as SQL', async () => {
  const names = [`a"b'; DROP TABLE a; --`, 'two words', 'dots.in.it', '😀', 'here', 'c0', 'added', '_file'];
  const list = names.map((name, i) => `'v''${i}"; DROP TABLE b; --' AS ${quoteIdentifier(name)}`).join(', ');
  await make('a', `SELECT 1 AS ${quoteIdentifier(`k"'; --`)}, ${list}`);
  await make('b', `SELECT 1 AS ${quoteIdentifier(`k"'; --`)}, ${list.replace("'v''2", "'w''2")}`);
  const diff = await diffTables(db, 'a', 'b', { key: [`k"'; --`] });
  assert.deepEqual(diff.changedColumns, [{ name: 'dots.in.it', rows: 1 }]);
  assert.deepEqual(diff.examples.changed[0]?.columns['dots.in.it'], {
    before: `v'2"; DROP TABLE b; --`,
    after: `w'2"; DROP TABLE b; --`,
  });
  assert.equal((await diffTables(db, 'a', 'b', { key: null })).rows.added, 1);
});

test('two tables of a million rows are compared in seconds', { timeout: 120_000 }, async () => {
  await make('a', 'SELECT i AS id, i % 100 AS n, hash(i)::VARCHAR AS w FROM range(1000000) t(i)');
  await make(
    'b',
    'SELECT i AS id, CASE WHEN i % 1000 = 0 THEN -1 ELSE i % 100 END AS n, hash(i)::VARCHAR AS w FROM range(500, 1000500) t(i)',
  );
  assert.deepEqual((await diffTables(db, 'a', 'b', { key: ['id'] })).rows, {
    before: 1_000_000,
    after: 1_000_000,
    added: 500,
    removed: 500,
    changed: 999,
  });
  assert.deepEqual((await diffTables(db, 'a', 'b', { key: null })).rows, {
    before: 1_000_000,
    after: 1_000_000,
    added: 1500 - 1,
    removed: 1500 - 1,
    changed: null,
  });
});

test('the changes of hundreds of columns are those of their portions', async () => {
  const columns = Array.from({ length: 230 }, (_, c) => c);
  const values = (shift: (c: number) => string) => columns.map((c) => `${shift(c)} AS "c ${c}"`).join(', ');
  await make('a', `SELECT i AS id, ${values((c) => `(i * ${c + 1}) % 7`)} FROM range(40) t(i)`);
  await make(
    'b',
    `SELECT i AS id, ${values((c) => `CASE WHEN i % 11 = ${c % 13} THEN NULL ELSE (i * ${c + 1}) % 7 END`)} FROM range(3, 45) t(i)`,
  );
  const whole = await diffTables(db, 'a', 'b', { key: ['id'], examples: 4 });
  const parts = [];
  for (let from = 0; from < columns.length; from += 50) {
    const own = columns.slice(from, from + 50).map((c) => quoteIdentifier(`c ${c}`));
    const part = (table: string) => `(SELECT id, ${own.join(', ')} FROM ${table})`;
    parts.push(await diffTables(db, part('a'), part('b'), { key: ['id'], examples: 100 }));
  }
  assert.deepEqual(
    whole.changedColumns,
    parts.flatMap(({ changedColumns }) => changedColumns).toSorted((x, y) => y.rows - x.rows),
  );
  assert.deepEqual([whole.rows.added, whole.rows.removed], [parts[0]?.rows.added, parts[0]?.rows.removed]);
  const changed = new Map<string, Record<string, unknown>>();
  for (const { key, columns: own } of parts.flatMap(({ examples }) => examples.changed))
    changed.set(String(key['id']), { ...changed.get(String(key['id'])), ...own });
  assert.equal(whole.rows.changed, changed.size);
  assert.equal(whole.examples.changed.length, 4);
  for (const { key, columns: own } of whole.examples.changed) assert.deepEqual(own, changed.get(String(key['id'])));
  assert.deepEqual(whole.nowMissing.toSorted(), parts.flatMap(({ nowMissing }) => nowMissing).toSorted());
});

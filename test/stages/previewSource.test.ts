// Variations: a stage, the dataset of a stage, a file with and without a project; before and after the first collection;
// rows that do not fit, a column that is missing; errors of a query in YAML (inline and block) and in a file; a secret
// in the address; a command; wrong names.
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { findCollect } from '../../engine/stages/findCollect.ts';
import { previewSource } from '../../engine/stages/previewSource.ts';
import { WorkError } from '../../engine/base/errors.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { wouldBring } from '../../words/sourcePreview.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';

const yaml = `version: 1
project: shop
datasets:
  orders: { path: data/orders.parquet, schema: schemas/orders.dataset.yaml }
  inline: { path: data/inline.parquet }
  block: { path: data/block.parquet }
  file: { path: data/file.parquet }
  secret: { path: data/secret.parquet }
  printed: { path: data/printed.parquet }
  lines: { path: data/lines.parquet }
  nested: { path: data/nested.parquet, schema: schemas/nested.dataset.yaml }
  files: { path: data/files.parquet, schema: schemas/orders.dataset.yaml }
stages:
  pull: { uses: collect, with: { dataset: orders, from: { sqlite: app.db, query: SELECT * FROM orders, watermark: id } } }
  inline: { uses: collect, with: { dataset: inline, from: { sqlite: app.db, query: SELECT * FROM ordrs } } }
  block:
    uses: collect
    with:
      dataset: block
      from:
        sqlite: app.db
        query: |
          SELECT *
          FROM ordrs
  file: { uses: collect, with: { dataset: file, from: { sqlite: app.db, query: bad.sql } } }
  read: { uses: collect, with: { dataset: files, from: { files: in.csv }, invalid: fail } }
  secret: { uses: collect, with: { dataset: secret, from: { postgres: "\${env.SHOP_URL}", query: SELECT 1 } } }
  nested: { uses: collect, with: { dataset: nested, from: { files: nested.jsonl } } }
  lines: { uses: collect, with: { dataset: lines, from: { logs: app.log, format: logfmt } } }
  command: { uses: collect, with: { dataset: printed, from: { command: "echo id,n" } } }
  nothing: { cmd: "true" }
`;
const root = makeProject({
  'loopwright.yaml': yaml,
  'schemas/orders.dataset.yaml':
    'primaryKey: id\nfields:\n  - { name: id, type: integer }\n  - { name: amount, type: number, constraints: { minimum: 0 } }\n  - { name: made, type: datetime, loopwright: { role: timestamp } }\n',
  'schemas/nested.dataset.yaml':
    'fields:\n  - { name: id, type: integer }\n  - { name: tags, type: array, constraints: { required: true, maxLength: 2 } }\n  - { name: who, type: object, constraints: { required: true } }\n',
  'nested.jsonl': `{"id": 1, "tags": ["a, \\"b\\"", "]"], "who": {"name": "O'Neil: {x}", "age": null}}\n{"id": 2, "tags": ["a", "b", "c"], "who": null}\n`,
  'bad.sql': 'SELECT *\nFROM ordrs\n',
  'in.csv': 'id,amount\n1,2\n1,-3\nx,4\n',
});
const db = new BetterSqlite(join(root, 'app.db'));
db.exec(
  "CREATE TABLE orders (id INTEGER PRIMARY KEY, amount REAL, made TEXT); INSERT INTO orders VALUES (1, 5, '2026-01-01 00:00:00'), (2, -1, '2026-01-02 00:00:00'), (3, 7, '2026-01-03 00:00:00')",
);
db.close();
const runner = runIn(root);

/** Previews a stage, or the stage of a dataset. */
async function preview(
  name: string,
  more: { rows?: number; all?: boolean; runs?: boolean; env?: Record<string, string> } = {},
) {
  const { env = {}, rows = 20, all = false, runs = false } = more;
  const project = loadProject(root, undefined, { ...process.env, ...env });
  const config = configFor(project, 'default');
  const found = findCollect({ project, config }, name);
  assert.ok(found, name);
  return previewSource({
    project,
    config,
    store: runner.store,
    ...found,
    rows,
    all,
    runs,
    signal: new AbortController().signal,
  });
}

test('a stage shows its rows, types, freshness and what does not fit, and writes nothing', async () => {
  const shown = await preview('orders', { rows: 2 });
  assert.deepEqual(
    [shown.stage, shown.dataset, shown.kind, shown.rows.length, shown.total, shown.has, shown.since],
    ['pull', 'orders', 'sqlite', 2, 3, null, null],
  );
  assert.deepEqual(shown.faults, [{ row: 1, column: 'amount', reason: 'amount: below minimum 0 (found -1.0)' }]);
  assert.deepEqual(shown.columns[2], { name: 'made', type: 'VARCHAR', declared: 'datetime' });
  assert.deepEqual([shown.newest, shown.newestOf], [Date.parse('2026-01-03T00:00:00Z'), 'row']);
});

test('a file with a schema: each fault of a row, and a column that is missing', async () => {
  const shown = await preview('read');
  assert.deepEqual(shown.problems, [
    { message: 'made: the column is declared but not in the data; its columns are id, amount', isError: true },
  ]);
  assert.equal(shown.invalidRows, 2);
  assert.deepEqual(
    shown.faults.map(({ row, column }) => [row, column]),
    [
      [1, 'amount'],
      [1, 'id'],
      [2, 'id'],
    ],
  );
});

test('lists and records are checked as they are, whatever their texts contain', async () => {
  const shown = await preview('nested');
  assert.deepEqual(
    shown.faults.map(({ row, column }) => [row, column]),
    [
      [1, 'tags'],
      [1, 'who'],
    ],
  );
});

test('an error has the line of the source or of its query, and no secret', async () => {
  const failed = async (name: string, env = {}) => {
    const error = await preview(name, { env }).catch((error: unknown) => error);
    assert.ok(error instanceof WorkError, String(error));
    return { message: error.message, place: error.place };
  };
  assert.deepEqual(await failed('inline'), {
    message: 'The query failed: no such table: ordrs. Did you mean `orders`?',
    place: { file: 'loopwright.yaml', line: 15, column: 84 },
  });
  assert.deepEqual((await failed('block')).place, { file: 'loopwright.yaml', line: 22, column: 16 });
  assert.deepEqual((await failed('file')).place, { file: 'bad.sql' });
  const secret = await failed('secret', { SHOP_URL: 'postgres://ada:hunter22@127.0.0.1:9/shop' });
  assert.match(secret.message, /^PostgreSQL could not be read: .*ECONNREFUSED 127\.0\.0\.1:9/);
  assert.equal(secret.place?.line, 27);
  assert.ok(!secret.message.includes('hunter22'), secret.message);
});

test('a command is not run without consent', async () => {
  const asked = await preview('command');
  assert.deepEqual([asked.command, asked.columns], ['echo id,n', []]);
  const run = await preview('command', { runs: true });
  assert.deepEqual([run.command, run.columns.map(({ name }) => name)], [null, ['id', 'n']]);
  assert.deepEqual(readdirSync(root).toSorted(), [
    '.loopwright',
    'app.db',
    'bad.sql',
    'in.csv',
    'loopwright.yaml',
    'nested.jsonl',
    'schemas',
  ]);
});

test('after a collection, only what is new; the stage then does what was said', async () => {
  assert.equal((await runner.run({ stages: ['pull'] })).error, null);
  const more = new BetterSqlite(join(root, 'app.db'));
  more.exec("INSERT INTO orders VALUES (4, 8, '2026-02-01 00:00:00')");
  more.close();
  const next = await preview('pull');
  assert.deepEqual(
    [next.rows.map(([id]) => id), next.since, next.has, next.total],
    [['3', '4'], { column: 'id', value: '3', inclusive: true }, 2, 2],
  );
  const all = await preview('pull', { all: true });
  assert.deepEqual([all.rows.length, all.since], [4, null]);
  const { stages } = await runner.run({ stages: ['pull'] });
  assert.equal(stages[0]?.summary, '3 rows · 1 added');
});

test('of a log, only the lines that no collection has read', async () => {
  writeFileSync(join(root, 'app.log'), 'n=1 text=one\nn=2 text=two\n');
  const first = await preview('lines');
  assert.deepEqual([first.rows.length, first.adds, first.has, wouldBring(first)], [2, true, null, 'would add 2 lines']);
  assert.equal((await runner.run({ stages: ['lines'] })).error, null);
  const none = await preview('lines');
  assert.deepEqual([none.rows, none.has, wouldBring(none)], [[], 2, 'nothing new']);
  appendFileSync(join(root, 'app.log'), 'n=3 text=three\n');
  const next = await preview('lines');
  assert.deepEqual([next.rows.map(([n]) => n), wouldBring(next)], [['3'], 'would add 1 line to 2 rows']);
  assert.equal((await preview('lines', { all: true })).rows.length, 3);
  const { stages } = await runner.run({ stages: ['lines'] });
  assert.match(stages[0]?.summary ?? '', /^3 rows/);
});

// Variations: a stage, a file without a project, an error, `--json`, wrong names and options. What a preview holds is
// tested in test/stages/previewSource.test.ts.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import type { SourcePreview } from '../../protocol/sourcePreview.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

const root = makeProject({
  'loopwright.yaml': `version: 1
project: shop
datasets:
  orders: { path: data/orders.parquet, schema: schemas/orders.dataset.yaml }
  other: { path: data/other.parquet }
stages:
  pull: { uses: collect, with: { dataset: orders, from: { sqlite: app.db, query: SELECT * FROM orders } } }
  wrong: { uses: collect, with: { dataset: other, from: { sqlite: app.db, query: SELECT * FROM ordrs } } }
`,
  'schemas/orders.dataset.yaml':
    'fields:\n  - { name: id, type: integer }\n  - { name: amount, type: number, constraints: { minimum: 0 } }\n  - { name: made, type: datetime, loopwright: { role: timestamp } }\n',
});
const db = new BetterSqlite(join(root, 'app.db'));
db.exec(
  "CREATE TABLE orders (id INTEGER PRIMARY KEY, amount REAL, made TEXT); INSERT INTO orders VALUES (1, 5, '2026-01-01 00:00:00'), (2, -1, '2026-01-02 00:00:00'), (3, 7, '2026-01-03 00:00:00')",
);
db.close();
const here = { cwd: root };

test('a stage shows its rows, types, freshness and what does not fit', async () => {
  const { code, out, err } = await runCli(['data', 'preview', 'pull'], here);
  assert.equal(code, 0, err);
  assert.match(out, /^pull {2}SQLite 3\.[\d.]+, app\.db, .* answered in /);
  assert.match(out, /\nWould bring 3 rows\.\nNewest row .* behind\.\n/);
  assert.match(out, /\n1 of 3 shown rows does not fit schemas\/orders\.dataset\.yaml and would be quarantined\.\n/);
  assert.match(out, /\n {3}id {6}amount +made\n {3}BIGINT +DOUBLE +VARCHAR\n/);
  assert.match(out, /\n! {2}2 +-1 +2026-01-02 00:00:00\n/);
  assert.match(out, /\nrow 2: amount: below minimum 0 \(found -1\.0\)\n/);
  assert.ok(!existsSync(join(root, '.loopwright')) && !existsSync(join(root, 'data')));
});

test('an error has a line that editors open; with --json it has its place', async () => {
  const { code, err } = await runCli(['data', 'preview', 'wrong'], here);
  assert.equal(code, 1);
  assert.match(err, /^loopwright\.yaml:8:\d+: error: The query failed: no such table: ordrs\. Did you mean `orders`\?/);
});

test('a file without a project', async () => {
  const folder = makeProject({ 'a.csv': 'id;price\n1;2,5\n' });
  const { json } = await runJson<SourcePreview>(['data', 'preview', 'a.csv'], { cwd: folder });
  assert.deepEqual([json.stage, json.dataset, json.rows, json.schema], [null, null, [['1', '2,5']], null]);
});

test('names and options that are nothing', async () => {
  const { code, err } = await runCli(['data', 'preview', 'pul'], here);
  assert.equal(code, 2, err);
  assert.match(err, /`pul` is no collect stage, dataset or file\. Did you mean `pull`\?/);
  assert.equal((await runCli(['data', 'preview', 'pull', '--rows', '-1'], here)).code, 2);
});

/**
 * Queries of SQLite that do not end. Tried: a view that recurses without an end, read row by row, counted, and sorted by
 * a watermark; two tables crossed without a recursion; a recursion that ends; cancelling a query that gives no row.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { CancelledError } from '../../../engine/base/errors.ts';
import Database from 'better-sqlite3';
import { sampled } from '../../helpers/rounds.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { runIn } from '../../helpers/runIn.ts';

const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)';

function project(from: string) {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\ndatasets: { items: { path: items.parquet } }\nstages:\n  pull: { uses: collect, with: { dataset: items, from: { sqlite: app.db, ${from} } } }\n`,
  });
  const db = new Database(join(root, 'app.db'));
  db.exec(`CREATE VIEW forever AS ${endless} SELECT x FROM c`);
  db.exec(
    'CREATE TABLE t AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000) SELECT x FROM c',
  );
  db.close();
  return runIn(root);
}

const recursive = /app\.db.* did not end within .* and was stopped\. It is recursive.*`timeout`/;
const cases: [string, string, RegExp][] = [
  ['row by row', 'query: "SELECT * FROM forever"', recursive],
  ['counted', 'query: "SELECT count(*) AS n FROM forever"', recursive],
  ['sorted by a watermark', 'query: "SELECT * FROM forever", watermark: x', recursive],
  [
    'crossed tables',
    'query: "SELECT sum(a.x * b.x * c.x) AS s FROM t a, t b, t c"',
    /did not end .* was stopped\. Make it smaller, or set `timeout`/,
  ],
];
for (const [name, from, about] of sampled(cases))
  test(`a query that does not end is stopped and told: ${name}`, async () => {
    const p = project(`${from}, timeout: 0.2s`);
    const { error, stages } = await p.run();
    assert.match(error?.message ?? stages[0]?.summary ?? '', about);
  });

test('a recursion that ends is read', async () => {
  const p = project(`query: "${endless} SELECT x FROM c LIMIT 5"`);
  const { stages } = await p.run();
  assert.equal(stages[0]?.summary, '5 rows');
});

test('a query that gives no row can be cancelled', async () => {
  const p = project('query: "SELECT count(*) AS n FROM forever"');
  const stop = new AbortController();
  const run = p.run({ signal: stop.signal, events: { onStage: () => setImmediate(() => stop.abort()) } });
  await assert.rejects(run, CancelledError);
});

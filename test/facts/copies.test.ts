import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { quoteLiteral } from '../../engine/data/quote.ts';
import { stampFiles } from '../../engine/facts/datasetFacts.ts';
import { trainFacts } from '../../engine/facts/trainFacts.ts';
import { makeProject } from '../helpers/makeProject.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());
const features = ['even', 'other', 'copy', 'number', 'again', 'gap', 'gapElsewhere'];

test('only columns that are equal row by row are copies', async () => {
  const root = makeProject();
  await db.run(`CREATE TABLE t AS SELECT CASE i % 4 WHEN 0 THEN 'a' WHEN 1 THEN 'a' ELSE 'b' END AS even, CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END AS other, CASE i % 4 WHEN 0 THEN 'a' WHEN 1 THEN 'a' ELSE 'b' END AS copy,
    i % 7 AS number, (i % 7)::DOUBLE AS again, CASE WHEN i % 5 > 0 THEN i % 3 END AS gap, CASE WHEN i % 5 < 4 THEN i % 3 END AS gapElsewhere, i % 2 = 0 AS y FROM range(400) r(i)`);
  await db.run(`COPY t TO ${quoteLiteral(join(root, 't.parquet'))} (FORMAT parquet)`);
  const facts = await trainFacts(
    db,
    root,
    {
      kind: 'train',
      name: 's',
      path: 't.parquet',
      schema: { fields: [{ name: 'y' }] },
      task: 'binary',
      target: 'y',
      features,
      timestamp: null,
      positive: 'true',
    },
    await stampFiles(root, 't.parquet'),
  );
  assert.deepEqual(facts?.copies, [
    ['even', 'copy'],
    ['number', 'again'],
  ]);
});

test('beyond 100,000 training rows, associations say on how many they were measured; copies are compared in all', async () => {
  const root = makeProject();
  await db.run(
    `COPY (SELECT i % 9 AS a, CASE WHEN i = 119998 THEN 5 ELSE i % 9 END AS b, i % 9 AS c, i % 2 = 0 AS y FROM range(120000) r(i)) TO ${quoteLiteral(join(root, 't.parquet'))} (FORMAT parquet)`,
  );
  const facts = await trainFacts(
    db,
    root,
    {
      kind: 'train',
      name: 's',
      path: 't.parquet',
      schema: { fields: [{ name: 'y' }] },
      task: 'binary',
      target: 'y',
      features: ['a', 'b', 'c'],
      timestamp: null,
      positive: 'true',
    },
    await stampFiles(root, 't.parquet'),
  );
  assert.deepEqual([facts?.sampled, facts?.copies], [100_000, [['a', 'c']]]);
});

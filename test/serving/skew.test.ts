import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { applyPreprocess } from '../../engine/models/preprocess.ts';
import { rowsToTable } from '../../engine/models/rowsToTable.ts';
import { modelTools } from '../../engine/models/modelTools.ts';
import { loadModel } from '../../engine/models/savedModel.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { promote } from '../../engine/registry/promote.ts';
import { scoreBatch } from '../../engine/serving/scoreBatch.ts';
import { serveDeployment } from '../../engine/serving/serveDeployment.ts';
import { deploymentColumns } from '../../engine/serving/deploymentColumns.ts';
import { sideSql } from '../../engine/stages/splitRows.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { ordersProject, ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

// What the model was trained on and what it sees in service must be the same to the last bit: from Parquet, from JSON
// one by one and together, and in batches.

const columns = ['amount', 'hour', 'country', 'share', 'huge', 'gift', 'channel', 'city', 'note'];
const schema = ordersSchema.replace(
  'primaryKey: id',
  `  - { name: share, type: number, loopwright: { role: feature } }
  - { name: huge, type: number, loopwright: { role: feature } }
  - { name: gift, type: boolean, loopwright: { role: feature } }
  - { name: channel, type: string, categories: [web, "shop, it's", "😀", app], loopwright: { role: feature } }
  - { name: city, type: string, loopwright: { role: feature } }
  - { name: note, type: string, loopwright: { role: feature } }
primaryKey: id`,
);
const yaml = ordersYaml.replace(
  'model: logistic,',
  `model: mlp, hidden: [8], preprocess: { amount: { scale: robust, impute: mean }, hour: { scale: minmax, impute: -1 }, share: { scale: none, transform: log }, huge: { impute: most_frequent }, channel: { encode: ordinal }, city: { encode: target }, note: { encode: frequency } },`,
);
const sql = `SELECT id, "at", CASE WHEN hour % 9 = 0 THEN NULL ELSE amount / 3 END AS amount, CASE WHEN hour % 11 = 0 THEN NULL ELSE hour END AS hour, country, late,
  CASE WHEN hour % 7 = 0 THEN NULL ELSE abs(amount) / 97.0 END AS share, exp(amount / 7) * 1e9 AS huge, CASE WHEN hour % 5 = 0 THEN NULL ELSE hour > 12 END AS gift,
  CASE hour % 5 WHEN 0 THEN 'web' WHEN 1 THEN 'shop, it''s' WHEN 2 THEN '😀' WHEN 3 THEN 'app' END AS channel, 'city ' || (hour % 13) AS city, CASE WHEN hour % 3 = 0 THEN NULL ELSE 'n' || hour END AS note
FROM orders`;
const project = runIn(
  ordersProject({
    yaml,
    files: {
      'schemas/orders.dataset.yaml': ordersSchema,
      'schemas/features.dataset.yaml': schema,
      'sql/features.sql': sql,
    },
  }),
);
const { store, root } = project;
const loaded = () => loadProject(root);

const { writeFiles } = await import('../helpers/makeProject.ts');
writeFiles(root, {
  'loopwright.yaml': yaml.replace(
    'features: { path: data/features.parquet, schema: schemas/orders.dataset.yaml }',
    'features: { path: data/features.parquet, schema: schemas/features.dataset.yaml }',
  ),
});
const outcome = await project.run();
assert.equal(outcome.error, null, outcome.error?.message);
promote(store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
const version = getVersion(store, 'orders', 1);
const model = await loadModel(join(root, version.path));
const db = await openDatabase({ threads: 1 });
after(() => db.close());
const source = sourceSql([join(root, 'data/features.parquet')]);
const trained = await db.table(await sideSql(db, source, columns, 'train', 'features'));
const rows = await db.rows(`SELECT ${columns.join(', ')} FROM ${source} WHERE _split = 'train'`);
const scores = [...(await model.scores(trained))];

test('the inputs of the network are the same from Parquet and from JSON', () => {
  assert.ok(rows.length > 400 && model.meta.preprocess.width > columns.length);
  const sent = rowsToTable(JSON.parse(JSON.stringify(rows)) as unknown[], model.meta.features);
  assert.deepEqual(
    bits(applyPreprocess(model.meta.preprocess, sent)),
    bits(applyPreprocess(model.meta.preprocess, trained)),
  );
});

test('the service answers what training computed, rows together and one by one', async () => {
  const server = await serveDeployment({
    project: loaded(),
    store,
    config: configFor(loaded(), 'default'),
    deployment: 'production',
    port: 0,
  });
  try {
    const ask = async (instances: unknown[]) => {
      const response = await fetch(`${server.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ instances }),
      });
      return ((await response.json()) as { predictions: { score: number }[] }).predictions.map(({ score }) => score);
    };
    assert.deepEqual(await ask(rows), scores);
    for (let i = 0; i < rows.length; i += 37) assert.deepEqual(await ask([rows[i]]), [scores[i]], `row ${i}`);
  } finally {
    await server.close();
  }
});

test('a batch writes what training computed', async () => {
  const output = join(root, 'scored.parquet');
  await scoreBatch({
    store,
    version,
    tools: modelTools(store, configFor(loaded(), 'default'), version.model),
    db,
    source: `(SELECT * FROM ${source} WHERE _split = 'train')`,
    output,
    columns: deploymentColumns(loaded(), configFor(loaded(), 'default'), 'nightly'),
    deployment: null,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  const written = await db.table(`SELECT * FROM ${sourceSql([output])}`);
  const column = written.columns['score'] ?? written.columns['_score'];
  assert.deepEqual(column?.kind === 'number' ? [...column.values] : null, scores);
});

test('nothing is fitted on rows that were not trained on', async () => {
  const random = seededRandom(5);
  const other = rows.map((row) => ({
    ...row,
    amount: Number(row['amount'] ?? 0) * 1000 * random.next(),
    city: 'never seen',
    channel: 'never seen',
  }));
  const before = JSON.stringify(model.meta.preprocess);
  await model.scores(rowsToTable(other, model.meta.features));
  assert.equal(JSON.stringify(model.meta.preprocess), before);
  const amount = model.meta.preprocess.steps.find(({ name }) => name === 'amount');
  const [stats] = await db.rows(`SELECT avg(amount) AS fill FROM ${source} WHERE _split = 'train'`);
  assert.ok(amount?.kind === 'numeric' && Math.abs(amount.fill - Number(stats?.['fill'])) < 1e-9);
});

function bits(values: Float32Array): number[] {
  return [...new Uint32Array(values.buffer, values.byteOffset, values.length)];
}

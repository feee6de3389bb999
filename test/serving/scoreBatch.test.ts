import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { DataError } from '../../engine/base/errors.ts';
import { modelTools } from '../../engine/models/modelTools.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { checkBatch } from '../../engine/serving/batchRows.ts';
import { columnsOf } from '../../engine/data/inspectColumns.ts';
import { deploymentColumns } from '../../engine/serving/deploymentColumns.ts';
import { predictionCount } from '../../engine/serving/predictionLog.ts';
import { scoreBatch } from '../../engine/serving/scoreBatch.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { quoteLiteral } from '../../engine/data/quote.ts';
import type { InvalidMode } from '../../engine/project/schema/datasetSchema.ts';
import { openVersion } from '../../engine/registry/openVersion.ts';
import { predictRows } from '../../engine/serving/predictRows.ts';
import { runIn } from '../helpers/runIn.ts';
import { orders, ordersCsv, ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();
const db = await openDatabase({ threads: 1 });
after(() => db.close());

/** A trained project with 50 new rows, and `score`, which scores rows into a file of the project. */
function newOrders() {
  const project = trained();
  writeFiles(project.root, { 'new.csv': ordersCsv(orders({ rows: 50, firstDay: 200, prefix: 'b' })) });
  const loaded = loadProject(project.root);
  const columns = deploymentColumns(loaded, configFor(loaded, 'default'), 'production');
  const source = sourceSql([join(project.root, 'new.csv')]);
  const score = (rows: string, output: string, deployment: string | null = null, invalid?: InvalidMode) =>
    scoreBatch({
      store: project.store,
      version: getVersion(project.store, 'orders', 1),
      tools: modelTools(project.store, configFor(loaded, 'default'), 'orders'),
      db,
      source: rows,
      output: join(project.root, output),
      columns,
      deployment,
      invalid,
    });
  return { ...project, columns, source, score };
}

test('all columns come back with score, decision, key, time and version', async () => {
  const { root, store, rows: rowsOf, source, score } = newOrders();
  assert.equal((await score(source, 'out/a.parquet', 'nightly')).rows, 50);
  const rows = await rowsOf('out/a.parquet');
  assert.deepEqual(Object.keys(rows[0] ?? {}), [
    'id',
    'at',
    'amount',
    'hour',
    'country',
    'late',
    '_score',
    '_prediction',
    '_value',
    '_key',
    '_at',
    '_model_version',
  ]);
  assert.ok(
    rows.every(
      (row) =>
        Number(row['_score']) >= 0 &&
        Number(row['_score']) <= 1 &&
        row['_key'] === row['id'] &&
        row['_model_version'] === 1 &&
        row['_value'] === (row['_prediction'] === 'true') &&
        row['_at'] === row['at'],
    ),
  );
  assert.equal(predictionCount(store, 'nightly').predictions, 50);
  assert.deepEqual(
    readdirSync(join(root, '.loopwright/tmp')).filter((name) => name.startsWith('scores-')),
    [],
  );
});

test('each score is in the row that it belongs to', async () => {
  const { rows, source, score } = newOrders();
  await score(source, 'out/a.parquet');
  await score(`(SELECT * FROM ${source} ORDER BY amount)`, 'out/sorted.parquet');
  const scores = async (file: string) => await rows(file, 'SELECT id, round(_score, 9) AS s FROM data ORDER BY id');
  assert.deepEqual(await scores('out/sorted.parquet'), await scores('out/a.parquet'));
});

test('rows that were scored before can be scored again', async () => {
  const { root, rows: rowsOf, source, score } = newOrders();
  await score(source, 'out/a.parquet');
  await score(sourceSql([join(root, 'out/a.parquet')]), 'out/again.parquet');
  const rows = await rowsOf('out/again.parquet');
  assert.deepEqual(
    Object.keys(rows[0] ?? {}).filter((name) => name.startsWith('_')),
    ['_score', '_prediction', '_value', '_key', '_at', '_model_version'],
  );
});

test('no row gives an empty file, and a missing column is named', async () => {
  const { store, rows, source, score } = newOrders();
  assert.equal((await score(`(SELECT * FROM ${source} WHERE false)`, 'out/empty.parquet', 'empty')).rows, 0);
  assert.equal((await rows('out/empty.parquet')).length, 0);
  assert.equal(predictionCount(store, 'empty').predictions, 0);
  await assert.rejects(
    score('(SELECT 1 AS amount)', 'out/x.parquet'),
    (error) =>
      error instanceof DataError &&
      /lacks the columns `hour`, `country` that version 1 reads; it has amount/.test(error.message),
  );
});

/** The new orders as texts, some of them broken, and the scores of all orders that are not. */
function withBroken(source: string): string {
  return `(SELECT id, "at", CASE id WHEN 'b00003' THEN 'much' ELSE CAST(amount AS VARCHAR) END AS amount,
    CASE id WHEN 'b00007' THEN -5 ELSE hour END AS hour, CASE id WHEN 'b00009' THEN 'zz' ELSE country END AS country
    FROM ${source})`;
}

test('rows that break the schema are not scored, and are beside the output with their reasons', async () => {
  const { root, store, rows, source, score } = newOrders();
  await score(source, 'out/good.parquet');
  const result = await score(withBroken(source), 'out/a.parquet', 'nightly');
  assert.deepEqual([result.rows, result.refused], [47, 3]);
  assert.equal(result.quarantine, join(root, 'out/a.quarantine.csv'));
  assert.deepEqual(result.rules.map(({ field, rule, count }) => `${field} ${rule} ${count}`).toSorted(), [
    'amount type 1',
    'country categories 1',
    'hour minimum 1',
  ]);
  assert.equal(predictionCount(store, 'nightly').predictions, 47);
  const bad = `'b00003', 'b00007', 'b00009'`;
  const scores = (file: string) =>
    rows(file, `SELECT id, round(_score, 9) AS s FROM data WHERE id NOT IN (${bad}) ORDER BY id`);
  assert.deepEqual(await scores('out/a.parquet'), await scores('out/good.parquet'));
  const refused = await db.rows(
    `SELECT id, _row, _reasons FROM read_csv(${quoteLiteral(join(root, 'out/a.quarantine.csv'))}) ORDER BY id`,
  );
  assert.deepEqual(
    refused.map(({ id, _row, _reasons }) => `${String(id)} ${String(_row)} ${String(_reasons).split(':')[0]}`),
    ['b00003 4 amount', 'b00007 8 hour', 'b00009 10 country'],
  );
});

test('a batch can fail at a broken row, or score it with a warning', async () => {
  const { rows, source, score } = newOrders();
  await assert.rejects(
    score(withBroken(source), 'out/x.parquet', null, 'fail'),
    (error) =>
      error instanceof DataError &&
      /The batch of 50 rows does not fit the schema: amount: not a number .*for the field `amount`/.test(error.message),
  );
  const warned = await score(withBroken(source), 'out/w.parquet', null, 'warn');
  assert.deepEqual([warned.rows, warned.refused, warned.quarantine, warned.rules.length], [50, 0, null, 3]);
  // A value of another type counts as missing.
  assert.deepEqual(await rows('out/w.parquet', `SELECT amount FROM data WHERE id = 'b00003'`), [{ amount: null }]);
  await assert.rejects(
    score(`(SELECT * REPLACE (-5 AS hour) FROM ${source})`, 'out/none.parquet'),
    (error) =>
      error instanceof DataError &&
      /None of the 50 rows fits the schema\. First: hour: below minimum 0/.test(error.message),
  );
});

test('a number that is not whole counts as missing where an integer only warns, as in a request', async () => {
  const { source, score, rows } = newOrders();
  const scores = async (hour: string, output: string) => {
    await score(`(SELECT * REPLACE (${hour} AS hour) FROM ${source})`, output, null, 'warn');
    return rows(output, 'SELECT _score FROM data ORDER BY id');
  };
  assert.deepEqual(await scores('2.5::DOUBLE', 'out/half.parquet'), await scores('NULL::DOUBLE', 'out/null.parquet'));
});

test('the missing values of the schema are missing in a column of texts that holds numbers', async () => {
  const { source, columns } = newOrders();
  const schema = { ...(columns.schema ?? assert.fail()), missingValues: ['', '-'] };
  await db.run(`CREATE OR REPLACE TEMP TABLE dashes AS SELECT * REPLACE ('-' AS amount) FROM ${source}`);
  const checked = await checkBatch({
    db,
    rows: 'dashes',
    known: await columnsOf(db, 'dashes'),
    features: [{ name: 'amount', kind: 'numeric' }],
    columns: { ...columns, schema },
    invalid: 'quarantine',
    quarantine: join(makeProject(), 'never.csv'),
  });
  assert.equal(checked.refused, 0);
  assert.deepEqual(await db.rows(`SELECT DISTINCT amount FROM (${checked.accepted})`), [{ amount: null }]);
  await checked.discard();
});

test('a misspelt column is named', async () => {
  const { source, score } = newOrders();
  await assert.rejects(
    score(`(SELECT * RENAME (amount AS amuont) FROM ${source})`, 'out/x.parquet'),
    (error) => error instanceof DataError && /Is `amuont` a misspelling of `amount`\?/.test(error.message),
  );
});

test('several classes have a column of probabilities each, as the API answers', async (t) => {
  const yaml = ordersYaml
    .replace('model: logistic,', 'model: logistic, target: country, features: [amount, hour],')
    .replace('slices: [country], fairness: { attributes: [country] }, min_precision: 0.6', '')
    .replace(/    gates:\n.*\n.*\n/, '')
    .replace('      roc_auc: { min: 0.6 }\n      missing', '      missing')
    .replace('    - { monitor: production, below: roc_auc }\n', '');
  const project = runIn(ordersProject({ yaml }));
  const { root, store } = project;
  t.after(() => store.sql.close());
  const outcome = await project.run();
  assert.equal(outcome.error, null, outcome.error?.message);
  const loaded = loadProject(root);
  const config = configFor(loaded, 'default');
  const version = getVersion(store, 'orders', 1);
  const rows = orders({ rows: 20, firstDay: 200, prefix: 'b' });
  writeFiles(root, { 'new.csv': ordersCsv(rows) });
  const tools = modelTools(store, config, 'orders');
  await scoreBatch({
    store,
    version,
    tools,
    db,
    source: sourceSql([join(root, 'new.csv')]),
    output: join(root, 'out.parquet'),
    columns: deploymentColumns(loaded, config, 'production'),
    deployment: null,
  });
  const written = await db.rows(`SELECT * FROM ${sourceSql([join(root, 'out.parquet')])}`);
  const model = await openVersion(version, tools);
  t.after(() => model.close());
  const { predictions: answers } = await predictRows(model, version.report, rows, null);
  for (const [i, row] of written.entries()) {
    const answer = answers[i];
    assert.deepEqual([row['_prediction'], row['_value']], [answer?.prediction, answer?.value]);
    for (const [name, p] of Object.entries(answer?.probabilities ?? assert.fail()))
      assert.equal(row[`_probability_${name}`], p, `${name} of row ${i}`);
  }
});

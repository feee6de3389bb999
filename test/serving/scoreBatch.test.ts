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
import { deploymentColumns } from '../../engine/serving/deploymentColumns.ts';
import { predictionCount } from '../../engine/serving/predictionLog.ts';
import { scoreBatch } from '../../engine/serving/scoreBatch.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv } from '../helpers/ordersProject.ts';
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
  const score = (rows: string, output: string, deployment: string | null = null) =>
    scoreBatch({
      store: project.store,
      version: getVersion(project.store, 'orders', 1),
      tools: modelTools(project.store, configFor(loaded, 'default'), 'orders'),
      db,
      source: rows,
      output: join(project.root, output),
      columns,
      deployment,
    });
  return { ...project, source, score };
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
    ['_score', '_prediction', '_key', '_at', '_model_version'],
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

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { DataError } from '../../engine/base/errors.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { deploymentColumns } from '../../engine/serving/deploymentColumns.ts';
import { predictionCount } from '../../engine/serving/predictionLog.ts';
import { scoreBatch } from '../../engine/serving/scoreBatch.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersProject } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

const project = runIn(ordersProject());
await project.run();
const db = await openDatabase({ threads: 1 });
after(() => db.close());
const loaded = loadProject(project.root);
const config = configFor(loaded, 'default');
const columns = deploymentColumns(loaded, config, 'production');
const score = (source: string, output: string, deployment: string | null = null) =>
  scoreBatch({
    store: project.store,
    version: getVersion(project.store, 'orders', 1),
    db,
    source,
    output: join(project.root, output),
    columns,
    deployment,
  });

test('all columns come back with score, decision, key, time and version', async () => {
  writeFiles(project.root, { 'new.csv': ordersCsv(orders({ rows: 50, firstDay: 200, prefix: 'b' })) });
  assert.equal((await score(sourceSql([join(project.root, 'new.csv')]), 'out/a.parquet', 'nightly')).rows, 50);
  const rows = await project.rows('out/a.parquet');
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
  assert.equal(predictionCount(project.store, 'nightly').predictions, 50);
  assert.deepEqual(
    readdirSync(join(project.root, '.loopwright/tmp')).filter((name) => name.startsWith('scores-')),
    [],
  );
});

test('scores stand with their rows', async () => {
  await score(`(SELECT * FROM ${sourceSql([join(project.root, 'new.csv')])} ORDER BY amount)`, 'out/sorted.parquet');
  const scores = async (file: string) =>
    await project.rows(file, 'SELECT id, round(_score, 9) AS s FROM data ORDER BY id');
  assert.deepEqual(await scores('out/sorted.parquet'), await scores('out/a.parquet'));
});

test('rows that were scored before can be scored again', async () => {
  await score(sourceSql([join(project.root, 'out/a.parquet')]), 'out/again.parquet');
  const rows = await project.rows('out/again.parquet');
  assert.deepEqual(
    Object.keys(rows[0] ?? {}).filter((name) => name.startsWith('_')),
    ['_score', '_prediction', '_key', '_at', '_model_version'],
  );
});

test('no row gives an empty file, and a missing column is named', async () => {
  assert.equal(
    (
      await score(
        `(SELECT * FROM ${sourceSql([join(project.root, 'new.csv')])} WHERE false)`,
        'out/empty.parquet',
        'empty',
      )
    ).rows,
    0,
  );
  assert.equal((await project.rows('out/empty.parquet')).length, 0);
  assert.equal(predictionCount(project.store, 'empty').predictions, 0);
  await assert.rejects(
    score('(SELECT 1 AS amount)', 'out/x.parquet'),
    (error) =>
      error instanceof DataError &&
      /lacks the columns `hour`, `country` that version 1 reads; it has amount/.test(error.message),
  );
});

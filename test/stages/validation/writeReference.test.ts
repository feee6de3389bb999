import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { sourceSql } from '../../../engine/data/readSource.ts';
import { loadModel } from '../../../engine/models/savedModel.ts';
import { readReference } from '../../../engine/monitoring/reference.ts';
import { getVersion } from '../../../engine/registry/modelVersions.ts';
import { ordersProject, ordersYaml } from '../../helpers/ordersProject.ts';
import { runIn } from '../../helpers/runIn.ts';

const regime = Date.UTC(2026, 1, 10);
const period = { asOf: Date.UTC(2026, 2, 2), window: null, regime };

for (const by of ['time, column: at', 'random'])
  test(`after a change, the reference of a split by ${by} holds only test rows from after it`, async () => {
    const project = runIn(ordersProject({ yaml: ordersYaml.replace('by: time, column: at', `by: ${by}`) }));
    assert.equal((await project.run({ period })).error, null);
    const db = await openDatabase();
    try {
      const version = getVersion(project.store, 'orders', 1);
      const { _score: score, ...columns } = (await readReference(async () => db, project.root, version)).columns;
      const source = sourceSql([join(project.root, 'data/features.parquet')]);
      const rows = await db.table(
        `SELECT amount, hour, country, late FROM ${source} WHERE _split = 'test' AND "at" >= make_timestamp_ms(${regime})`,
      );
      assert.ok(rows.rows > 20);
      assert.equal(version.report.referenceRows, rows.rows);
      assert.deepEqual(columns, rows.columns);
      const model = await loadModel(join(project.root, version.path));
      assert.deepEqual(score, { kind: 'number', values: await model.scores(rows) });
      assert.equal(version.report.data.rows.test > rows.rows, by === 'random');
    } finally {
      db.close();
    }
  });

test('a change after all test rows leaves the reference whole', async () => {
  const project = runIn(ordersProject({ yaml: ordersYaml.replace('by: time, column: at', 'by: random') }));
  assert.equal((await project.run({ period: { ...period, regime: period.asOf } })).error, null);
  const { report } = getVersion(project.store, 'orders', 1);
  assert.equal(report.referenceRows, report.data.rows.test);
  assert.ok(project.logs.some((line) => line.includes('no test row is from after the change')));
});

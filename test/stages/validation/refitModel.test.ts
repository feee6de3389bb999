import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { sourceSql } from '../../../engine/data/readSource.ts';
import { configFor, loadProject } from '../../../engine/project/loadProject.ts';
import { loadModel } from '../../../engine/models/savedModel.ts';
import { modelTools } from '../../../engine/models/modelTools.ts';
import { readReference } from '../../../engine/monitoring/reference.ts';
import { getVersion, latestVersion } from '../../../engine/registry/modelVersions.ts';
import { registryTags } from '../../../engine/registry/registeredModels.ts';
import { summariseVersions } from '../../../engine/registry/summariseVersions.ts';
import { openVersion } from '../../../engine/registry/openVersion.ts';
import { promote } from '../../../engine/registry/promote.ts';
import { scoreShift, worseMetric } from '../../../engine/stages/validation/refitModel.ts';
import { writeFiles } from '../../helpers/makeProject.ts';
import { orders, ordersCsv, ordersProject, ordersYaml, type Order } from '../../helpers/ordersProject.ts';
import { runIn, type ProjectRunner } from '../../helpers/runIn.ts';

const newest = ({ store }: ProjectRunner) => getVersion(store, 'orders', latestVersion(store, 'orders'));

test('a model that passes its gates is fitted again on all rows, as long as the tested fit', async () => {
  const project = runIn(ordersProject());
  assert.equal((await project.run({ refits: true })).error, null);
  const version = newest(project);
  const { report } = version;
  const { refit } = report;
  assert.ok(refit?.kind === 'served');
  assert.deepEqual([refit.rows, refit.unit, report.data.rows.train], [800, 'epochs', 480]);
  const tested = await loadModel(join(project.root, report.modelPath));
  const served = await loadModel(join(project.root, refit.modelPath));
  const { steps } = refit;
  assert.deepEqual(tested.meta.fit, { steps, rows: 480, since: null });
  assert.deepEqual(served.meta.fit, { steps, rows: 800, since: null });
  assert.equal(served.meta.params.epochs, steps);
  assert.ok(refit.shift > 0 && refit.shift < 0.5);
  assert.equal(version.path, refit.modelPath);
  assert.deepEqual(registryTags(project.store, 'orders', 1), [
    { key: 'loopwright.refit', value: 'served' },
    { key: 'loopwright.refit.epochs', value: String(refit.steps) },
    { key: 'loopwright.refit.hash', value: refit.modelHash },
    { key: 'loopwright.refit.rows', value: '800' },
    { key: 'loopwright.tested.hash', value: report.modelHash },
  ]);
  assert.equal(summariseVersions(project.store, 'orders')[0]?.refitRows, 800);
  assert.equal(new Date(refit.until ?? 0).toISOString().slice(0, 10), report.data.period?.to);

  const db = await openDatabase();
  try {
    const source = sourceSql([join(project.root, 'data/features.parquet')]);
    const rows = await db.table(`SELECT amount, hour, country FROM ${source} WHERE _split = 'test'`);
    const tools = modelTools(project.store, configFor(loadProject(project.root), 'default'), 'orders');
    for (const [which, model] of [
      ['served', served],
      ['tested', tested],
    ] as const) {
      const opened = await openVersion(version, tools, which);
      assert.deepEqual((await opened.predict(rows)).values, await model.scores(rows), which);
      await opened.close();
    }
    const reference = await readReference(async () => db, project.root, version);
    const scores = { kind: 'number', values: await tested.scores(rows) };
    assert.deepEqual(
      reference.columns['_score'],
      scores,
      'the refit has seen these rows, so its scores are none to expect',
    );
    const own = { kind: 'number', values: await served.scores(rows) };
    assert.deepEqual(reference.columns['_refit_score'], own);
  } finally {
    db.close();
  }
});

test('a model that fails a gate, and one of a plain run, is not fitted again', async () => {
  const strict = ordersYaml.replace('roc_auc: { min: 0.6 }\n      pr', 'roc_auc: { min: 0.99999 }\n      pr');
  const failed = runIn(ordersProject({ yaml: strict }));
  assert.equal((await failed.run({ refits: true })).status, 'refused');
  assert.equal(newest(failed).report.refit, undefined);
  const plain = runIn(ordersProject());
  await plain.run();
  assert.equal(newest(plain).report.refit, undefined);
});

test('a fit whose scores are far from those of the tested model is refused, and the tested model is served', async () => {
  // The rule turns round on the validation rows, which only the second fit learns from.
  const turned = (row: Order, i: number): Order => (i >= 240 && i < 640 ? { ...row, late: !row.late } : row);
  const yaml = ordersYaml.replace('train: 0.6, validation: 0.2, test: 0.2', 'train: 0.3, validation: 0.5, test: 0.2');
  const project = runIn(ordersProject({ yaml }));
  writeFiles(project.root, { 'incoming/orders-1.csv': ordersCsv(orders({ rows: 800 }).map(turned)) });
  assert.equal((await project.run({ refits: true })).error, null);
  const { report, path } = newest(project);
  assert.ok(report.refit?.kind === 'refused' && report.refit.reason === 'far scores');
  assert.ok(Number(report.refit.shift) > 0.5);
  assert.equal(path, report.modelPath);
});

test('a metric is worse beyond the interval of the tested model, on the side that its direction says', () => {
  const estimate = { value: 0.8, low: 0.7, high: 0.9, confidence: 0.95, n: 100 };
  const worse = (name: string, value: number | null) =>
    worseMetric({ headlineMetric: name, performance: { [name]: estimate } }, value);
  assert.deepEqual(worse('roc_auc', 0.69), { name: 'roc_auc', value: 0.69, bound: 0.7 });
  assert.deepEqual(worse('rmse', 0.91), { name: 'rmse', value: 0.91, bound: 0.9 });
  for (const [name, value] of [
    ['roc_auc', 0.95],
    ['rmse', 0.1],
    ['roc_auc', null],
  ] as const)
    // better, or not known
    assert.equal(worse(name, value), null);
});

test('a champion whose refit has seen the test rows is compared by its tested fit', async () => {
  const project = runIn(ordersProject());
  await project.run({ refits: true });
  promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  const again = async () => {
    project.logs.length = 0;
    assert.equal((await project.run({ stages: ['validate'], force: true })).error, null);
    return project.logs.some((line) => line.includes('its tested fit is compared'));
  };
  assert.equal(await again(), true);
  const gate = newest(project).report.gates.find((one) => one.gate === 'pr_auc@champion');
  assert.equal(gate?.value, 0, 'the same fit on the same rows');
  const later = orders({ rows: 200, firstDay: 61, days: 20, seed: 4, prefix: 'n' });
  const window = { asOf: Date.UTC(2026, 2, 25), window: 20 * 86_400_000, regime: null };
  writeFiles(project.root, { 'incoming/orders-2.csv': ordersCsv(later) });
  project.logs.length = 0;
  assert.equal((await project.run({ stages: ['validate'], period: window })).error, null);
  assert.equal(
    project.logs.some((line) => line.includes('its tested fit is compared')),
    false,
  );
});

test('the shift of scores is their distance in standard deviations, of classes the difference of a share', () => {
  const binary = (...values: number[]) => ({
    task: 'binary' as const,
    values: Float64Array.from(values),
    probabilities: [],
  });
  assert.equal(scoreShift(binary(0, 1, 0, 1), binary(1, 0, 1, 0)), 0, 'the order of the rows does not matter');
  assert.equal(scoreShift(binary(0, 1), binary(0.5, 1.5)), 1);
  assert.equal(scoreShift(binary(0.3, 0.3), binary(0.3, 0.3)), 0);
  assert.equal(scoreShift(binary(0.3, 0.3), binary(0.4, 0.4)), Infinity, 'a constant model has no deviation');
  const classes = (...values: number[]) => ({
    task: 'multiclass' as const,
    values: Float64Array.from(values),
    probabilities: [0, 1, 2].map(() => new Float64Array()),
  });
  assert.equal(scoreShift(classes(0, 1, 2, 2), classes(0, 1, 1, 1)), 0.5);
});

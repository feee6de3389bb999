import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { hashFile } from '../../engine/data/hashFile.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { loadModel } from '../../engine/models/savedModel.ts';
import { getVersion, latestVersion, versionOf } from '../../engine/registry/modelVersions.ts';
import { promote } from '../../engine/registry/promote.ts';
import { readLock } from '../../engine/fingerprint/lockFile.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { readReference } from '../../engine/monitoring/reference.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { labelsSchema, ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

const model = 'orders';

/** The hash of the weights that the lock names. */
async function weights(root: string): Promise<string> {
  const file = Object.keys(readLock(root)['train']?.outs ?? {}).find((path) => path.endsWith('.bin'));
  return (await hashFile(join(root, file ?? ''))).hash;
}

const project = runIn(ordersProject());
const first = await project.run();

test('a binary model is trained, tested and registered as challenger', () => {
  assert.equal(first.error, null);
  const { report } = getVersion(project.store, model, latestVersion(project.store, model));
  assert.deepEqual(
    [report.task, report.target, report.algorithm, report.headlineMetric],
    ['binary', 'late', 'logistic regression', 'roc_auc'],
    'the metric of the first gate stands for it',
  );
  assert.deepEqual(report.data.rows, { train: 480, validation: 160, test: 160 });
  assert.ok((report.performance['roc_auc']?.value ?? 0) > 0.9, 'the made-up rule is learned');
  for (const metric of ['pr_auc', 'roc_auc', 'accuracy', 'brier', 'log_loss']) {
    const estimate = report.performance[metric];
    assert.ok(
      estimate &&
        estimate.low !== null &&
        estimate.high !== null &&
        estimate.low <= estimate.value &&
        estimate.value <= estimate.high,
      metric,
    );
  }
  assert.equal(report.performance['latency_p95_ms']?.low, null);
  assert.deepEqual(report.slices.map(({ value }) => value).toSorted(), ['de', 'fr', 'pl']);
  assert.equal(
    report.slices.reduce((sum, { n }) => sum + n, 0),
    160,
  );
  assert.deepEqual([...new Set(report.fairness.map(({ attribute }) => attribute))], ['country']);
  assert.equal(
    report.calibration.reduce((sum, { n }) => sum + n, 0),
    160,
  );
  assert.deepEqual(
    report.gates.map(({ gate, kind, passed, note }) => [gate, kind, passed, note]),
    [
      ['roc_auc', 'passed', true, ''],
      ['pr_auc@champion', 'no_champion', true, 'there is no champion yet to compare with'],
    ],
  );
  assert.deepEqual(
    [versionOf(project.store, model, 'challenger')?.version, versionOf(project.store, model, 'champion')],
    [1, null],
  );
});

test('the run records each epoch, its inputs and its gates', () => {
  const run = getRun(project.store, first.runId ?? '');
  // A run that takes long has figures of the machine too.
  const keys = run.seriesKeys.filter((key) => !key.startsWith('system/'));
  assert.deepEqual(keys.toSorted(), ['loss', 'validation_loss']);
  assert.deepEqual(run.inputs.map(({ dataset }) => dataset).toSorted(), ['features', 'orders']);
  assert.equal(run.gates.length, 2);
  assert.equal(run.modelVersion, 1);
});

test('the reference is Parquet with the test rows, in their order, and their scores', async () => {
  const db = await openDatabase();
  try {
    const { report, path } = getVersion(project.store, model, 1);
    assert.match(report.referencePath, /\/reference-validate\.parquet$/);
    const reference = await readReference(async () => db, project.root, getVersion(project.store, model, 1));
    assert.deepEqual([reference.rows, report.referenceRows], [160, 160]);
    const source = sourceSql([join(project.root, 'data/features.parquet')]);
    const rows = await db.table(`SELECT amount, hour, country, late FROM ${source} WHERE _split = 'test'`);
    const { _score: score, ...columns } = reference.columns;
    assert.deepEqual(columns, rows.columns);
    const loaded = await loadModel(join(project.root, path));
    assert.deepEqual(score, { kind: 'number', values: await loaded.scores(rows) });
  } finally {
    db.close();
  }
});

test('the fairness of the report has intervals and the rates that each measure compares', () => {
  const { report } = getVersion(project.store, model, 1);
  assert.ok(report.fairness.length > 0);
  for (const { measure, value, low, high, rates } of report.fairness) {
    assert.ok(low !== null && high !== null && low <= value && value <= high, measure);
    for (const { groups } of rates)
      assert.deepEqual(
        groups.map(({ group }) => group),
        ['de', 'fr', 'pl'],
      );
  }
  const ratesOf = (name: string) =>
    report.fairness.find(({ measure }) => measure === name)?.rates.map(({ rate }) => rate);
  assert.deepEqual(ratesOf('demographic_parity_difference'), ['selectionRate']);
  assert.deepEqual(ratesOf('equalized_odds_difference'), ['tpr', 'fpr']);
  assert.deepEqual(ratesOf('equal_opportunity_difference'), ['tpr']);
  assert.deepEqual(
    report.fairnessGroups?.map(({ attribute, groups }) => [attribute, groups.map(({ group }) => group)]),
    [['country', ['de', 'fr', 'pl']]],
  );
  assert.ok(report.foundSlices && report.foundSlices.tried > 0);
});

test('the same seed gives the same weights, another seed gives others', async () => {
  const before = await weights(project.root);
  await project.run({ stages: ['train'], force: true });
  assert.equal(await weights(project.root), before);
  const other = runIn(ordersProject({ yaml: ordersYaml.replace('seed: 3', 'seed: 4') }));
  await other.run({ stages: ['train'] });
  assert.notEqual(await weights(other.root), before);
});

test('a failed gate refuses the run; the version exists but is not the challenger', async () => {
  const strict = runIn(
    ordersProject({
      yaml: ordersYaml.replace(
        'roc_auc: { min: 0.6 }\n      pr',
        'roc_auc: { min: 0.9999, at_confidence: 0.95 }\n      pr',
      ),
    }),
  );
  const { status, error, runId } = await strict.run();
  assert.deepEqual([status, error?.stage], ['refused', 'validate']);
  assert.match(
    error?.message ?? '',
    /^1 of 2 gates failed for version 1: roc_auc 0\.\d+ < 0\.9999 at 95 % confidence \(value 0\.\d+\)/,
  );
  assert.equal(latestVersion(strict.store, model), 1);
  assert.equal(versionOf(strict.store, model, 'challenger'), null);
  assert.equal(getRun(strict.store, runId ?? '').status, 'refused');
  assert.equal(readLock(strict.root)['validate'], undefined, 'a stage that was refused has not finished');
  assert.throws(
    () => promote(strict.store, { name: model, version: 1 }, { why: 'by hand', actor: 'test:me' }),
    /did not pass 1 of 2 gates/,
  );
});

test('a gate against the champion compares on the same rows', async () => {
  promote(project.store, { name: model, version: 1 }, { why: 'test', actor: 'test:me' });
  writeFiles(project.root, {
    'loopwright.yaml': ordersYaml.replace('pr_auc@champion: { min: -0.2 }', 'pr_auc@champion: { min: 0.001 }'),
  });
  const same = await project.run();
  assert.match(same.error?.message ?? '', /pr_auc@champion 0 < 0\.001/, 'the same model is no better than itself');
  assert.deepEqual(
    same.stages.map(({ stage, status }) => `${stage} ${status}`),
    ['collect skipped', 'prepare skipped', 'train skipped', 'validate refused'],
  );
  const { comparison } = getVersion(project.store, model, 2).report;
  assert.deepEqual(
    [comparison?.against, comparison?.n, comparison?.decisions, comparison?.rocAuc?.p],
    [1, 160, { onlyOwn: 0, onlyOther: 0, p: 1 }, 1],
  );
  writeFiles(project.root, {
    'loopwright.yaml': ordersYaml
      .replace('epochs: 3', 'epochs: 12')
      .replace('min_precision: 0.6', 'min_precision: 0.6, importance: { rows: 100, repeats: 2 }'),
  });
  const better = await project.run();
  assert.equal(better.error, null);
  const gate = getRun(project.store, better.runId ?? '').gates.find((result) => result.gate === 'pr_auc@champion');
  assert.ok(gate?.value !== null && gate?.n === 160);
  assert.equal(versionOf(project.store, model, 'challenger')?.version, 3);
  const { importance } = getVersion(project.store, model, 3).report;
  assert.deepEqual([importance?.loss, importance?.rows, importance?.repeats], ['log_loss', 100, 2]);
  assert.deepEqual(importance?.features.map(({ feature }) => feature).toSorted(), ['amount', 'country', 'hour']);
});

test('decisions are compared with those of the champion at one rule, whatever rule it was validated with', async () => {
  const validatedBy = (rule: string, gate = 'accuracy@champion: { min: 0 }') =>
    ordersYaml.replace('min_precision: 0.6', `threshold: ${rule}`).replace('pr_auc@champion: { min: -0.2 }', gate);
  const twice = runIn(ordersProject({ yaml: validatedBy('0.999', 'pr_auc: { min: 0.5 }') }));
  assert.equal((await twice.run()).error, null);
  promote(twice.store, { name: model, version: 1 }, { why: 'test', actor: 'test:me' });
  const { report: strict } = getVersion(twice.store, model, 1);
  assert.deepEqual([strict.threshold, strict.thresholdChoice?.kind], [0.999, 'fixed']);

  writeFiles(twice.root, { 'loopwright.yaml': validatedBy('best_f1') });
  const again = await twice.run();
  const { report } = getVersion(twice.store, model, 2);
  assert.deepEqual([report.thresholdChoice?.rule.kind, report.thresholdChoice?.n], ['best_f1', 160]);
  assert.ok((report.performance['accuracy']?.value ?? 0) > (strict.performance['accuracy']?.value ?? 1) + 0.05);
  const gate = getRun(twice.store, again.runId ?? '').gates.find((result) => result.gate === 'accuracy@champion');
  assert.equal(gate?.value, 0, 'the same model is no better than itself');
  assert.match(
    gate.note,
    /^both thresholds by one rule, best F1 on 160 validation rows: 0\.\d+, the champion's 0\.\d+$/,
  );
  assert.ok(
    twice.logs.some((line) => /decisions from a score of 0\.\d+ on: best F1 on 160 validation rows/.test(line)),
  );
});

test('test rows without a true value are refused, and n leaves out those that have none', async () => {
  const yaml = ordersYaml
    .replace('datasets:\n', 'datasets:\n  holdout: { path: holdout.csv, schema: schemas/orders.dataset.yaml }\n')
    .replace('model: train, data: features, slices: [country]', 'model: train, data: holdout, slices: [country]');
  const rows = (labels: string[]) =>
    `id,at,amount,hour,country,late\n${labels.map((late, i) => `h${i},2026-05-01,${i},${i % 24},de,${late}\n`).join('')}`;
  const unlabelled = Array.from({ length: 30 }, () => '');
  const empty = runIn(ordersProject({ yaml, files: { 'holdout.csv': rows(unlabelled) } }));
  const unchecked = { check: () => [] };
  assert.match(
    (await empty.run(unchecked)).error?.message ?? '',
    /None of the 30 test rows of `holdout` has a true value/,
  );
  writeFiles(empty.root, { 'holdout.csv': rows([...unlabelled, ...unlabelled.map((_, i) => String(i % 2 === 0))]) });
  await empty.run(unchecked);
  const { report } = getVersion(empty.store, model, latestVersion(empty.store, model));
  assert.equal(report.performance['accuracy']?.n, 30);
  assert.equal(report.slices[0]?.n, 30);
});

test('a model of three classes is validated with macro metrics', async () => {
  const multi = runIn(
    ordersProject({
      yaml: ordersYaml
        .replace('model: logistic', 'model: mlp, hidden: [8], target: country, features: [amount, hour]')
        .replace('slices: [country], fairness: { attributes: [country] }, min_precision: 0.6', 'slices: [late]')
        .replace(/gates:\n.*\n.*\n/, 'gates: { log_loss: { max: 10 }, balanced_accuracy: { min: 0 } }\n')
        .replace('roc_auc: { min: 0.6 }\n      missing', 'accuracy: { min: 0.1 }\n      missing')
        .replace('below: roc_auc', 'below: accuracy'),
      files: {
        'schemas/labels.dataset.yaml': labelsSchema.replace('name: late, type: boolean', 'name: country, type: string'),
      },
    }),
  );
  const { error } = await multi.run();
  assert.equal(error, null, error?.message);
  const { report } = getVersion(multi.store, model, 1);
  assert.deepEqual(
    [report.task, report.classes, report.threshold, report.calibration],
    ['multiclass', ['de', 'fr', 'pl'], null, []],
  );
  assert.ok(['accuracy', 'balanced_accuracy', 'macro_f1', 'log_loss'].every((metric) => report.performance[metric]));
});

test('a regression is validated with intervals on its errors', async () => {
  const regression = runIn(
    ordersProject({
      yaml: ordersYaml
        .replace('model: logistic', 'model: linear, target: amount, features: [hour, country, late]')
        .replace('slices: [country], fairness: { attributes: [country] }, min_precision: 0.6', 'slices: [country]')
        .replace(/gates:\n.*\n.*\n/, 'gates: { rmse: { max: 40, at_confidence: 0.9 } }\n')
        .replace('roc_auc: { min: 0.6 }\n      missing', 'r2: { min: 0.1 }\n      missing')
        .replace('below: roc_auc', 'below: r2'),
      files: {
        'schemas/labels.dataset.yaml': labelsSchema.replace('name: late, type: boolean', 'name: amount, type: number'),
      },
    }),
  );
  const { error } = await regression.run();
  assert.equal(error, null, error?.message);
  const { report } = getVersion(regression.store, model, 1);
  assert.deepEqual([report.task, report.algorithm, report.headlineMetric], ['regression', 'linear regression', 'rmse']);
  assert.ok((report.performance['r2']?.value ?? 0) > 0.3);
  assert.ok(
    report.gates[0]?.bound !== null && (report.gates[0]?.bound ?? 0) > (report.gates[0]?.value ?? 0),
    'the upper end is compared',
  );
});

test('two rows of data fail with a clear error', async () => {
  const nothing = runIn(ordersProject({ rows: 2 }));
  const { error } = await nothing.run();
  assert.ok(error && ['train', 'validate'].includes(error.stage), error?.message);
  assert.doesNotMatch(error.message, /undefined|TypeError/);
});

test('test rows of one class have no rank metric, and the gate says why', async () => {
  const one = runIn(
    ordersProject({
      files: {
        'sql/features.sql': `SELECT id, "at", amount, hour, country, CASE WHEN "at" > TIMESTAMP '2026-02-10' THEN false ELSE late END AS late FROM orders`,
      },
    }),
  );
  const { error } = await one.run();
  assert.match(error?.message ?? '', /roc_auc: the test rows hold only one class/);
});

test('the report among the artifacts equals the one in the store', () => {
  const version = getVersion(project.store, model, 1);
  assert.deepEqual(
    JSON.parse(
      readFileSync(join(project.root, '.loopwright/artifacts', version.runId, 'validation-validate.json'), 'utf8'),
    ),
    version.report,
  );
});

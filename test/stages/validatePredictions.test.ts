import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { promote } from '../../engine/registry/promote.ts';
import { serveDeployment } from '../../engine/serving/serveDeployment.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn, type ProjectRunner } from '../helpers/runIn.ts';
import { mlflowVenv } from '../mlflow/mlflowVenv.ts';

const lacking = mlflowVenv.prepare();
const options = { skip: lacking ?? false };

interface Scored {
  id: number;
  amount: number;
  country: string;
  truth: string | number | boolean | null;
  prediction?: string | number | boolean | null;
  score?: number | null;
}

/** A project of a table that another program scored: the schema names the roles of its columns. */
function projectOf(
  rows: readonly Scored[],
  fields: string,
  more: { gates?: string; yaml?: string } = {},
): ProjectRunner {
  const columns = ['id', 'amount', 'country', 'truth', 'prediction', 'score'].filter((name) => name in (rows[0] ?? {}));
  const csv = [
    columns.join(','),
    ...rows.map((row) => columns.map((name) => row[name as keyof Scored] ?? '').join(',')),
  ];
  return runIn(
    makeProject({
      'logs/scored.csv': `${csv.join('\n')}\n`,
      'scored.dataset.yaml': `fields:
  - { name: id, type: integer, loopwright: { role: id } }
  - { name: amount, type: number, loopwright: { role: feature } }
  - { name: country, type: string, loopwright: { role: protected } }
${fields}`,
      'loopwright.yaml': `version: 1
project: elsewhere
datasets:
  scored: { path: logs/*.csv, schema: scored.dataset.yaml }
stages:
  validate:
    uses: validate
    with: { predictions: scored, slices: [country], fairness: { attributes: [country] } }
${more.gates ?? ''}${more.yaml ?? ''}`,
    }),
  );
}

const random = seededRandom(11);
const base = (n: number) =>
  Array.from({ length: n }, (_, id) => ({
    id,
    amount: Number((random.next() * 100).toFixed(2)),
    country: ['de', 'fr', 'pl'][random.integer(3)] ?? '',
  }));
const number = (value: number) => Number(value.toFixed(4));

async function validated(runner: ProjectRunner, name = 'elsewhere') {
  const { error } = await runner.run();
  assert.equal(error, null, error?.message);
  return getVersion(runner.store, name, 1).report;
}

/** Asserts that metrics are those that scikit-learn computes of the same columns. */
function expectSame(
  rows: readonly Scored[],
  performance: Record<string, { value: number; low: number | null; high: number | null }>,
  more: object,
) {
  const column = (name: 'truth' | 'prediction' | 'score') =>
    rows[0]?.[name] === undefined ? undefined : rows.map((row) => row[name]);
  const input = { truth: column('truth'), prediction: column('prediction'), score: column('score'), ...more };
  const script = join(import.meta.dirname, 'predictionMetrics.py');
  const theirs = JSON.parse(mlflowVenv.run(script, JSON.stringify(input))) as Record<string, number>;
  for (const [metric, value] of Object.entries(theirs)) {
    const ours = performance[metric];
    assert.ok(
      ours && Math.abs(ours.value - value) < 1e-12 * Math.max(1, Math.abs(value)),
      `${metric} ${ours?.value} ${value}`,
    );
    if (ours.low !== null) assert.ok(ours.low <= value && value <= (ours.high ?? value), metric);
  }
}

const binary = base(900).map((row) => {
  const score = number(Math.min(0.999, Math.max(0.001, row.amount / 130 + random.next() * 0.25)));
  return { ...row, truth: random.next() < score ? 'fraud' : 'fine', score };
});
const binaryTarget = (more = '') =>
  `  - { name: truth, type: string, categories: [fine, fraud], loopwright: { role: target, positive: fraud } }\n${more}`;
const scoreField = '  - { name: score, type: number, loopwright: { role: score } }\n';
const predictionField = '  - { name: prediction, type: string, loopwright: { role: prediction } }\n';

test('scores and decisions of a table give the metrics of scikit-learn', options, async () => {
  // No threshold of the score gives these decisions: each country has its own.
  const rows = binary.map((row) => ({
    ...row,
    prediction: row.score > ({ de: 0.3, fr: 0.5 }[row.country] ?? 0.7) ? 'fraud' : 'fine',
  }));
  const report = await validated(projectOf(rows, binaryTarget(predictionField + scoreField)));
  expectSame(rows, report.performance, { task: 'binary', positive: 'fraud', probabilities: true });
  assert.equal(report.flavour, 'predictions');
  assert.equal(report.scores, 'probability');
  assert.equal(report.threshold, null);
  assert.ok(report.calibration.length > 5);
  assert.equal(report.slices.length, 3);
  assert.ok(report.fairness.some(({ measure, value }) => measure === 'demographic_parity_difference' && value > 0.2));
  assert.equal(report.performance['latency_p50_ms'], undefined);
  assert.deepEqual(
    report.features.map(({ name }) => name),
    ['amount'],
  );
});

test('decisions at one threshold show it', options, async () => {
  const rows = binary.map((row) => ({ ...row, prediction: row.score >= 0.5 ? 'fraud' : 'fine' }));
  const report = await validated(projectOf(rows, binaryTarget(predictionField + scoreField)));
  const lowest = Math.min(...rows.filter(({ prediction }) => prediction === 'fraud').map(({ score }) => score));
  assert.equal(report.threshold, lowest);
});

test('scores alone, of any scale, give the metrics of ranking', options, async () => {
  const rows = binary.map((row) => ({ ...row, score: number(Math.log(row.score / (1 - row.score))) }));
  const report = await validated(projectOf(rows, binaryTarget(scoreField)));
  expectSame(rows, report.performance, { task: 'binary', positive: 'fraud', probabilities: false });
  assert.equal(report.scores, 'decision');
  assert.equal(report.performance['brier'], undefined);
});

test('predicted classes alone give the metrics of decisions, whatever else the target holds', options, async () => {
  const rows = binary.map(({ score, ...row }) => ({ ...row, prediction: score > 0.4 ? 'fraud' : 'fine' }));
  const target = '  - { name: truth, type: string, loopwright: { role: target, positive: fraud } }\n';
  const report = await validated(projectOf(rows, target + predictionField));
  expectSame(rows, report.performance, { task: 'binary', positive: 'fraud' });
});

test('booleans and missing values: rows without truth or prediction are left out', options, async () => {
  const rows = binary.map((row, i) => ({
    ...row,
    truth: i % 10 === 3 ? null : row.truth === 'fraud',
    prediction: i % 17 === 5 ? null : row.score >= 0.45,
    score: i % 13 === 7 ? null : row.score,
  }));
  const fields = `  - { name: truth, type: boolean, loopwright: { role: target } }
  - { name: prediction, type: boolean, loopwright: { role: prediction } }
${scoreField}`;
  const runner = projectOf(rows, fields);
  const report = await validated(runner);
  const whole = rows.filter(({ truth, prediction, score }) => truth !== null && prediction !== null && score !== null);
  expectSame(whole, report.performance, { task: 'binary', positive: true, probabilities: true });
  assert.equal(report.data.rows.test, whole.length);
  assert.ok(runner.logs.some((line) => line.includes(`${rows.length - whole.length} rows have no true value`)));
});

test('several classes', options, async () => {
  const classes = ['low', 'mid', 'high'];
  const rows = base(600).map((row) => ({
    ...row,
    truth: classes[Math.min(2, Math.floor(row.amount / 33.4))] ?? '',
    prediction: classes[Math.min(2, Math.floor((row.amount * (0.8 + random.next() * 0.4)) / 33.4))] ?? '',
  }));
  const target = '  - { name: truth, type: string, categories: [low, mid, high], loopwright: { role: target } }\n';
  expectSame(rows, (await validated(projectOf(rows, target + predictionField))).performance, { task: 'multiclass' });
  const strange = rows.map((row, i) => (i === 70 ? { ...row, prediction: 'huge' } : row));
  const { error } = await projectOf(strange, target + predictionField).run();
  assert.match(error?.message ?? '', /`prediction` predicts `huge`, which is none of the classes .*low, mid, high/);
});

test('values of a regression', options, async () => {
  const rows = base(500).map((row) => ({
    ...row,
    truth: number(row.amount * 2 + random.next() * 10),
    prediction: number(row.amount * 2.1),
  }));
  const fields = `  - { name: truth, type: number, loopwright: { role: target } }
  - { name: prediction, type: number, loopwright: { role: prediction } }
`;
  expectSame(rows, (await validated(projectOf(rows, fields))).performance, { task: 'regression' });
});

test('a gate that fails is told, and serving the version is refused', async () => {
  const rows = binary.map((row) => ({ ...row, prediction: row.score >= 0.5 ? 'fraud' : 'fine' }));
  const runner = projectOf(rows, binaryTarget(predictionField + scoreField), {
    gates: '    gates: { roc_auc: { min: 0.5 } }\n',
    yaml: 'deployments:\n  front: { model: champion, as: api, port: 18082 }\n',
  });
  await validated(runner);
  promote(runner.store, { name: 'elsewhere', version: 1 }, { why: 'test', actor: 'test:me' });
  const project = loadProject(runner.root);
  const request = { project, store: runner.store, config: configFor(project, 'default'), deployment: 'front', port: 0 };
  await assert.rejects(
    serveDeployment(request),
    /a table of predictions that another program made\. There is no model/,
  );
  assert.equal((await runner.run({ force: true })).status, 'finished');
  const strict = projectOf(rows, binaryTarget(scoreField), { gates: '    gates: { roc_auc: { min: 0.99 } }\n' });
  assert.match(String((await strict.run()).stages[0]?.summary), /1 gate failed/);
});

test('a collected table is validated after its stage, as Parquet', async () => {
  const rows = binary.map((row) => ({ ...row, prediction: row.score >= 0.5 ? 'fraud' : 'fine' }));
  const csv = await validated(projectOf(rows, binaryTarget(predictionField + scoreField)));
  const runner = projectOf(rows, binaryTarget(predictionField + scoreField));
  const file = join(runner.root, 'loopwright.yaml');
  const collect = '  collect: { uses: collect, with: { dataset: scored, from: { files: logs/*.csv } } }\n';
  const text = readFileSync(file, 'utf8').replace('path: logs/*.csv', 'path: data/*.parquet');
  writeFileSync(file, text.replace('stages:\n', `stages:\n${collect}`));
  const { stages, error } = await runner.run();
  assert.equal(error, null, error?.message);
  assert.deepEqual(
    stages.map(({ stage }) => stage),
    ['collect', 'validate'],
  );
  assert.deepEqual(getVersion(runner.store, 'elsewhere', 1).report.performance, csv.performance);
});

test('models name what a table is of', async () => {
  const rows = binary.map((row) => ({ ...row, prediction: row.score >= 0.5 ? 'fraud' : 'fine' }));
  const runner = projectOf(rows, binaryTarget(scoreField), { yaml: 'models:\n  theirs: { predictions: scored }\n' });
  assert.equal((await validated(runner, 'theirs')).model, 'theirs');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LifeCyclePart, RunStatus } from '../../protocol/lifeCycle.ts';
import { projectOverview } from '../../engine/overview/projectOverview.ts';
import { evaluateMonitor } from '../../engine/monitoring/evaluateMonitor.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { promote } from '../../engine/registry/promote.ts';
import { logPredictions } from '../../engine/serving/predictionLog.ts';
import { recordRun } from '../../engine/tracking/recordRun.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersProject, ordersStart, ordersYaml } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';
import { answeredRequest } from '../helpers/answeredRequest.ts';

const project = runIn(ordersProject());
const overview = () => projectOverview(loadProject(project.root), project.store);
const line = (part: LifeCyclePart) => {
  const found = overview().life.find((candidate) => candidate.part === part);
  return `${found?.state}: ${found?.detail}`;
};

test('before anything ran, eight parts with nothing yet', () => {
  const { life, stages, experiments, datasets, models, deployments, monitors, problems } = projectOverview(
    loadProject(project.root),
    null,
  );
  assert.deepEqual(
    life.map(({ part, state }) => `${part} ${state}`),
    [
      'collect none',
      'prepare none',
      'develop none',
      'track none',
      'validate none',
      'deploy none',
      'monitor none',
      'retrain none',
    ],
  );
  assert.deepEqual(
    life.map(({ stage }) => stage),
    ['collect', 'prepare', 'train', null, 'validate', null, null, null],
  );
  assert.deepEqual(
    [
      stages.length,
      experiments.map(({ name, runCount, file }) => [name, runCount, file]),
      datasets.map(({ name, snapshot }) => [name, snapshot]),
      models,
      monitors.map(({ name, state }) => [name, state]),
      problems,
    ],
    [
      4,
      [
        ['default', 0, null],
        ['longer', 0, 'experiments/longer.experiment.yaml'],
      ],
      [
        ['orders', null],
        ['features', null],
        ['labels', null],
      ],
      [],
      [['production', 'none']],
      [],
    ],
  );
  assert.deepEqual(
    deployments.map(({ name, state, predictions }) => [name, state, predictions]),
    [
      ['production', 'stopped', 0],
      ['nightly', 'stopped', 0],
    ],
  );
  assert.deepEqual(
    stages.map(({ line: at }) => at),
    ['  collect:', '  prepare:', '  train:', '  validate:'].map((text) => ordersYaml.split('\n').indexOf(text) + 1),
  );
});

test('each part tells where it stands as the model lives', async () => {
  await project.run();
  assert.deepEqual(
    [line('collect'), line('track'), line('deploy')],
    ['ok: 800 rows', 'ok: 1 run', 'attention: v1 passed its gates and waits for promotion'],
  );
  assert.match(line('validate'), /^ok: roc_auc 0\.\d+ · 2 gates passed · v1$/);
  promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  assert.equal(line('deploy'), 'none: stopped');
  writeFiles(project.root, { 'loopwright.yaml': ordersYaml.replace('epochs: 3', 'epochs: 4') });
  assert.match(line('develop'), /^stale: stale: params\.epochs 3 → 4$/);
  assert.equal(line('validate'), 'stale: waits for train');
  writeFiles(project.root, { 'loopwright.yaml': ordersYaml });
  for (const day of [70, 71])
    logPredictions(
      project.store,
      answeredRequest('production'),
      orders({ rows: 150, firstDay: day, days: 1, shift: 80, prefix: `x${day}` }).map((row) => ({
        at: Date.parse(row.at),
        key: row.id,
        features: { amount: row.amount, hour: row.hour, country: row.country },
        score: 0.5,
        prediction: '1',
        predictMs: 1,
        error: null,
      })),
    );
  const judge = async () => {
    const loaded = loadProject(project.root);
    await evaluateMonitor({
      project: loaded,
      config: configFor(loaded, 'default'),
      store: project.store,
      monitor: 'production',
      now: ordersStart + 72 * 86_400_000,
    });
  };
  await judge();
  assert.match(line('monitor'), /^attention: drift in \d of 3 features · the score drifted$/);
  assert.equal(
    line('retrain'),
    'attention: waiting: the inputs drifted for 2 windows, but 0 of 300 labelled rows from 2026-03-12 on are there',
  );
  const unlabelled = ordersYaml.replace('    labels: { dataset: labels, key: id, delay: 2d }\n', '');
  writeFiles(project.root, { 'loopwright.yaml': unlabelled });
  assert.equal(line('retrain'), 'none: no trigger holds', 'windows that other settings judged do not count');
  await judge();
  assert.equal(line('retrain'), 'attention: due: the inputs drifted for 2 windows');
  writeFiles(project.root, { 'loopwright.yaml': ordersYaml });
  assert.equal(overview().deployments[0]?.predictions, 300);
  writeFiles(project.root, { 'sql/features.sql': 'SELECT nosuch FROM orders' });
  await project.run();
  assert.match(line('prepare'), /^failed: the last run failed/);
});

test('a project that could never be read tells why, and has eight parts with nothing', () => {
  const broken = projectOverview(loadProject(makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\n' })), null);
  assert.deepEqual(
    [
      broken.project,
      broken.problem?.line,
      broken.problems.map(({ code }) => code),
      broken.life.map(({ state }) => state),
      broken.stages,
      broken.experiments.length,
    ],
    ['p', 1, ['LW103'], Array.from({ length: 8 }, () => 'none'), [], 1],
  );
  const cyclic = projectOverview(
    loadProject(
      makeProject({
        'loopwright.yaml':
          'version: 1\nproject: p\nstages: { a: { cmd: x, deps: [b], outs: [a] }, b: { cmd: x, deps: [a], outs: [b] }, c: { cmd: z } }\n',
      }),
    ),
    null,
  );
  assert.deepEqual(
    [cyclic.problem, cyclic.problems.map(({ code }) => code), cyclic.stages.map(({ name }) => name)],
    [null, ['LW203'], ['c']],
    'a finding of meaning leaves the stages that it is not about',
  );
});

test('a project of commands alone has no data, no deployment and no monitor', () => {
  const bare = projectOverview(
    loadProject(makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: { s: { cmd: "true" } }\n' })),
    null,
  );
  assert.deepEqual(
    bare.life.map(({ state, detail }) => `${state}: ${detail}`),
    [
      'none: no stage',
      'none: no stage',
      'none: not run yet',
      'none: no runs yet',
      'none: no stage',
      'none: no deployment declared',
      'none: no monitor declared',
      'none: no policy declared',
    ],
  );
});

test('a stage that its gates refused has a state of its own, and says how many failed', async () => {
  const strict = runIn(
    ordersProject({
      yaml: ordersYaml.replace(
        'roc_auc: { min: 0.6 }\n      pr',
        'roc_auc: { min: 0.9999, at_confidence: 0.95 }\n      pr',
      ),
    }),
  );
  assert.equal((await strict.run()).status, 'refused');
  const { life, stages, primary, experiments } = projectOverview(loadProject(strict.root), strict.store);
  assert.deepEqual(
    life.filter(({ part }) => part === 'validate').map(({ state, detail }) => [state, detail]),
    [['refused', '1 of 2 gates failed']],
  );
  const validate = stages.find(({ name }) => name === 'validate');
  assert.deepEqual(
    [validate?.state, validate?.reasons[0], validate?.last?.status],
    ['refused', '1 of 2 gates failed', 'refused'],
  );
  assert.match(validate?.last?.summary ?? '', /^roc_auc 0\.\d+ · 1 of 2 gates failed · v1$/);
  assert.deepEqual(
    [primary[0]?.name, experiments[0]?.primary[0]?.name, experiments[0]?.primary[0]?.why],
    ['roc_auc', 'roc_auc', 'the first gate'],
  );
  assert.ok((experiments[0]?.best ?? 0) > 0.9, 'a refused run was measured to the end');
});

test('experiments of other programs are listed, each with the metric that stands for it and its best value', () => {
  const own = runIn(ordersProject());
  const log = (experiment: string, metrics: Record<string, number>, status: RunStatus = 'finished') => {
    const run = recordRun(own.store, {
      experiment,
      params: {},
      seed: null,
      commit: null,
      dirty: false,
      environment: {},
      command: '',
      asOf: null,
    });
    run.metrics(metrics);
    run.end(status);
  };
  log('mnist', { accuracy: 0.99, loss: 0.1, val_accuracy: 0.9, val_loss: 0.3, 'system/cpu': 50 });
  log('mnist', { accuracy: 0.99, loss: 0.1, val_accuracy: 0.94, val_loss: 0.2, 'system/cpu': 50 });
  log('mnist', { val_accuracy: 0.99 }, 'failed');
  log('prices', { 'eval-rmse': 4, 'train-rmse': 1 });
  log('prices', { 'eval-rmse': 3, 'train-rmse': 2 });
  const { experiments } = projectOverview(loadProject(own.root), own.store);
  assert.deepEqual(
    experiments
      .slice(2)
      .map(({ name, runCount, primary, best, file }) => [
        name,
        runCount,
        primary[0]?.name,
        primary[0]?.direction,
        best,
        file,
      ]),
    [
      ['mnist', 3, 'val_accuracy', 'maximize', 0.94, null],
      ['prices', 2, 'eval-rmse', 'minimize', 3, null],
    ],
  );
});

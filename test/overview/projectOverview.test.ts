import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LifeCyclePart } from '../../protocol/lifeCycle.ts';
import { projectOverview } from '../../engine/overview/projectOverview.ts';
import { evaluateMonitor } from '../../engine/monitoring/evaluateMonitor.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { promote } from '../../engine/registry/promote.ts';
import { logPredictions } from '../../engine/serving/predictionLog.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersProject, ordersStart, ordersYaml } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

const project = runIn(ordersProject());
const overview = () => projectOverview(loadProject(project.root), project.store);
const line = (part: LifeCyclePart) => {
  const found = overview().life.find((candidate) => candidate.part === part);
  return `${found?.state}: ${found?.detail}`;
};

test('before anything ran, eight parts with nothing yet', () => {
  const { life, stages, experiments, datasets, models, deployments, monitors, problems } = projectOverview(loadProject(project.root), null);
  assert.deepEqual(life.map(({ part, state }) => `${part} ${state}`), ['collect none', 'prepare none', 'develop none', 'track none', 'validate none', 'deploy none', 'monitor none', 'retrain none']);
  assert.deepEqual(life.map(({ stage }) => stage), ['collect', 'prepare', 'train', null, 'validate', null, null, null]);
  assert.deepEqual([stages.length, experiments.map(({ name, runCount, file }) => [name, runCount, file]), datasets.map(({ name, snapshot }) => [name, snapshot]), models, monitors, problems], [4, [['default', 0, null], ['longer', 0, 'experiments/longer.experiment.yaml']], [['orders', null], ['features', null], ['labels', null]], [], ['production'], []]);
  assert.deepEqual(deployments.map(({ name, state, predictions }) => [name, state, predictions]), [['production', 'stopped', 0], ['nightly', 'stopped', 0]]);
  assert.deepEqual(stages.map(({ line: at }) => at), ['  collect:', '  prepare:', '  train:', '  validate:'].map((text) => ordersYaml.split('\n').indexOf(text) + 1));
});

test('each part tells where it stands as the model lives', async () => {
  await project.run();
  assert.deepEqual([line('collect'), line('track'), line('deploy')], ['ok: 800 rows', 'ok: 1 run', 'attention: v1 passed its gates and waits for promotion']);
  assert.match(line('validate'), /^ok: roc_auc 0\.\d+ · 2 gates passed · v1$/);
  promote(project.store, 'orders', 1, 'test');
  assert.equal(line('deploy'), 'none: stopped');
  writeFiles(project.root, { 'loopwright.yaml': ordersYaml.replace('epochs: 3', 'epochs: 4') });
  assert.match(line('develop'), /^stale: stale: params\.epochs 3 → 4$/);
  assert.equal(line('validate'), 'stale: waits for train');
  writeFiles(project.root, { 'loopwright.yaml': ordersYaml });
  for (const day of [70, 71]) logPredictions(project.store, 'production', orders({ rows: 150, firstDay: day, days: 1, shift: 80, prefix: `x${day}` }).map((row) => ({ at: Date.parse(row.at), modelVersion: 1, key: row.id, features: { amount: row.amount, hour: row.hour, country: row.country }, score: 0.5, prediction: '1', latencyMs: 1, error: null })));
  const loaded = loadProject(project.root);
  await evaluateMonitor({ project: loaded, config: configFor(loaded, 'default'), store: project.store, monitor: 'production', now: ordersStart + 72 * 86_400_000 });
  assert.match(line('monitor'), /^attention: drift in \d of 3 features$/);
  assert.equal(line('retrain'), 'attention: due: the inputs drifted for 2 windows');
  assert.equal(overview().deployments[0]?.predictions, 300);
  writeFiles(project.root, { 'sql/features.sql': 'SELECT nosuch FROM orders' });
  await project.run();
  assert.match(line('prepare'), /^failed: the last run failed/);
});

test('a project that could never be read tells why, and has eight parts with nothing', () => {
  const broken = projectOverview(loadProject(makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\n' })), null);
  assert.deepEqual([broken.project, broken.problem?.line, broken.problems.map(({ code }) => code), broken.life.map(({ state }) => state), broken.stages, broken.experiments.length], ['p', 1, ['LW103'], Array.from({ length: 8 }, () => 'none'), [], 1]);
  const cyclic = projectOverview(loadProject(makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: { a: { cmd: x, deps: [b], outs: [a] }, b: { cmd: x, deps: [a], outs: [b] }, c: { cmd: z } }\n' })), null);
  assert.deepEqual([cyclic.problem, cyclic.problems.map(({ code }) => code), cyclic.stages.map(({ name }) => name)], [null, ['LW203'], ['c']], 'a finding of meaning leaves the stages that it is not about');
});

test('a project of commands alone has no data, no deployment and no monitor', () => {
  const bare = projectOverview(loadProject(makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: { s: { cmd: "true" } }\n' })), null);
  assert.deepEqual(bare.life.map(({ state, detail }) => `${state}: ${detail}`), ['none: no stage', 'none: no stage', 'none: not run yet', 'none: no runs yet', 'none: no stage', 'none: no deployment declared', 'none: no monitor declared', 'none: no policy declared']);
});

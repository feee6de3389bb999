import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { versionLineage } from '../../engine/cards/versionLineage.ts';
import type { ProjectConfig } from '../../engine/project/schema/projectSchema.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { logPredictionFile, logPredictions } from '../../engine/serving/predictionLog.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { recordSnapshot } from '../../engine/tracking/snapshots.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { versionReport } from '../helpers/versionReport.ts';

const config: ProjectConfig = {
  version: 1,
  project: 'm',
  stages: {},
  deployments: { api: { model: 'champion', as: 'api', port: 8080 } },
};

function history() {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  const run = (id: string, ...inputs: [dataset: string, snapshot: string][]) => {
    store.sql.run(
      `INSERT INTO runs (run_id, name, experiment, status, started_at, commit_hash) VALUES (?, ?, 'default', 'finished', 1, 'abc')`,
      id,
      `name-${id}`,
    );
    for (const [dataset, snapshot] of inputs)
      store.sql.run('INSERT INTO run_inputs (run_id, dataset, snapshot_id) VALUES (?, ?, ?)', id, dataset, snapshot);
  };
  const snapshot = (dataset: string, source: string, runId: string | null) =>
    recordSnapshot(store, {
      dataset,
      hash: `h-${dataset}`,
      rows: 10,
      bytes: 1,
      quarantined: 0,
      runId,
      source,
      columns: [],
      detail: {},
    }).id;
  return { store, run, snapshot };
}

test('a version goes back over its run, the data and the runs that made it to the sources, and on to its predictions', () => {
  const { store, run, snapshot } = history();
  const raw = snapshot('orders', 'https://example.org/orders.csv', 'collect');
  run('collect');
  const prepared = snapshot('features', 'prepare', 'prep');
  run('prep', ['orders', raw]);
  run('train', ['features', prepared], ['orders', raw]);
  registerVersion(store, 'm', 'train', versionReport(), 'run:anna');
  registerVersion(store, 'm', 'train', versionReport(), 'run:anna');
  const log = (version: number, role: 'stable' | 'shadow') =>
    logPredictions(store, { deployment: 'api', requestId: 'r', model: 'm', version, role, trace: null }, [
      { at: 5, key: null, features: {}, score: 0.5, prediction: 'yes', predictMs: 1, error: null },
    ]);
  log(1, 'stable');
  log(1, 'stable');
  log(1, 'shadow');
  log(2, 'stable');
  logPredictionFile(
    store,
    { deployment: 'nightly', model: 'm', version: 1, role: 'stable' },
    { path: 'x', from: 1, to: 9, rows: 7 },
  );
  const { about, nodes, edges } = versionLineage(store, config, { name: 'm', version: 1 });
  assert.equal(about, 'version:m@1');
  assert.deepEqual(
    edges.map(({ from, to }) => `${from} > ${to}`).toSorted(),
    [
      `source:https://example.org/orders.csv > snapshot:${raw}`,
      `source:prepare > snapshot:${prepared}`,
      `run:collect > snapshot:${raw}`,
      `run:prep > snapshot:${prepared}`,
      `snapshot:${raw} > run:prep`,
      `snapshot:${raw} > run:train`,
      `snapshot:${prepared} > run:train`,
      'run:train > version:m@1',
      'version:m@1 > deployment:api',
      'version:m@1 > deployment:nightly',
      'deployment:api > predictions:api/stable',
      'deployment:api > predictions:api/shadow',
      'deployment:nightly > predictions:nightly/stable',
    ].toSorted(),
  );
  assert.deepEqual(
    nodes.flatMap((node) => (node.kind === 'predictions' ? [[node.id, node.count]] : [])),
    [
      ['predictions:api/shadow', 1],
      ['predictions:api/stable', 2],
      ['predictions:nightly/stable', 7],
    ],
  );
  assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length);
  const ids = new Set(nodes.map(({ id }) => id));
  assert.ok(edges.every(({ from, to }) => ids.has(from) && ids.has(to)));
});

test('a run that is gone, a circle of runs and a version without predictions give the part that is known', () => {
  const { store, run, snapshot } = history();
  registerVersion(store, 'm', 'gone', versionReport(), 'run:anna');
  assert.deepEqual(
    versionLineage(store, config, { name: 'm', version: 1 }).nodes.map(({ id }) => id),
    ['version:m@1'],
  );
  const a = snapshot('a', '', 'two');
  const b = snapshot('b', '', 'one');
  run('one', ['a', a]);
  run('two', ['b', b]);
  registerVersion(store, 'm', 'one', versionReport(), 'run:anna');
  assert.deepEqual(
    versionLineage(store, config, { name: 'm', version: 2 })
      .edges.map(({ from, to }) => `${from} > ${to}`)
      .toSorted(),
    [
      `run:one > snapshot:${b}`,
      'run:one > version:m@2',
      `run:two > snapshot:${a}`,
      `snapshot:${a} > run:one`,
      `snapshot:${b} > run:two`,
    ].toSorted(),
  );
  assert.throws(() => versionLineage(store, config, { name: 'm', version: 9 }), /has no version 9/);
});

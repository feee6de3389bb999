import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportFileStore } from '../../engine/transfer/exportFileStore.ts';
import { plainKeys, type ExportCounts } from '../../engine/transfer/exportedRuns.ts';
import { exportServer } from '../../engine/transfer/exportServer.ts';
import { recordRun } from '../../engine/tracking/recordRun.ts';
import { artifactsFolder, type Store } from '../../engine/store/store.ts';
import { writePoints } from '../../engine/tracking/writeRun.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { added, importInto, withStore } from './importStore.ts';
import {
  mlflowSays,
  mlflowSaysOfProject,
  projectFile,
  python,
  withEndpoint,
  type Description,
} from './mlflowClient.ts';

const start = {
  experiment: 'tünes',
  params: { lr: 0.1, name: 'mlp', layers: [64, 32], flag: true, none: null, 'a/b': 'x\ny', yes: 'null' },
  seed: 7,
  commit: 'abc',
  dirty: false,
  environment: {},
  command: 'loopwright run',
  asOf: null,
};

/** A store with two runs of its own: every kind of value, a child, artifacts. */
function fill(store: Store): string {
  const run = recordRun(store, { ...start, tags: { note: 'l1\nl2 "✓" 😀', 'mlflow.note.content': '**b**' } });
  for (let step = 0; step < 2500; step++) run.metric('loss', 1 / (step + 1), step);
  run.metrics(
    { 'special/nan': Number.NaN, inf: Infinity, ninf: -Infinity, tiny: 5e-324, third: 1 / 3, 'difference[age]': 0.25 },
    -1,
  );
  run.end('finished');
  const child = recordRun(store, {
    ...start,
    experiment: 'default',
    params: {},
    tags: { 'mlflow.parentRunId': run.runId },
  });
  child.end('cancelled');
  writeFiles(artifactsFolder(store, run.runId), { 'model/weights.bin': Buffer.alloc(3000, 7), 'ü n.txt': 'hello' });
  return run.runId;
}

const numbers = ({ experiments, runs, points, artifacts, updated, unchanged, skipped }: ExportCounts) => [
  experiments,
  runs,
  points,
  artifacts,
  updated,
  unchanged,
  skipped,
];

/** What every reader of the export must find; ids of runs differ on a server. */
function checkSaid(said: Description, parent: string): void {
  const run = said.runs.find(({ experiment }) => experiment === 'tünes');
  assert.ok(run);
  assert.deepEqual(run.params, {
    lr: '0.1',
    name: 'mlp',
    layers: '[64,32]',
    flag: 'true',
    none: 'null',
    'a/b': 'x\ny',
    yes: 'null',
  });
  assert.equal(run.tags['note'], 'l1\nl2 "✓" 😀');
  assert.equal(run.tags['mlflow.source.git.commit'], 'abc');
  assert.equal(run.tags['loopwright.seed'], '7');
  assert.equal(run.status, 'FINISHED');
  assert.deepEqual(Object.keys(run.metrics).toSorted(), [
    'difference_age_',
    'inf',
    'loss',
    'ninf',
    'special/nan',
    'third',
    'tiny',
  ]);
  assert.deepEqual(
    run.metrics['loss']?.map(([step, , value]) => [step, Number(value)]),
    Array.from({ length: 2500 }, (_, step) => [step, 1 / (step + 1)]),
  );
  const value = (key: string) => run.metrics[key]?.map(([step, , text]) => [step, text]);
  assert.deepEqual(
    [value('special/nan'), value('inf'), value('ninf'), value('tiny'), value('third')],
    [[[-1, 'nan']], [[-1, 'inf']], [[-1, '-inf']], [[-1, '5e-324']], [[-1, '0.3333333333333333']]],
  );
  assert.deepEqual(run.artifacts, { 'model/weights.bin': 3000, 'ü n.txt': 5 });
  const child = said.runs.find(({ experiment }) => experiment === 'Default');
  assert.deepEqual([child?.status, child?.tags['mlflow.parentRunId']], ['KILLED', parent === '' ? run.id : parent]);
}

test('MLflow reads an exported file store as the runs are; exporting again adds nothing, then only what is new', async (t) => {
  const why = python.prepare();
  if (why) return t.skip(why);
  const root = makeProject(projectFile);
  const to = join(root, 'out', 'mlruns');
  await withStore(root, async (store) => {
    const id = fill(store);
    const first = await exportFileStore(store, to, {});
    assert.deepEqual(numbers(first), [2, 2, 2506, 2, 0, 0, 0]);
    assert.deepEqual(
      first.problems.map(({ message }) => message),
      ['the metric `difference[age]` is written as `difference_age_`'],
    );
    checkSaid(mlflowSays(`file://${to}`), id);
    assert.deepEqual(numbers(await exportFileStore(store, to, {})), [0, 0, 0, 0, 0, 2, 0]);
    writePoints(store, 1, [{ key: 'loss', value: 0.5, step: 9999, at: 5 }]);
    assert.deepEqual(numbers(await exportFileStore(store, to, {})), [0, 0, 1, 0, 1, 1, 0]);
  });
  assert.equal(
    mlflowSays(`file://${to}`).runs.find(({ experiment }) => experiment === 'tünes')?.metrics['loss']?.length,
    2501,
  );
  // Back where it came from it is nothing new; elsewhere it is all there.
  assert.deepEqual(added(await importInto(root, to)), [0, 0, 0, 0, 0, 0, 0, 0, 2]);
  const other = makeProject(projectFile);
  assert.equal((await importInto(other, to)).runs, 2);
  assert.deepEqual(await mlflowSaysOfProject(other), mlflowSays(`file://${to}`));
});

test('a server gets runs as they are, once, and then what is new', async (t) => {
  const why = python.prepare();
  if (why) return t.skip(why);
  const root = makeProject(projectFile);
  const other = makeProject(projectFile);
  await withEndpoint(other, async (uri, token) => {
    await withStore(root, async (store) => {
      fill(store);
      const env = { MLFLOW_TRACKING_TOKEN: token };
      const first = await exportServer(store, uri, { env });
      assert.deepEqual(numbers(first), [1, 2, 2506, 2, 0, 0, 0], JSON.stringify(first.problems));
      checkSaid(mlflowSays(uri, token), '');
      assert.deepEqual(numbers(await exportServer(store, uri, { env })), [0, 0, 0, 0, 0, 2, 0]);
      writePoints(store, 1, [{ key: 'loss', value: 0.5, step: 9999, at: 5 }]);
      assert.deepEqual(numbers(await exportServer(store, uri, { env })), [0, 0, 1, 0, 1, 1, 0]);
      await assert.rejects(
        exportServer(store, uri, { env: { MLFLOW_TRACKING_TOKEN: 'wrong' } }),
        /401.*MLFLOW_TRACKING_TOKEN/s,
      );
    });
  });
});

test('the command exports a choice of runs, and tells what it cannot do', async () => {
  const root = makeProject(projectFile);
  await withStore(root, (store) => void fill(store));
  const exported = await runCli(['export', '--to', 'mlruns:out', '--filter', 'params.lr = 0.1', '--json'], {
    cwd: root,
  });
  assert.equal(exported.code, 0, exported.err);
  const counts = JSON.parse(exported.out) as ExportCounts;
  assert.deepEqual([counts.runs, counts.experiments], [1, 1]);
  const meta = readFileSync(join(root, 'out', '1', 'meta.yaml'), 'utf8');
  assert.match(meta, /name: "t\\xfcnes"/);
  for (const [args, told] of [
    [['--to', 'nowhere'], /is not a valid destination/],
    [[], /Name the destination/],
    [['--to', 'mlruns:x', '--filter', 'metrics.'], /filter cannot be read/],
  ] as const) {
    const { code, err } = await runCli(['export', ...args], { cwd: root });
    assert.equal(code, 2);
    assert.match(err, told);
  }
  assert.equal(existsSync(join(root, 'x')), false);
  const unreachable = await runCli(['export', '--to', 'http://127.0.0.1:9'], { cwd: root });
  assert.equal(unreachable.code, 1);
  assert.match(unreachable.err, /cannot be reached/);
});

test('keys that MLflow refuses get ones that it takes, each its own', () => {
  assert.deepEqual(Object.fromEntries(plainKeys(['a', 'a/b', 'a[b]', 'a_b_', '../x', '/abs', 'ok ü-1:2'])), {
    a: 'a',
    'a/b': 'a_b-2',
    'a[b]': 'a_b_-2',
    a_b_: 'a_b_',
    '../x': '_../x',
    '/abs': '_/abs',
    'ok ü-1:2': 'ok ü-1:2',
  });
});

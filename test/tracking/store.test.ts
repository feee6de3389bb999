import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, test } from 'node:test';
import { WorkError } from '../../engine/base/errors.ts';
import { listEvents, recordEvent } from '../../engine/tracking/events.ts';
import { isAlive, processStart } from '../../engine/base/processIdentity.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { metricSeries } from '../../engine/tracking/metricSeries.ts';
import { changeRuns } from '../../engine/tracking/changeRuns.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { lastStageResults, runCounts } from '../../engine/tracking/stageResults.ts';
import { readLog } from '../../engine/tracking/readLog.ts';
import { recordRun, type NewRun } from '../../engine/tracking/recordRun.ts';
import { runName } from '../../engine/tracking/runName.ts';
import { newestSnapshot, recordSnapshot, snapshotCount } from '../../engine/tracking/snapshots.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { artifactsFolder, hasStore, logPath, type Store } from '../../engine/store/store.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { until } from '../helpers/until.ts';

function newStore(): Store {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  return store;
}

const start: NewRun = {
  experiment: 'default',
  params: { lr: 0.1, hidden: [8, 4], name: '100%_a\\b' },
  tags: { who: 'test' },
  seed: 3,
  commit: 'abc',
  dirty: true,
  environment: { node: '24' },
  command: 'loopwright run',
  asOf: null,
};

test('a run is told as it was recorded', () => {
  const store = newStore();
  const run = recordRun(store, start);
  run.stage('train', 'train', 0, ['never run']);
  run.metric('loss', 0.5, 1);
  run.metric('loss', 0.3, 2);
  run.metrics({ pr_auc: 0.9, odd: Number.NaN, big: Number.POSITIVE_INFINITY });
  run.progress('train: epoch 2/3');
  assert.deepEqual(
    listRuns(store).runs.map(({ status, progress, endedAt, dirty, commit }) => ({
      status,
      progress,
      endedAt,
      dirty,
      commit,
    })),
    [{ status: 'running', progress: 'train: epoch 2/3', endedAt: null, dirty: true, commit: 'abc' }],
  );
  run.stageEnded('train', 'finished', { summary: 'done', exitCode: 0 });
  run.stageSkipped('validate', 'validate', 1);
  const gate = { min: 0.5, max: null, value: 0.9, bound: null, atConfidence: null, n: 10, passed: true, note: '' };
  run.gates('validate', [{ ...gate, kind: 'passed', gate: 'recall' }]);
  run.gates('validate', [{ ...gate, kind: 'passed', gate: 'pr_auc' }]);
  run.gates('validate-other', [{ ...gate, kind: 'passed', gate: 'mae' }]);
  run.end('finished');
  mkdirSync(artifactsFolder(store, run.runId), { recursive: true });
  writeFileSync(`${artifactsFolder(store, run.runId)}/a.txt`, '12345');
  const detail = getRun(store, run.runId);
  assert.deepEqual(
    [detail.status, detail.progress, detail.seed, detail.params, detail.tags, detail.environment],
    ['finished', null, 3, start.params, start.tags, { node: '24' }],
  );
  assert.deepEqual(
    detail.stages.map(({ stage, status, reasons, summary, exitCode }) => ({
      stage,
      status,
      reasons,
      summary,
      exitCode,
    })),
    [
      { stage: 'train', status: 'finished', reasons: ['never run'], summary: 'done', exitCode: 0 },
      { stage: 'validate', status: 'skipped', reasons: [], summary: '', exitCode: null },
    ],
  );
  assert.equal(detail.metrics['loss'], 0.3, 'the latest value of a metric');
  assert.equal(detail.metrics['odd'], undefined);
  assert.deepEqual(
    [detail.seriesKeys, detail.artifacts, detail.gates.map((outcome) => outcome.gate)],
    [['loss'], [{ path: 'a.txt', bytes: 5 }], ['pr_auc', 'mae']],
    'the gates of a second stage follow those of the first; those of a repeated stage replace its own',
  );
  assert.deepEqual(
    [detail.command, detail.reproduce],
    ['loopwright run', `loopwright reproduce ${run.runId.slice(0, 8)}`],
  );
  assert.doesNotThrow(() => JSON.stringify(detail));
  assert.deepEqual(
    metricSeries(store, [run.runId, 'none'], 'loss').map(({ count, steps, values }) => [
      count,
      numbers(steps),
      numbers(values),
    ]),
    [
      [2, [1, 2], [0.5, 0.3]],
      [0, [], []],
    ],
  );
});

test('an earlier step that comes late does not become the latest', () => {
  const store = newStore();
  const run = recordRun(store, start);
  run.metric('loss', 0.1, 5);
  run.metric('loss', 0.9, 2);
  assert.equal(getRun(store, run.runId).metrics['loss'], 0.1);
});

test('runs are found by words, page by page', () => {
  const store = newStore();
  for (let i = 0; i < 5; i++)
    recordRun(store, { ...start, experiment: i < 2 ? 'wide' : 'default', params: { lr: i, rate: '50%' } }).end(
      i === 4 ? 'failed' : 'finished',
    );
  const found = (search: string) => listRuns(store, { search }).total;
  assert.deepEqual(
    [
      found('lr=3'),
      found('failed'),
      found('wide'),
      found('lr=3 failed'),
      found('lr=4 failed'),
      found('  '),
      found("'; DROP TABLE runs; --"),
    ],
    [1, 1, 2, 0, 1, 5, 0],
  );
  assert.deepEqual(
    [found('50%'), found('%'), found('_'), found('\\')],
    [5, 5, 0, 0],
    'wildcards are read as they are written',
  );
  assert.deepEqual(listRuns(store, { experiment: 'wide' }).total, 2);
  const page = listRuns(store, { limit: 2, offset: 4 });
  assert.deepEqual([page.runs.length, page.total], [1, 5]);
  assert.deepEqual(
    runCounts(store),
    new Map([
      ['default', 3],
      ['wide', 2],
    ]),
  );
});

test('a run is found by its id, the start of it or its name; the newest of a name', () => {
  const store = newStore();
  const run = recordRun(store, start);
  for (const id of [run.runId, run.runId.slice(0, 8), run.name]) assert.equal(getRun(store, id).runId, run.runId);
  for (const id of ['nothing', '%', '_', ''])
    assert.throws(
      () => getRun(store, id),
      (error) => error instanceof WorkError && /There is no run/.test(error.message),
      JSON.stringify(id),
    );
  const undo = changeRuns(store, [{ runId: run.runId, change: { starred: true, note: 'so', tags: { a: 'b' } } }]);
  const starred = getRun(store, run.runId);
  assert.deepEqual([starred.starred, starred.note, starred.tags['a']], [true, 'so', 'b']);
  changeRuns(store, undo);
  assert.deepEqual(getRun(store, run.runId), {
    ...starred,
    starred: false,
    note: '',
    tags: Object.fromEntries(Object.entries(starred.tags).filter(([key]) => key !== 'a')),
  });
});

test('the last result of a stage is that of its own experiment', async () => {
  const store = newStore();
  const [a, b] = [recordRun(store, start), recordRun(store, { ...start, experiment: 'wide' })];
  a.stage('train', 'train', 0, []);
  a.stageEnded('train', 'finished', { summary: 'first' });
  b.stage('train', 'train', 0, []);
  b.stageEnded('train', 'failed', { error: 'x' });
  assert.equal(lastStageResults(store, 'default').get('train')?.summary, 'first');
  assert.equal(lastStageResults(store, 'wide').get('train')?.status, 'failed');
  const before = Date.now();
  await until('the clock goes on', () => Date.now() > before);
  const c = recordRun(store, start);
  c.stageSkipped('train', 'train', 0);
  assert.equal(
    lastStageResults(store, 'default').get('train')?.runId,
    a.runId,
    'a skipped stage has no result of its own',
  );
});

test('what a dead process left running is interrupted, what lives is left alone', async () => {
  const root = makeProject();
  const store = openStore(root);
  const mine = recordRun(store, start);
  mine.stage('train', 'train', 0, []);
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await until('the child has started', () => processStart(child.pid ?? 0));
  const other = recordRun(store, start);
  other.stage('train', 'train', 0, []);
  store.sql.run(
    'UPDATE runs SET pid = ?, pid_started = ? WHERE run_id = ?',
    child.pid ?? 0,
    processStart(child.pid ?? 0),
    other.runId,
  );
  const status = (id: string) => getRun(openAgain(), id).status;
  const openAgain = () => {
    const again = openStore(root);
    after(() => again.sql.close());
    return again;
  };
  assert.deepEqual([status(mine.runId), status(other.runId)], ['running', 'running']);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual([status(mine.runId), status(other.runId)], ['running', 'interrupted']);
  const [stage] = getRun(store, other.runId).stages;
  assert.deepEqual([stage?.status, stage?.error], ['interrupted', 'The process was killed.']);
  store.sql.close();
});

test('a number that was given to another process is not the old process; a dead one nobody waited for is dead', async (t) => {
  assert.equal(isAlive(process.pid, processStart(process.pid)), true);
  assert.equal(isAlive(null, null), false);
  if (process.platform !== 'linux') return t.skip('only Linux tells when a process started');
  assert.equal(isAlive(process.pid, '1'), false);
  // The shell ends at once and leaves a child that nobody waits for: python's stay-alive parent never calls wait.
  const parent = spawn(
    'python3',
    ['-c', 'import os, time\npid = os.fork()\nif pid == 0: os._exit(0)\nprint(pid, flush=True)\ntime.sleep(60)'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  try {
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const zombie = Number(text.toString());
    await until('the child is a zombie', () =>
      /\) Z /.test(spawnSync('cat', [`/proc/${zombie}/stat`], { encoding: 'utf8' }).stdout),
    );
    const started = spawnSync('cut', ['-d', ' ', '-f', '22', `/proc/${zombie}/stat`], {
      encoding: 'utf8',
    }).stdout.trim();
    assert.equal(isAlive(zombie, started), false);
  } finally {
    parent.kill('SIGKILL');
  }
});

test('a log is read in parts that never cut a character', () => {
  const store = newStore();
  const run = recordRun(store, start);
  run.stage('train', 'cmd', 0, []);
  const path = logPath(store, run.runId, 'train');
  assert.deepEqual(readLog(store, run.runId, 'train', 0), { text: '', next: 0, done: false });
  mkdirSync(dirname(path), { recursive: true });
  for (const [i, unit] of ['é', '日', '😀', 'a'].entries()) {
    const text = `${'x'.repeat(i + 1)}${unit.repeat(200_000)}\n`;
    writeFileSync(path, text);
    let read = '';
    for (
      let offset = 0, part = readLog(store, run.runId, 'train', 0);
      part.next > offset;
      part = readLog(store, run.runId, 'train', offset)
    ) {
      read += part.text;
      offset = part.next;
    }
    assert.ok(read === text, `${unit}: ${read.length} of ${text.length}`);
  }
  const bytes = Buffer.from('日');
  writeFileSync(path, bytes.subarray(0, 2));
  const half = readLog(store, run.runId, 'train', 0);
  assert.deepEqual(half, { text: '', next: 0, done: false }, 'half a character waits');
  appendFileSync(path, bytes.subarray(2));
  assert.deepEqual(readLog(store, run.runId, 'train', 0), { text: '日', next: 3, done: false });
  run.stageEnded('train', 'finished', {});
  assert.deepEqual(readLog(store, run.runId, 'train', 3), { text: '', next: 3, done: true });
  writeFileSync(path, bytes.subarray(0, 2));
  assert.equal(readLog(store, run.runId, 'train', 0).done, true, 'a log that ends in half a character ends');
  assert.equal(readLog(store, run.runId, 'none', 7).done, true);
});

test('a stage cannot write its log outside the folder of logs', () => {
  const store = newStore();
  for (const stage of ['../../x', 'a/b', '..', 'ä ö'])
    assert.ok(logPath(store, 'r', stage).startsWith(`${store.folder}/logs/r/`), stage);
  assert.notEqual(logPath(store, 'r', 'ä'), logPath(store, 'r', 'ö'));
});

test('a snapshot of data that did not change is the one that is there', () => {
  const store = newStore();
  const snapshot = {
    dataset: 'd',
    hash: 'h',
    rows: 2,
    bytes: 3,
    quarantined: 1,
    runId: null,
    source: 's',
    columns: [],
    detail: { rules: [] },
  };
  const first = recordSnapshot(store, snapshot);
  assert.equal(recordSnapshot(store, snapshot).id, first.id);
  const second = recordSnapshot(store, { ...snapshot, hash: 'i' });
  assert.notEqual(second.id, first.id);
  assert.notEqual(recordSnapshot(store, snapshot).id, first.id, 'data that came back is a new version');
  assert.deepEqual(
    [snapshotCount(store, 'd'), newestSnapshot(store, 'd')?.hash, newestSnapshot(store, 'e')],
    [3, 'h', null],
  );
});

test('events of a monitor come with those of its model and of all, oldest first', () => {
  const store = newStore();
  const event = { kind: 'alert', text: '', model: null, modelVersion: null, runId: null, actor: '' } as const;
  recordEvent(store, { ...event, at: 2, monitor: 'a' });
  recordEvent(store, { ...event, at: 1, monitor: null });
  recordEvent(store, { ...event, at: 3, monitor: 'b', model: 'm' });
  recordEvent(store, { ...event, at: 4, monitor: null, model: 'm' });
  recordEvent(store, { ...event, at: 5, monitor: null, model: 'other' });
  assert.deepEqual(
    listEvents(store, 'a', 'm').map(({ at }) => at),
    [1, 2, 4],
  );
});

test('names of runs are readable and follow from the id', () => {
  assert.match(runName('00000000'), /^[a-z]+-[a-z]+$/);
  assert.equal(runName('ffffffffabc'), runName('ffffffffdef'));
  assert.match(runName('zz'), /^[a-z]+-[a-z]+$/);
});

test('a project without a store has none, and asking makes none', () => assert.equal(hasStore(makeProject()), false));

function numbers(base64: string | null): number[] {
  const bytes = Buffer.from(base64 ?? '', 'base64');
  return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8));
}

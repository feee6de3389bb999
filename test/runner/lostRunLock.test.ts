import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { WorkError } from '../../engine/base/errors.ts';
import { readLock } from '../../engine/fingerprint/lockFile.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { executeRun } from '../../engine/runner/execute.ts';
import { holdRunLock, takenOver } from '../../engine/runner/runLock.ts';
import { runSweep } from '../../engine/runner/sweep/runSweep.ts';
import { beat, silenceMs } from '../../engine/store/leases.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { otherMachine } from '../helpers/otherMachine.ts';

const isTakenOver = (error: unknown) => error instanceof WorkError && error.message === takenOver;

/** A project on a shared folder. `takeOver` lets a desktop take it from the laptop, which then wakes. */
function sharedProject(t: TestContext, files: Record<string, string>) {
  const root = makeProject(files);
  const [laptop, desktop] = [otherMachine('laptop'), otherMachine('desktop')];
  const [store, other] = [openStore(root, laptop), openStore(root, desktop)];
  t.after(() => [store, other].forEach(({ sql }) => sql.close()));
  const takeOver = () => {
    assert.throws(() => holdRunLock(other), /in progress on laptop/);
    desktop.awake += silenceMs;
    const release = holdRunLock(other);
    assert.ok(beat(store), 'the laptop wakes');
    return release;
  };
  return { root, store, other, takeOver };
}

test('a run that lost its lock stops its command and ends as interrupted', async (t) => {
  const { root, store, other, takeOver } = sharedProject(t, {
    'loopwright.yaml':
      'version: 1\nproject: p\nstages:\n  a: { cmd: echo a > a.txt, outs: [a.txt] }\n  b: { cmd: "echo up; sleep 60; touch b.txt", deps: [a.txt], outs: [b.txt] }\n',
  });
  let release: (() => void) | undefined;
  const running = executeRun({
    check: checkProject,
    project: loadProject(root, undefined, {}),
    store,
    events: {
      onLog: (stage, line) => {
        if (stage === 'b' && line === 'up') release ??= takeOver();
      },
    },
  });
  await assert.rejects(running, isTakenOver);
  const [{ runId } = assert.fail('there is a run')] = listRuns(other, {}).runs;
  const run = getRun(other, runId);
  assert.deepEqual(
    [run.status, run.stages.map(({ stage, status, error }) => [stage, status, error])],
    [
      'interrupted',
      [
        ['a', 'finished', null],
        ['b', 'interrupted', takenOver],
      ],
    ],
  );
  assert.deepEqual(Object.keys(readLock(root)), ['a'], 'what was finished before stays');
  assert.ok(!existsSync(join(root, 'b.txt')), 'the command was stopped');
  assert.ok(existsSync(join(root, '.loopwright/run.lock')), 'the lock is the one of the other machine');
  release?.();
});

test('a sweep that lost its lock starts no further trial', async (t) => {
  const { root, store, other, takeOver } = sharedProject(t, {
    'loopwright.yaml':
      'version: 1\nproject: p\nparams: { n: 0 }\nstages:\n  s: { cmd: "echo up; sleep 60; echo ${params.n}" }\n',
    'experiments/tune.experiment.yaml':
      'sweep: { method: grid, objective: { maximize: f1 }, params: { n: { choice: [1, 2, 3] } } }\n',
  });
  const project = loadProject(root, undefined, {});
  const sweep = project.experiments.get('tune')?.value?.sweep ?? assert.fail('there is a sweep');
  let release: (() => void) | undefined;
  const events = {
    onLog: (_stage: string, line: string) => {
      if (line === 'up') release ??= takeOver();
    },
  };
  await assert.rejects(
    runSweep({ check: checkProject, project, store, experiment: 'tune', events }, sweep, () => {}),
    isTakenOver,
  );
  const { runs } = listRuns(other, {});
  assert.deepEqual(
    runs.map(({ parent, status }) => [parent === null, status]).toSorted(),
    [
      [false, 'cancelled'],
      [true, 'interrupted'],
    ],
    'one trial and its parent',
  );
  release?.();
});

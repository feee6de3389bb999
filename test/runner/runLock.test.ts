import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WorkError } from '../../engine/base/errors.ts';
import { holdRunLock } from '../../engine/runner/runLock.ts';
import { goingRuns } from '../../engine/runner/goingRuns.ts';
import { stopRun } from '../../engine/runner/stopRun.ts';
import { beat, silenceMs } from '../../engine/store/leases.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { recordRun } from '../../engine/tracking/recordRun.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { otherMachine } from '../helpers/otherMachine.ts';
import { nextLine } from '../helpers/nextLine.ts';

const lockOf = (root: string) => join(root, '.loopwright/run.lock');
const busy = (error: unknown) =>
  error instanceof WorkError && /Another run of this project is in progress \(process \d+\)/.test(error.message);

test('one holds it, the next is told, and afterwards it is free', () => {
  const store = openStore(makeProject());
  const release = holdRunLock(store);
  assert.throws(() => holdRunLock(store), busy);
  release();
  holdRunLock(store)();
  assert.ok(!existsSync(lockOf(store.root)));
  store.sql.close();
});

test('what a dead process or a torn write left is taken over', () => {
  for (const left of ['999999 12345', '', 'garbage', `${process.pid} 1`]) {
    const store = openStore(makeProject({ '.loopwright/run.lock': left }));
    holdRunLock(store)();
    assert.ok(!existsSync(lockOf(store.root)), left);
    store.sql.close();
  }
});

test('another machine waits until the heartbeat stopped for ten minutes, and the run that lost the lock is told', async (t) => {
  const root = makeProject();
  const [laptop, desktop] = [otherMachine('laptop'), otherMachine('desktop')];
  const [there, here] = [openStore(root, laptop), openStore(root, desktop)];
  t.after(() => [there, here].forEach(({ sql }) => sql.close()));
  let tell = () => {};
  const lost = new Promise<void>((resolve) => (tell = resolve));
  const release = holdRunLock(there, tell);
  const told = (error: unknown) =>
    error instanceof WorkError &&
    new RegExp(
      `^Another run of this project is in progress on laptop \\(process ${process.pid} there\\)\\. .* Stop it on laptop; if that machine is gone, the project is free 10 minutes after its last heartbeat\\.$`,
    ).test(error.message);
  assert.throws(() => holdRunLock(here), told);
  desktop.awake += silenceMs - 1;
  assert.throws(() => holdRunLock(here), told);
  desktop.awake += 1;
  const releaseHere = holdRunLock(here);
  assert.ok(beat(there), 'the laptop wakes');
  await lost;
  release();
  assert.ok(existsSync(lockOf(root)), 'the lock belongs to the desktop now');
  releaseHere();
  assert.ok(!existsSync(lockOf(root)));
});

test('a run of another machine is listed with its machine, and stopped only there', async (t) => {
  const root = makeProject();
  const [there, here] = [openStore(root, otherMachine('laptop')), openStore(root, otherMachine('desktop'))];
  t.after(() => [there, here].forEach(({ sql }) => sql.close()));
  const run = recordRun(there, {
    experiment: 'default',
    params: {},
    seed: null,
    commit: null,
    dirty: false,
    environment: {},
    command: '',
    asOf: null,
  });
  holdRunLock(there);
  assert.deepEqual(goingRuns(there), [], 'this process does not list itself');
  const [going, ...more] = goingRuns(here);
  assert.deepEqual([going?.runId, going?.host, going?.pid, more], [run.runId, 'laptop', process.pid, []]);
  assert.ok(going);
  await assert.rejects(
    stopRun(here, going),
    new WorkError(`${run.name} runs on laptop (process ${process.pid} there). Stop it on that machine.`),
  );
  assert.equal(getRun(there, run.runId).status, 'running');
});

test('a lock that cannot be written is told', () => {
  const store = openStore(makeProject({ '.loopwright/run.lock/kept': '' }));
  assert.throws(
    () => holdRunLock(store),
    (error) => error instanceof WorkError && /cannot be written/.test(error.message),
  );
  store.sql.close();
});

test('of many that find a dead owner at once only one gets it', async () => {
  const module = fileURLToPath(new URL('../../engine/runner/runLock.ts', import.meta.url));
  const tracking = fileURLToPath(new URL('../../engine/tracking/openStore.ts', import.meta.url));
  const source = `const { holdRunLock } = await import(${JSON.stringify(module)});
const { openStore } = await import(${JSON.stringify(tracking)});
const store = openStore(process.argv[1]);
const { existsSync } = await import('node:fs');
console.log('ready'); while (!existsSync(process.argv[1] + '/go')) ;
try { holdRunLock(store); console.log('held'); } catch { console.log('refused'); }
process.stdin.resume();`;
  for (let round = 0; round < 10; round++) {
    const folder = makeProject({ '.loopwright/run.lock': '999999 12345' });
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', source, folder], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    assert.deepEqual(
      await Promise.all(children.map(nextLine)),
      children.map(() => 'ready'),
    );
    const answers = Promise.all(children.map(nextLine));
    writeFileSync(join(folder, 'go'), '');
    const said = await answers;
    children.forEach((child) => child.kill('SIGKILL'));
    assert.deepEqual(said.filter((answer) => answer === 'held').length, 1, said.join(' '));
  }
});

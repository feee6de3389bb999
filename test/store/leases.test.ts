import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { thisMachine, type Machine } from '../../engine/base/machine.ts';
import { processStart } from '../../engine/base/processIdentity.ts';
import { beat, heartbeatMs, livenessOf, silenceMs } from '../../engine/store/leases.ts';
import type { Store } from '../../engine/store/store.ts';
import { markInterrupted, openStore } from '../../engine/tracking/openStore.ts';
import { recordRun, type NewRun } from '../../engine/tracking/recordRun.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { otherMachine } from '../helpers/otherMachine.ts';

const start: NewRun = {
  experiment: 'default',
  params: {},
  seed: null,
  commit: null,
  dirty: false,
  environment: {},
  command: 'loopwright run',
  asOf: null,
};

function openOn(t: TestContext, root: string, machine: Machine): Store {
  const store = openStore(root, machine);
  t.after(() => store.sql.close());
  return store;
}

/** Two machines with one folder, and a run of the first in the stage `train`. */
function twoMachines(t: TestContext) {
  const root = makeProject();
  const [laptop, desktop] = [otherMachine('laptop'), otherMachine('desktop')];
  const [there, here] = [openOn(t, root, laptop), openOn(t, root, desktop)];
  const run = recordRun(there, start);
  run.stage('train', 'train', 0, []);
  const statusHere = () => {
    markInterrupted(here);
    return getRun(here, run.runId).status;
  };
  const pass = (ms: number) => {
    for (const machine of [laptop, desktop]) {
      machine.clock += ms;
      machine.awake += ms;
    }
  };
  return { root, laptop, desktop, there, here, run, statusHere, pass };
}

test('a run of another machine goes on while its heartbeat does, whatever its process number is here', (t) => {
  const { there, here, run, statusHere, pass } = twoMachines(t);
  there.sql.run('UPDATE runs SET pid = 999999 WHERE run_id = ?', run.runId);
  for (let i = 0; i < (3 * silenceMs) / heartbeatMs; i++) {
    assert.equal(statusHere(), 'running');
    pass(heartbeatMs);
    assert.ok(beat(there));
  }
  assert.equal(statusHere(), 'running');
  const owner = here.sql.get<{ owner: string }>('SELECT owner FROM runs')?.owner ?? null;
  assert.deepEqual(livenessOf(here, { pid: 999_999, started: null, owner }), { alive: true, host: 'laptop' });
});

test('a run of another machine is interrupted when its heartbeat stopped for ten minutes, and says so', (t) => {
  const { here, run, statusHere, pass } = twoMachines(t);
  assert.equal(statusHere(), 'running');
  pass(silenceMs - 1);
  assert.equal(statusHere(), 'running');
  pass(1);
  assert.equal(statusHere(), 'interrupted');
  assert.equal(getRun(here, run.runId).stages[0]?.error, 'No heartbeat from laptop for 10 minutes.');
});

test('clocks that differ or are set decide nothing', (t) => {
  const { there, laptop, desktop, statusHere } = twoMachines(t);
  laptop.clock -= 40 * 365 * 86_400_000;
  assert.ok(beat(there));
  assert.equal(statusHere(), 'running', 'the heartbeat is from forty years ago');
  desktop.clock += 7 * 86_400_000;
  assert.equal(statusHere(), 'running', 'the clock here was set a week ahead');
  desktop.awake += silenceMs;
  laptop.clock -= heartbeatMs;
  assert.ok(beat(there));
  assert.equal(statusHere(), 'running', 'another heartbeat is a sign, even an earlier one');
});

test('a machine that slept gets its run back at its next heartbeat', (t) => {
  const { there, run, statusHere, pass } = twoMachines(t);
  statusHere();
  pass(silenceMs);
  assert.equal(statusHere(), 'interrupted');
  assert.ok(beat(there));
  const { status, endedAt, stages } = getRun(there, run.runId);
  assert.deepEqual(
    [status, endedAt, stages.map((stage) => [stage.status, stage.error])],
    ['running', null, [['running', null]]],
  );
  assert.equal(statusHere(), 'running');
  run.end('finished');
  assert.equal(statusHere(), 'finished');
});

test('a run that was cancelled elsewhere stays cancelled', (t) => {
  const { there, here, run, statusHere } = twoMachines(t);
  here.sql.run(`UPDATE runs SET status = 'cancelled' WHERE run_id = ?`, run.runId);
  assert.ok(beat(there));
  assert.equal(statusHere(), 'cancelled');
});

test('a restart of the machine ends its runs at once, and only its own', (t) => {
  const { root, laptop, run, statusHere, pass } = twoMachines(t);
  pass(60_000);
  const clone = openOn(t, root, {
    ...otherMachine('laptop'),
    boot: 'of a clone',
    bootedAt: () => laptop.clock - 120_000,
  });
  markInterrupted(clone);
  assert.equal(getRun(clone, run.runId).status, 'running', 'its heartbeat came after the clone had started');
  const container = openOn(t, root, {
    ...otherMachine('laptop'),
    boot: 'of a container',
    pids: 'pid:[4026532001]',
    bootedAt: () => laptop.clock,
  });
  markInterrupted(container);
  assert.equal(statusHere(), 'running', 'an image gives every container the same machine id');
  const again = openOn(t, root, { ...otherMachine('laptop'), boot: 'the next', bootedAt: () => laptop.clock });
  assert.equal(getRun(again, run.runId).status, 'interrupted');
  assert.equal(getRun(again, run.runId).stages[0]?.error, 'The machine was restarted.');
});

test('on the same machine the process decides: killed at once, a number given again is another process', async (t) => {
  const root = makeProject();
  const store = openOn(t, root, thisMachine());
  const source = `const { openStore } = await import(${JSON.stringify(module('tracking/openStore.ts'))});
const { recordRun } = await import(${JSON.stringify(module('tracking/recordRun.ts'))});
recordRun(openStore(process.argv[1]), ${JSON.stringify(start)});
console.log('ready'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const id = store.sql.get<{ id: string }>('SELECT run_id AS id FROM runs')?.id ?? '';
  const statusHere = () => {
    markInterrupted(store);
    return getRun(store, id).status;
  };
  assert.equal(statusHere(), 'running');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(statusHere(), 'interrupted');
  if (process.platform !== 'linux') return;
  store.sql.run(`UPDATE runs SET status = 'running', pid = ? WHERE run_id = ?`, process.pid, id);
  assert.equal(statusHere(), 'interrupted', 'this process has the number now, and another start');
});

test(
  'another namespace of processes is another machine',
  { skip: !hasUnshare() && 'unshare is not allowed' },
  async (t) => {
    const root = makeProject();
    const store = openOn(t, root, thisMachine());
    const source = `const { openStore } = await import(${JSON.stringify(module('tracking/openStore.ts'))});
const { recordRun } = await import(${JSON.stringify(module('tracking/recordRun.ts'))});
recordRun(openStore(process.argv[1]), ${JSON.stringify(start)});
console.log('ready'); setInterval(() => {}, 1000);`;
    const child = spawn(
      'unshare',
      ['-rpf', '--kill-child', '--mount-proc', process.execPath, '--input-type=module', '-e', source, root],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    t.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    markInterrupted(store);
    const row = store.sql.get<{ status: string; pid: number }>('SELECT status, pid FROM runs');
    assert.deepEqual(
      [row?.status, (row?.pid ?? 99) < 10],
      ['running', true],
      'its number is that of a system process here',
    );
  },
);

test('a store of an older version, which knows no lease, is judged by the process', (t) => {
  const store = openOn(t, makeProject(), thisMachine());
  const [mine, gone] = [recordRun(store, start), recordRun(store, start)];
  store.sql.run('UPDATE runs SET owner = NULL');
  store.sql.run('DELETE FROM leases');
  store.sql.run('UPDATE runs SET pid = 999999, pid_started = NULL WHERE run_id = ?', gone.runId);
  markInterrupted(store);
  assert.deepEqual([getRun(store, mine.runId).status, getRun(store, gone.runId).status], ['running', 'interrupted']);
});

test('the lease of a living process that was lost with a damaged store is renewed', (t) => {
  const { there, here, run, statusHere, pass } = twoMachines(t);
  there.sql.run('DELETE FROM leases');
  markInterrupted(there);
  assert.equal(getRun(there, run.runId).status, 'running', 'the process is asked');
  assert.equal(statusHere(), 'running');
  pass(heartbeatMs);
  assert.ok(beat(there));
  assert.equal(here.sql.get<{ host: string }>('SELECT host FROM leases')?.host, 'laptop');
});

test('a heartbeat that finds the store locked gives up soon, and an ended run has none', (t) => {
  const { there, here, run } = twoMachines(t);
  here.sql.write(() => {
    const from = performance.now();
    assert.equal(beat(there), false);
    assert.ok(performance.now() - from < 2000, 'it waits 100 ms, not the 10 s of other writes');
  });
  assert.ok(beat(there));
  run.end('finished');
  there.sql.run('UPDATE leases SET heartbeat = 1');
  assert.ok(beat(there));
  assert.equal(here.sql.get<{ heartbeat: number }>('SELECT heartbeat FROM leases')?.heartbeat, 1);
});

function module(path: string): string {
  return fileURLToPath(new URL(join('../../engine', path), import.meta.url));
}

function hasUnshare(): boolean {
  return processStart(process.pid) !== null && spawnSync('unshare', ['-rpf', '--mount-proc', 'true']).status === 0;
}

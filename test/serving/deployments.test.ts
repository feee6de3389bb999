import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { deploymentState, serveAs } from '../../engine/serving/deployments.ts';
import { beat, silenceMs } from '../../engine/store/leases.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { otherMachine } from '../helpers/otherMachine.ts';

const served = { name: 'api', url: 'http://127.0.0.1:8000', version: 3, startedAt: 1000 };

function twoMachines(t: TestContext) {
  const root = makeProject();
  const [laptop, desktop] = [otherMachine('laptop'), otherMachine('desktop')];
  const [there, here] = [openStore(root, laptop), openStore(root, desktop)];
  t.after(() => [there, here].forEach(({ sql }) => sql.close()));
  return { there, here, laptop, desktop };
}

test('a deployment whose process is gone is stopped', (t) => {
  const store = openStore(makeProject());
  t.after(() => store.sql.close());
  assert.equal(deploymentState(store, 'api'), null);
  const record = serveAs(store, served);
  record.version(4);
  assert.deepEqual(deploymentState(store, 'api'), { state: 'healthy', url: served.url, modelVersion: 4 });
  store.sql.run('UPDATE deployments SET pid = 999999');
  assert.equal(deploymentState(store, 'api')?.state, 'stopped');
});

test('a deployment of an older store, without a lease, is judged by its process', (t) => {
  const store = openStore(makeProject());
  t.after(() => store.sql.close());
  serveAs(store, served);
  store.sql.run('UPDATE deployments SET owner = NULL');
  assert.equal(deploymentState(store, 'api')?.state, 'healthy');
  store.sql.run('UPDATE deployments SET pid = 999999');
  assert.equal(deploymentState(store, 'api')?.state, 'stopped');
});

test('a deployment of another machine is healthy while its heartbeat goes on, and again when the machine wakes', (t) => {
  const { there, here, laptop, desktop } = twoMachines(t);
  serveAs(there, served);
  const stateHere = () => deploymentState(here, 'api')?.state;
  assert.equal(stateHere(), 'healthy');
  desktop.awake += silenceMs;
  assert.equal(stateHere(), 'stopped');
  laptop.clock += silenceMs;
  assert.ok(beat(there));
  assert.equal(stateHere(), 'healthy');
});

test('a server that wakes leaves a deployment that another machine serves now', (t) => {
  const { there, here, laptop, desktop } = twoMachines(t);
  const old = serveAs(there, served);
  deploymentState(here, 'api');
  desktop.awake += silenceMs;
  assert.equal(deploymentState(here, 'api')?.state, 'stopped');
  serveAs(here, { ...served, url: 'http://127.0.0.1:9000' });
  laptop.clock += silenceMs;
  assert.ok(beat(there));
  old.stop();
  assert.deepEqual(deploymentState(here, 'api'), { state: 'healthy', url: 'http://127.0.0.1:9000', modelVersion: 3 });
});

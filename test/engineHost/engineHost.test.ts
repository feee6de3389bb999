import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, refused } from '../helpers/hostOf.ts';
import { ordersProject } from '../helpers/ordersProject.ts';

test('before the first run there is an overview, and methods that need a run refuse', async () => {
  const root = ordersProject();
  const { ask } = hostOf(root);
  const overview = await ask('project/overview', {});
  assert.deepEqual(
    [
      overview.project,
      overview.root,
      overview.stages.length,
      overview.experiments.map(({ name }) => name),
      overview.problems,
    ],
    ['orders', root, 4, ['default', 'longer'], []],
  );
  assert.deepEqual(
    (await ask('stages/status', {})).map(({ state }) => state),
    ['never', 'never', 'never', 'never'],
  );
  assert.deepEqual(await ask('runs/list', {}), { runs: [], total: 0 });
  await assert.rejects(ask('runs/get', { runId: 'x' }), refused(/Nothing was run yet/));
  await assert.rejects(ask('models/card', { name: null, version: 'champion' }), refused(/Nothing was run yet/));
  await assert.rejects(ask('drift/report', { monitor: 'production' }), refused(/Nothing was run yet/));
});

test('an unknown method is refused, and the host continues', async () => {
  const host = hostOf(ordersProject());
  await assert.rejects(host.connection.sendRequest('no/such'), refused(/Unhandled method/));
  assert.equal((await host.ask('runs/list', {})).total, 0);
});

test('the host ends when its input ends', async () => {
  const host = hostOf(ordersProject());
  await host.ask('project/overview', {});
  host.running.child.stdin?.end();
  assert.equal((await host.running.ended).code, 0);
});

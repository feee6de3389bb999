import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { WorkError } from '../../engine/base/errors.ts';
import { projectOverview } from '../../engine/overview/projectOverview.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { predictionCount } from '../../engine/serving/predictionLog.ts';
import { serveDeployment, type RunningServer } from '../../engine/serving/serveDeployment.ts';
import { orders } from '../helpers/ordersProject.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();
const rows = orders({ rows: 3, firstDay: 100, seed: 5 });

test('a version that nobody promoted is served under its own name, and nothing is logged', async (t: TestContext) => {
  let server: RunningServer | undefined;
  t.after(() => server?.close());
  const { root, store } = trained();
  const project = loadProject(root);
  const config = configFor(project, 'default');
  const deployments = () => projectOverview(project, store).deployments.filter(({ as }) => as === 'temporary');
  const serve = (version: number) =>
    serveDeployment({ project, store, config, deployment: { name: 'orders', version } });
  server = await serve(1);
  const post = (instances: unknown) =>
    fetch(`${server?.url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances }),
    });
  const answer = await post(rows);
  assert.equal(answer.status, 200);
  assert.equal(((await answer.json()) as { predictions: unknown[] }).predictions.length, 3);
  assert.equal((await post([{ amount: 'much' }])).status, 400);
  assert.equal(predictionCount(store, 'orders@1').predictions, 0);
  assert.deepEqual(deployments(), [
    {
      name: 'orders@1',
      model: 'orders',
      as: 'temporary',
      state: 'healthy',
      url: server.url,
      modelVersion: 1,
      predictions: 0,
      lastPredictionAt: null,
    },
  ]);
  await server.close();
  server = undefined;
  assert.deepEqual(deployments(), [], 'gone with its server');
  await assert.rejects(serve(7), WorkError);
});

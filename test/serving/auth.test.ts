import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { PredictClient } from '../../engine/loop/predictClient.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import type { ProjectConfig } from '../../engine/project/schema/projectSchema.ts';
import { promote } from '../../engine/registry/promote.ts';
import { serveDeployment } from '../../engine/serving/serveDeployment.ts';
import { orders, ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

const yaml = ordersYaml.replace(
  '  nightly:',
  '  closed: { model: champion, as: api, port: 18081, auth: { token_env: ORDERS_TOKEN } }\n  nightly:',
);
const project = runIn(ordersProject({ yaml }));
const loaded = loadProject(project.root);
// The check LW602 refuses such a file; whoever gets past it is refused here.
const checked = configFor(loaded, 'default');
const config: ProjectConfig = {
  ...checked,
  deployments: { ...checked.deployments, open: { as: 'api', model: 'champion', port: 18082, host: '0.0.0.0' } },
};
await project.run();
promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
const serve = (deployment: string) =>
  serveDeployment({ project: loaded, store: project.store, config, deployment, port: 0 });
after(() => {
  delete process.env['ORDERS_TOKEN'];
});

test('a deployment for others than this machine needs a token', async () => {
  await assert.rejects(
    serve('open'),
    /`open` would answer everyone who can reach 0\.0\.0\.0\. Add `auth: \{ token_env: NAME \}`/,
  );
});

test('the token has to be set, and sent', async () => {
  await assert.rejects(serve('closed'), /The environment variable `ORDERS_TOKEN` is not set/);
  process.env['ORDERS_TOKEN'] = 'open sesame';
  const server = await serve('closed');
  const row = orders({ rows: 1 })[0];
  const predict = async (headers: Record<string, string>) =>
    (
      await fetch(`${server.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ instances: [row] }),
      })
    ).status;
  assert.equal(await predict({}), 401);
  assert.equal(await predict({ authorization: 'Bearer open' }), 401);
  assert.equal(await predict({ authorization: 'Bearer open sesame' }), 200);
  assert.equal((await fetch(`${server.url}/health`)).status, 200, 'whether it lives is no secret');
  assert.equal((await fetch(`${server.url}/metrics`)).status, 401);
  const client = new PredictClient(server.url, 'open sesame');
  assert.equal((await client.send([row])).status, 200);
  await server.close();
});

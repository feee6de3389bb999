// Requests that name another server, or come from pages of others, as raw bytes. Tried: forms of Host (case, trailing dots,
// forms of IPv4 and IPv6, userinfo, ports, lists, none, two lines), targets in absolute form, forwarded names; forms of
// Origin (null, empty, other schemes, userinfo, lists, two lines); two tokens. The deployment's own are in
// test/serving/serveDeployment.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { listenForEvents } from '../../engine/listening/listenForEvents.ts';
import { startTracking } from '../../engine/mlflow/trackingServer.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { eventsProject } from '../helpers/eventsProject.ts';
import { foreignOrigins, refusesForeignHosts, statusOf } from '../helpers/foreignRequests.ts';
import { makeProject } from '../helpers/makeProject.ts';

test('the listener of events', async () => {
  const project = loadProject(eventsProject({ schema: null }));
  const server = await listenForEvents({ project, config: configFor(project, 'default'), stages: null, port: 0 });
  after(() => server.close());
  const body = '{"id":"a"}';
  const headers = ['content-type: application/json', `content-length: ${body.length}`];
  await refusesForeignHosts(server.url, { method: 'POST', path: '/events', headers, body, status: 200 });
  const count = () => server.counts().map(({ accepted }) => accepted);
  const before = count();
  for (const origin of foreignOrigins) {
    const status = await statusOf(
      server.url,
      ['POST /events HTTP/1.1', 'Host: 127.0.0.1', `Origin: ${origin}`, ...headers],
      body,
    );
    assert.equal(status, 403, origin);
  }
  assert.deepEqual(count(), before);
});

test('the tracking endpoint, which answers no page at all, and one token', async () => {
  const store = openStore(makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: {}\n' }));
  const server = await startTracking({ store: () => store });
  after(async () => {
    await server.close();
    store.sql.close();
  });
  const path = '/api/2.0/mlflow/experiments/get?experiment_id=0';
  const token = `Authorization: Bearer ${server.token}`;
  const asked = { method: 'GET', path, body: '', status: 200 };
  await refusesForeignHosts(server.uri, { ...asked, headers: [token] });
  const status = (...headers: string[]) =>
    statusOf(server.uri, [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers]);
  for (const origin of [...foreignOrigins, 'http://localhost:3000', server.uri])
    assert.equal(await status(token, `Origin: ${origin}`), 403, origin);
  const basic = `Authorization: Basic ${Buffer.from(`x:${server.token}`).toString('base64')}`;
  assert.equal(await status(basic), 200);
  for (const two of [
    [token, token],
    [token, 'Authorization: Bearer x'],
    ['authorization: Bearer x', token],
    [basic, 'AUTHORIZATION: Basic eDp5'],
    [token, basic],
  ])
    assert.equal(await status(...two), 401, two.join(' and '));
});

// A page of a stranger in a real browser against every port that Loopwright opens: predictions, events (their own listener
// and those of a deployment), the tracking endpoint. Tried: fetch with and without CORS and with JSON, forms of all three
// encodings, beacons, images, scripts, frames, server-sent events, WebSockets, a sandboxed frame (Origin: null), and DNS
// rebinding (the page's own name leads to the port). The browser's own guard of local networks is off: only ours is left.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { listenForEvents } from '../../engine/listening/listenForEvents.ts';
import { startTracking } from '../../engine/mlflow/trackingServer.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { promote } from '../../engine/registry/promote.ts';
import { serveDeployment } from '../../engine/serving/serveDeployment.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { chromiumPath, startBrowser } from '../../scripts/chromium.ts';
import { eventsProject } from '../helpers/eventsProject.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { orders, ordersProject } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

const missing = chromiumPath() === null ? 'no Chromium found: set CHROMIUM to its path' : false;
if (missing !== false && process.env['CI']) assert.fail(missing);

interface Port {
  name: string;
  url: string;
  /** A path that writes, its body, and what must not change by it. */
  writes: [path: string, body: unknown][];
  reads: string[];
  state(): unknown;
  close(): Promise<void>;
}

const clicks = eventsProject({ schema: null });
const empty = makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: {}\n' });
const trained = runIn(ordersProject({}));

async function events(): Promise<Port> {
  const project = loadProject(clicks);
  const running = await listenForEvents({ project, config: configFor(project, 'default'), stages: null, port: 0 });
  return {
    name: 'events',
    url: running.url,
    writes: [
      ['/events', { id: 'evil' }],
      ['/events/clicks', { id: 'evil' }],
    ],
    reads: ['/health', '/metrics', '/events'],
    state: () => running.counts().map(({ accepted }) => accepted),
    close: () => running.close(),
  };
}

async function tracking(): Promise<Port> {
  const store = openStore(empty);
  const running = await startTracking({ store: () => store });
  return {
    name: 'tracking',
    url: running.uri,
    writes: [
      ['/api/2.0/mlflow/runs/create', { experiment_id: '0' }],
      ['/ajax-api/2.0/mlflow/experiments/create', { name: 'evil' }],
      ['/api/2.0/mlflow/registered-models/create', { name: 'evil' }],
    ],
    reads: [
      '/api/2.0/mlflow/experiments/get?experiment_id=0',
      '/ajax-api/3.0/mlflow/server-info',
      '/get-artifact?path=x&run_uuid=x',
    ],
    state: () =>
      store.sql.get('SELECT (SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM experiments) AS experiments'),
    close: async () => {
      await running.close();
      store.sql.close();
    },
  };
}

async function predictions(): Promise<Port> {
  const project = trained;
  assert.equal((await project.run()).error, null);
  promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  const loaded = loadProject(project.root);
  const config = configFor(loaded, 'default');
  const [deployment = ''] = Object.entries(config.deployments ?? {}).flatMap(([name, { as }]) =>
    as === 'api' ? [name] : [],
  );
  const server = await serveDeployment({ project: loaded, store: project.store, config, deployment, port: 0 });
  const row = orders({ rows: 1 })[0];
  return {
    name: 'predictions',
    url: server.url,
    writes: [
      ['/predict', { instances: [row] }],
      ['/feedback', { id: 'evil', truth: true }],
      ['/events', { id: 'evil' }],
    ],
    reads: ['/health', '/metrics', '/openapi.json', '/'],
    state: () => project.store.sql.get('SELECT (SELECT count(*) FROM predictions) AS rows'),
    close: () => server.close(),
  };
}

/** Runs in the page of the stranger. Returns every text that it could read. */
async function attack({
  base,
  writes,
  reads,
}: {
  base: string;
  writes: [string, unknown][];
  reads: string[];
}): Promise<string[]> {
  const read: string[] = [];
  const settle = (work: Promise<unknown>) =>
    Promise.race([work.catch(() => {}), new Promise((done) => setTimeout(done, 1500))]);
  const look = async (path: string, init: RequestInit) => {
    const response = await fetch(base + path, init);
    const text = await response.text();
    if (text !== '') read.push(`${response.status} ${text}`);
  };
  const all: Promise<unknown>[] = [];
  for (const [path, body] of writes) {
    const json = JSON.stringify(body);
    for (const mode of ['cors', 'no-cors', 'same-origin'] as const)
      for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded', ''])
        all.push(
          look(path, {
            method: 'POST',
            mode,
            credentials: 'include',
            ...(type === '' ? {} : { headers: { 'content-type': type } }),
            body: json,
          }),
        );
    all.push(
      look(path, { method: 'PUT', body: json }),
      look(path, { method: 'POST', mode: 'no-cors', referrerPolicy: 'no-referrer', body: json }),
    );
    navigator.sendBeacon(base + path, json);
    for (const encoding of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const frame = document.createElement('iframe');
      frame.name = `f${all.length}${encoding}`;
      document.body.append(frame);
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', action: base + path, enctype: encoding, target: frame.name });
      const field = document.createElement('input');
      field.name = json.slice(0, -1) + ',"x":"';
      field.value = '"}';
      form.append(field);
      document.body.append(form);
      form.submit();
      all.push(new Promise((done) => frame.addEventListener('load', done)));
    }
    const sandboxed = document.createElement('iframe');
    sandboxed.setAttribute('sandbox', 'allow-scripts');
    sandboxed.srcdoc = `<script>fetch(${JSON.stringify(base + path)}, { method: 'POST', mode: 'no-cors', body: ${JSON.stringify(json)} })</script>`;
    document.body.append(sandboxed);
    all.push(new Promise((done) => setTimeout(done, 300)));
  }
  for (const path of reads) {
    for (const mode of ['cors', 'no-cors', 'same-origin'] as const)
      all.push(look(path, { mode, credentials: 'include' }));
    all.push(look(path, { headers: { authorization: 'Bearer x' } }));
    const image = new Image();
    image.src = base + path;
    const script = document.createElement('script');
    script.src = base + path;
    document.body.append(script);
    new EventSource(base + path).addEventListener('message', (event) => read.push(String(event.data)));
    new WebSocket(base.replace('http', 'ws') + path).addEventListener('message', (event) =>
      read.push(String(event.data)),
    );
  }
  await Promise.all(all.map(settle));
  return read;
}

describe('a page of a stranger', { skip: missing }, () => {
  let browser: Browser;
  const ports: Port[] = [];
  before(async () => {
    ports.push(await events(), await tracking(), await predictions());
    browser = await startBrowser([
      '--host-resolver-rules=MAP evil.example 127.0.0.1',
      '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights,PrivateNetworkAccessRespectPreflightResults',
    ]);
  });
  after(async () => {
    await browser?.close();
    for (const { close } of ports) await close();
  });

  for (const rebinding of [false, true])
    it(rebinding ? 'gets nothing by a name that leads to the port' : 'gets nothing from another origin', async () => {
      for (const { name, url, writes, reads, state } of ports) {
        const before = state();
        const { port } = new URL(url);
        const origin = rebinding ? `http://evil.example:${port}` : 'http://evil.example';
        const page = await browser.newPage();
        await page.route(`${origin}/page`, (route) =>
          route.fulfill({ contentType: 'text/html', body: '<body>evil</body>' }),
        );
        const answers: { status: number; url: string }[] = [];
        page.on('response', (response) => {
          if (new URL(response.url()).port === port && !response.url().endsWith('/page'))
            answers.push({ status: response.status(), url: response.url() });
        });
        await page.goto(`${origin}/page`);
        const read = await page.evaluate(attack, { base: rebinding ? origin : url, writes, reads });
        await page.close();
        assert.deepEqual(state(), before, `${name}: nothing is written`);
        assert.ok(answers.length >= writes.length, `${name}: the requests arrive (${answers.length})`);
        // A rebound page reads its refusal; a page of another origin not even that.
        for (const text of read) assert.match(text, rebinding ? /^(403|401) / : /^$/, `${name}: ${text.slice(0, 200)}`);
        if (rebinding)
          assert.deepEqual(
            answers.filter(({ status }) => status < 400),
            [],
            name,
          );
      }
    });
});

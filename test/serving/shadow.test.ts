import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { evaluateMonitor } from '../../engine/monitoring/evaluateMonitor.ts';
import { listWindows } from '../../engine/monitoring/windows.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { promote } from '../../engine/registry/promote.ts';
import { serveDeployment, type RunningServer } from '../../engine/serving/serveDeployment.ts';
import { predictionCount } from '../../engine/serving/predictionLog.ts';
import { orders, ordersStart } from '../helpers/ordersProject.ts';
import type { ProjectRunner } from '../helpers/runIn.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';
import { until } from '../helpers/until.ts';

const trained = trainedOrders();
const stream = orders({ rows: 300, firstDay: 100, days: 2, seed: 5 });
const promoted = { why: 'test', actor: 'test:me' };

interface Logged {
  role: string;
  model: string;
  version: number;
  request_id: string;
  at: number;
  key: string | null;
  score: number | null;
  error: string | null;
}

/** Changes the project file. */
function edit({ root }: ProjectRunner, from: string, to: string): void {
  const file = join(root, 'loopwright.yaml');
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(from));
  writeFileSync(file, text.replace(from, to));
}

const withShadow = (runner: ProjectRunner, shadow = 'challenger') =>
  edit(runner, 'model: champion, as: api,', `model: champion, shadow: ${shadow}, as: api,`);

/** Closes servers when a test ends. Hooks run in the order of registration, and servers close before their stores. */
function serversOf(t: TestContext): RunningServer[] {
  const servers: RunningServer[] = [];
  t.after(() => Promise.all(servers.map((server) => server.close())));
  return servers;
}

/** Serves a deployment until the test ends. */
async function served(servers: RunningServer[], runner: ProjectRunner, deployment = 'production') {
  const lines: string[] = [];
  const project = loadProject(runner.root);
  const config = configFor(project, 'default');
  const onLog = (line: string) => lines.push(line);
  const server = await serveDeployment({ project, config, store: runner.store, deployment, port: 0, onLog });
  servers.push(server);
  const predict = async (rows: readonly unknown[], id: string) => {
    const response = await fetch(`${server.url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': id },
      body: JSON.stringify({ instances: rows }),
    });
    return {
      status: response.status,
      body: (await response.json()) as { model_version: number; predictions: { score: number }[] },
    };
  };
  const health = async () =>
    (await (await fetch(`${server.url}/health`)).json()) as {
      shadow?: { model: string; model_version: number } | null;
    };
  return { ...server, predict, health, lines, project, config };
}

const log = ({ store }: ProjectRunner, role: string) =>
  store.sql.all<Logged>('SELECT * FROM predictions WHERE role = ? ORDER BY id', role);

/** Version 1 is champion, version 2 challenger. */
async function twoVersions() {
  const runner = trained();
  promote(runner.store, { name: 'orders', version: 1 }, promoted);
  edit(runner, 'learning_rate: 0.05\n', 'learning_rate: 0.01\n');
  assert.equal((await runner.run()).error, null);
  return runner;
}

test('each request is answered by the champion and scored by the shadow after it', async (t) => {
  const servers = serversOf(t);
  const runner = await twoVersions();
  withShadow(runner);
  const { predict, health, store } = { ...(await served(servers, runner)), store: runner.store };
  assert.deepEqual((await health()).shadow, { model: 'orders', model_version: 2 });
  const answers = [await predict(stream.slice(0, 3), 'a'), await predict(stream.slice(3, 5), 'b')];
  await until('the shadow has scored', () => log(runner, 'shadow').length === 5);
  assert.deepEqual(
    answers.map(({ body }) => body.model_version),
    [1, 1],
  );
  const [stable, shadow] = [log(runner, 'stable'), log(runner, 'shadow')];
  assert.deepEqual(
    shadow.map((row) => [row.request_id, row.at, row.key, row.version]),
    stable.map((row) => [row.request_id, row.at, row.key, 2]),
  );
  assert.deepEqual(
    stable.map(({ score }) => score),
    answers.flatMap(({ body }) => body.predictions.map(({ score }) => score)),
  );
  assert.ok(shadow.every(({ score }, i) => score !== null && score !== stable[i]?.score));
  // The counts of the deployment are those of the answers that it sent.
  assert.equal(predictionCount(store, 'production').predictions, 5);
});

test('the windows of the shadow stand beside those of the champion', async (t) => {
  const servers = serversOf(t);
  const runner = await twoVersions();
  withShadow(runner);
  const { predict, project, config } = await served(servers, runner);
  await predict(stream, 'a');
  await until('the shadow has scored', () => log(runner, 'shadow').length === 300);
  const labels = stream
    .map(
      ({ id, at, late }) => `${id},${at},${late}
`,
    )
    .join('');
  writeFileSync(
    join(runner.root, 'labels/labels-1.csv'),
    `id,known_at,late
${labels}`,
  );
  const now = ordersStart + 110 * 86_400_000;
  const request = { project, config, store: runner.store, monitor: 'production', now };
  const own = await evaluateMonitor(request);
  const shadow = await evaluateMonitor({ ...request, shadow: true });
  const brief = (windows: typeof own) => windows.map((window) => [window.rows, window.labelled, window.modelVersions]);
  assert.deepEqual(brief(own), [
    [150, 150, [1]],
    [150, 150, [1]],
  ]);
  assert.deepEqual(brief(shadow), [
    [150, 150, [2]],
    [150, 150, [2]],
  ]);
  const aucs = [own, shadow].map((windows) => windows.map(({ performance }) => performance['brier']));
  assert.ok(aucs.flat().every((value) => value !== undefined));
  assert.notDeepEqual(aucs[0], aucs[1]);
  const declared = config.monitors?.['production'];
  assert.ok(declared);
  assert.equal(listWindows(runner.store, 'production', declared).length, 2);
  assert.equal(listWindows(runner.store, 'production', declared, 'shadow').length, 2);
  assert.deepEqual(await evaluateMonitor({ ...request, shadow: true }), []);
});

test('without a version to shadow with, requests are answered and the shadow waits', async (t) => {
  const servers = serversOf(t);
  const runner = trained();
  promote(runner.store, { name: 'orders', version: 1 }, promoted);
  withShadow(runner);
  const { predict, health, lines, close } = await served(servers, runner);
  assert.equal((await health()).shadow, null);
  assert.equal((await predict(stream.slice(0, 2), 'a')).status, 200);
  assert.equal(lines.filter((line) => line.startsWith('shadow: `orders` has no challenger')).length, 1);
  edit(runner, 'shadow: challenger, ', '');
  const project = loadProject(runner.root);
  const request = {
    project,
    config: configFor(project, 'default'),
    store: runner.store,
    monitor: 'production',
    now: 0,
  };
  await assert.rejects(evaluateMonitor({ ...request, shadow: true }), /`production` has no `shadow`/);
  await close();
  assert.deepEqual(log(runner, 'shadow'), []);
});

test('a shadow behind an address that fails never hurts an answer', { timeout: 60_000 }, async (t) => {
  const servers = serversOf(t);
  const theirs = trained();
  promote(theirs.store, { name: 'orders', version: 1 }, promoted);
  const elsewhere = await served(servers, theirs);
  const runner = trained();
  edit(
    runner,
    '\nstages:\n',
    `\nmodels:\n  orders: { from: train }\n  remote: { address: "${elsewhere.url}" }\n\nstages:\n  validate-remote: { uses: validate, with: { model: remote, data: features } }\n`,
  );
  edit(runner, 'model: champion, as: api,', 'model: orders@champion, shadow: remote@champion, as: api,');
  edit(runner, 'model: champion, as: batch,', 'model: orders@champion, as: batch,');
  assert.equal((await runner.run({ stages: ['validate-remote'] })).error, null);
  promote(runner.store, { name: 'orders', version: 1 }, promoted);
  promote(runner.store, { name: 'remote', version: 1 }, promoted);
  const { predict, lines, close } = await served(servers, runner);
  await predict(stream.slice(0, 2), 'a');
  await until('the shadow has scored', () => log(runner, 'shadow').length === 2);
  const [first] = log(runner, 'shadow');
  assert.deepEqual([first?.model, first?.error], ['remote', null]);
  // Both are the same network, one of them behind an address.
  assert.equal(first?.score, log(runner, 'stable')[0]?.score);
  await elsewhere.close();
  for (const id of ['b', 'c']) assert.equal((await predict(stream.slice(2, 4), id)).status, 200);
  await until('the failures are logged', () => log(runner, 'shadow').length === 4);
  for (const row of log(runner, 'shadow').slice(2)) assert.match(row.error ?? '', /cannot be reached/);
  assert.equal(lines.filter((line) => line.includes('cannot be reached')).length, 1);
  await close();
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { EngineMethod, EngineNotifications, EngineRequests } from '../../protocol/engineHost.ts';
import { updateLock } from '../../engine/fingerprint/lockFile.ts';
import { logPredictions } from '../../engine/serving/predictionLog.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersProject, ordersStart, ordersYaml } from '../helpers/ordersProject.ts';
import { runCli, startCli, type RunningCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';
import { answeredRequest } from '../helpers/answeredRequest.ts';

interface Host {
  ask<M extends EngineMethod>(method: M, params: EngineRequests[M]['params']): Promise<EngineRequests[M]['result']>;
  changes: string[];
  connection: MessageConnection;
  running: RunningCli;
}

function startHost(root: string): Host {
  const running = startCli(['service', '--project', root], { cwd: '/' });
  const { stdin, stdout } = running.child;
  assert.ok(stdin && stdout);
  const connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
  const changes: string[] = [];
  connection.onNotification(
    'store/changed',
    ({ reason }: EngineNotifications['store/changed']) => void changes.push(reason),
  );
  connection.listen();
  after(() => {
    connection.dispose();
    stdin.end();
    running.child.kill();
  });
  return {
    ask: async <M extends EngineMethod>(method: M, params: EngineRequests[M]['params']) =>
      (await connection.sendRequest(method, params as object)) as EngineRequests[M]['result'],
    changes,
    connection,
    running,
  };
}

const root = ordersProject();
const host = startHost(root);
const { ask } = host;
const refused = (about: RegExp) => (error: unknown) => error instanceof Error && about.test(error.message);

test('before the first run there is an overview, and what needs a store says so', async () => {
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

test('a run in another process is told, the first one too', async () => {
  host.changes.length = 0;
  const { code, err } = await runCli(['run'], { cwd: root });
  assert.equal(code, 0, err);
  await until('the change arrives', () => host.changes.includes('store'));
  await until('the last change arrives', async () => (await ask('runs/list', {})).runs[0]?.status === 'finished');
  host.changes.length = 0;
  await runCli(['run', '--force', 'train'], { cwd: root });
  await until('the change arrives', () => host.changes.includes('store'));
  assert.equal((await ask('runs/list', {})).total, 2);
});

test('a program that logs outlives its engine host: the next is at the same place, a second beside it has the same token', async () => {
  const own = makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: {}\n' });
  const first = startHost(own);
  const { uri, token } = await first.ask('tracking/endpoint', {});
  assert.ok(!existsSync(join(own, '.loopwright')), 'a project where nothing was logged is not touched');
  const call = (to: string, path: string, body: object) =>
    fetch(`${to}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  const { run } = (await (await call(uri, 'runs/create', { experiment_id: '0' })).json()) as {
    run: { info: { run_id: string } };
  };
  assert.equal(statSync(join(own, '.loopwright/endpoint.json')).mode & 0o777, 0o600);
  const second = startHost(own);
  const beside = await second.ask('tracking/endpoint', {});
  assert.deepEqual([beside.token, beside.uri === uri], [token, false]);
  assert.equal(
    (await call(beside.uri, 'runs/log-metric', { run_id: run.info.run_id, key: 'm', value: 1, timestamp: 1 })).status,
    200,
  );
  first.running.child.kill('SIGKILL');
  await once(first.running.child, 'exit');
  const third = startHost(own);
  assert.deepEqual(await third.ask('tracking/endpoint', {}), { uri, token });
  assert.equal(
    (await call(uri, 'runs/log-metric', { run_id: run.info.run_id, key: 'm', value: 2, timestamp: 2 })).status,
    200,
  );
  assert.equal((await third.ask('runs/get', { runId: run.info.run_id })).metrics['m'], 2);
});

test('runs: list, get, series, log, update', async () => {
  const { runs } = await ask('runs/list', { search: 'finished', limit: 1, offset: 1 });
  const [summary] = runs;
  assert.ok(summary);
  const { runId } = summary;
  const detail = await ask('runs/get', { runId });
  assert.deepEqual([detail.stages.length, detail.gates.length, detail.seriesKeys], [4, 2, ['loss', 'validation_loss']]);
  const [series] = await ask('runs/series', { runIds: [runId], key: 'loss' });
  assert.deepEqual([series?.count, series?.steps && Buffer.from(series.steps, 'base64').readDoubleLE(16)], [3, 3]);
  const log = await ask('runs/log', { runId, stage: 'train', offset: 0 });
  assert.deepEqual([log.text.split('\n').length, log.done], [4, true]);
  assert.deepEqual(await ask('runs/log', { runId, stage: 'train', offset: log.next }), {
    text: '',
    next: log.next,
    done: true,
  });
  assert.deepEqual(await ask('runs/update', { changes: [{ runId, change: { starred: true } }] }), {
    undo: [{ runId, change: { starred: false } }],
  });
  assert.equal((await ask('runs/get', { runId })).starred, true);
  await assert.rejects(ask('runs/get', { runId: 'nothing' }), refused(/There is no run `nothing`/));
  assert.deepEqual(await ask('runs/details', { runIds: ['nothing', runId] }), [await ask('runs/get', { runId })]);
  await assert.rejects(
    ask('runs/details', { runIds: Array.from({ length: 101 }, String) }),
    refused(/at most 100 runs/),
  );
});

test('runs: columns, groups, completion, export and saved views', async () => {
  const columns = await ask('runs/columns', {});
  const key = columns.metrics[0]?.key ?? '';
  assert.ok(key !== '' && columns.params.length > 0);
  const groups = await ask('runs/groups', { query: {}, by: 'status', metrics: [key] });
  assert.equal(
    groups.reduce((sum, group) => sum + group.runs, 0),
    (await ask('runs/list', {})).total,
  );
  assert.ok(
    (await ask('runs/complete', { text: 'metrics.', offset: 8 })).items.some((item) => item.label === `metrics.${key}`),
  );
  const path = join(root, 'out', 'runs.csv');
  const written = await ask('runs/export', {
    query: { filter: groups[0]?.filter ?? '' },
    columns: ['name', `metrics.${key}`],
    format: 'csv',
    path,
  });
  assert.equal(written.runs, groups[0]?.runs);
  assert.deepEqual(readFileSync(path, 'utf8').split('\r\n').slice(0, 1), [`run_id,name,metrics.${key}`]);
  await assert.rejects(
    ask('runs/export', { query: {}, columns: ['no such'], format: 'csv', path }),
    refused(/no column/),
  );
  await ask('views/save', { name: 'mine', state: { filter: 'a' } });
  assert.deepEqual(await ask('views/list', {}), [{ name: 'mine', state: { filter: 'a' } }]);
  await ask('views/delete', { name: 'mine' });
  assert.deepEqual(await ask('views/list', {}), []);
});

test('models: card, promote, rollback', async () => {
  assert.equal((await ask('models/card', { name: null, version: 'latest' })).version, 1);
  assert.deepEqual(await ask('models/promote', { name: 'orders', version: 1 }), {
    name: 'orders',
    version: 1,
    previous: null,
  });
  await assert.rejects(ask('models/promote', { name: 'orders', version: 7 }), refused(/has no version 7/));
  await assert.rejects(ask('models/rollback', { name: 'orders' }), refused(/first champion/));
  assert.deepEqual(
    (await ask('project/overview', {})).models.map(({ aliases }) => aliases),
    [['champion']],
  );
});

test('drift: report and detail', async () => {
  const store = openStore(root);
  const rows = orders({ rows: 150, firstDay: 70, days: 1, shift: 80 });
  logPredictions(
    store,
    answeredRequest('production'),
    rows.map((row) => ({
      at: Date.parse(row.at),
      key: row.id,
      features: { amount: row.amount, hour: row.hour, country: row.country },
      score: 0.5,
      prediction: '1',
      latencyMs: 1,
      error: null,
    })),
  );
  store.sql.close();
  await runCli(['monitor', '--now', new Date(ordersStart + 72 * 86_400_000).toISOString()], { cwd: root });
  const report = await ask('drift/report', { monitor: 'production' });
  assert.deepEqual(
    report.windows.map(({ status }) => status),
    ['drift'],
  );
  const detail = await ask('drift/detail', {
    monitor: 'production',
    windowId: report.windows[0]?.id ?? 0,
    column: 'amount',
  });
  assert.deepEqual([detail.type, detail.nCurrent, detail.nReference], ['numeric', 150, 160]);
  await assert.rejects(ask('drift/report', { monitor: 'none' }), refused(/There is no monitor `none`/));
  assert.deepEqual(
    [report.windows[0]?.referenceVersion, report.references.map(({ version, rows }) => ({ version, rows }))],
    [1, [{ version: 1, rows: 160 }]],
  );
});

const notBuilt = existsSync(join(import.meta.dirname, '../../dist/savedViews.cjs'))
  ? false
  : 'the views are not built: run npm run build';

test(
  'pages: card, drift and profile as one HTML file each, by the engine host and by the command line',
  { skip: notBuilt },
  async () => {
    const file = (name: string): string => join(root, 'out', `${name}.html`);
    const text = (name: string): string => readFileSync(file(name), 'utf8');
    await ask('pages/save', { page: { of: 'card', name: null, version: 1 }, path: file('card') });
    assert.match(text('card'), /<h1>orders <span class="version">v1<\/span><\/h1>[\s\S]*All 2 gates passed\./);
    await ask('pages/save', { page: { of: 'drift', monitor: 'production' }, path: file('drift') });
    assert.match(text('drift'), /Drift of production[\s\S]*test rows of v1, 160 rows[\s\S]*<svg/);
    await ask('pages/save', {
      page: { of: 'profile', subject: { kind: 'dataset', name: 'orders' } },
      path: file('profile'),
    });
    assert.match(text('profile'), /<h1>orders<\/h1>/);
    for (const name of ['card', 'drift', 'profile'])
      assert.match(text(name), /http-equiv="Content-Security-Policy" content="default-src 'none'/);
    await assert.rejects(
      ask('pages/save', { page: { of: 'drift', monitor: 'none' }, path: file('none') }),
      refused(/There is no monitor `none`/),
    );
    assert.equal(existsSync(file('none')), false);
    assert.equal((await runCli(['models', 'card', '1', '--html', file('cli-card')], { cwd: root })).code, 0);
    assert.match(text('cli-card'), /All 2 gates passed\./);
    assert.equal((await runCli(['drift', '--html', file('cli-drift')], { cwd: root })).code, 0);
    assert.match(text('cli-drift'), /Drift of production/);
    assert.match((await runCli(['drift', 'none'], { cwd: root })).err, /There is no monitor `none`/);
  },
);

test('an edit of the project is told and heard; one that breaks it keeps what was shown, with its problems', async () => {
  host.changes.length = 0;
  writeFiles(root, { 'loopwright.yaml': ordersYaml.replace('project: orders', 'project: renamed') });
  await until('the change arrives', () => host.changes.length > 0);
  assert.equal((await ask('project/overview', {})).project, 'renamed');
  writeFiles(root, { 'loopwright.yaml': 'version: 1\n' });
  const broken = await ask('project/overview', {});
  assert.deepEqual(
    [broken.problems.length, broken.problem?.line, broken.project, broken.stages.length],
    [2, 1, 'renamed', 4],
  );
  assert.equal((await ask('stages/status', {})).length, 4);
  writeFiles(root, { 'loopwright.yaml': ordersYaml });
});

test('the first file of a folder that was not there is told', async () => {
  const fresh = makeProject({
    'loopwright.yaml': 'version: 1\nproject: p\nparams: { a: 1 }\nstages: { s: { cmd: "true" } }\n',
  });
  const other = startHost(fresh);
  await other.ask('project/overview', {});
  writeFiles(fresh, { 'experiments/new.experiment.yaml': 'params: { a: 2 }\n' });
  await until('the folder is told', () => other.changes.length > 0);
  other.changes.length = 0;
  writeFiles(fresh, { 'experiments/second.experiment.yaml': 'params: { a: 3 }\n' });
  await until('what is in it too', () => other.changes.length > 0);
});

test('an output that is deleted with its folder is told', async () => {
  const fresh = makeProject({
    'loopwright.yaml': 'version: 1\nproject: p\nstages: { s: { cmd: "true", outs: [made/o.txt] } }\n',
    'made/o.txt': 'x',
  });
  updateLock(fresh, 's', {
    spec: { cmd: 'true' },
    params: {},
    deps: {},
    outs: { 'made/o.txt': { hash: 'x', bytes: 1 }, '.loopwright/artifacts/r/model': { hash: 'x', bytes: 1 } },
    run: 'r',
  });
  openStore(fresh).sql.close();
  writeFiles(fresh, { '.loopwright/artifacts/r/model/model.json': '' });
  const other = startHost(fresh);
  await other.ask('project/overview', {});
  other.changes.length = 0;
  renameSync(join(fresh, 'made'), join(fresh, 'away'));
  await until('the output is gone', () => other.changes.length > 0);
  await other.ask('project/overview', {});
  other.changes.length = 0;
  writeFiles(fresh, { '.loopwright/loopwright.db-wal': '' });
  await until('what is written into the store is told as well', () => other.changes.includes('store'));
});

test('a file that the project names is told when it comes and goes, wherever it is', async () => {
  const fresh = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nstages: { s: { cmd: "true", deps: [src/train.py, tables/*.csv], outs: [o] } }\n',
    'src/train.py': '',
    'tables/a.csv': '',
  });
  const other = startHost(fresh);
  const problems = async () => (await other.ask('project/overview', {})).problems.length;
  assert.equal(await problems(), 0);
  for (const path of ['src/train.py', 'src', 'tables/a.csv', 'tables']) {
    other.changes.length = 0;
    renameSync(join(fresh, path), join(fresh, 'away'));
    await until(`${path} is gone`, () => other.changes.length > 0);
    assert.equal(await problems(), 1, path);
    other.changes.length = 0;
    renameSync(join(fresh, 'away'), join(fresh, path));
    await until(`${path} is back`, () => other.changes.length > 0);
    assert.equal(await problems(), 0, path);
  }
});

test('a state folder that is thrown away is forgotten, and a new one is found', async () => {
  const fresh = makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: { s: { cmd: "true" } }\n' });
  const other = startHost(fresh);
  await runCli(['run'], { cwd: fresh });
  assert.equal((await other.ask('runs/list', {})).total, 1);
  rmSync(join(fresh, '.loopwright'), { recursive: true });
  rmSync(join(fresh, 'loopwright.lock'));
  assert.equal((await other.ask('runs/list', {})).total, 0);
  other.changes.length = 0;
  await runCli(['run'], { cwd: fresh });
  await until('the change arrives', () => other.changes.includes('store'));
  await until('the new run is there', async () => (await other.ask('runs/list', {})).total === 1);
  other.changes.length = 0;
  await runCli(['run', '--force'], { cwd: fresh });
  await until('further changes arrive', () => other.changes.includes('store'));
});

test('a method that is not known is refused, and the host goes on', async () => {
  await assert.rejects(host.connection.sendRequest('no/such'), refused(/Unhandled method/));
  assert.equal((await ask('runs/list', { limit: 1 })).runs.length, 1);
});

test('it ends when its input does', async () => {
  host.running.child.stdin?.end();
  assert.equal((await host.running.ended).code, 0);
});

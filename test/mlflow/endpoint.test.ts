import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { trackingProcess, type TrackingProcess } from '../helpers/trackingProcess.ts';
import { until } from '../helpers/until.ts';

const root = makeProject({ 'loopwright.yaml': 'version: 1\nproject: endpoint\nstages: {}\n' });
let server: TrackingProcess;

before(async () => {
  server = await trackingProcess(root);
});
after(() => server.stop());

const created = async (): Promise<string> =>
  (
    (await server.call('runs/create', { experiment_id: '0', start_time: 1 })).body as unknown as {
      run: { info: { run_id: string } };
    }
  ).run.info.run_id;

async function raw(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; code: unknown; message: string }> {
  const response = await fetch(`${server.uri}${path}`, {
    method: options.method ?? 'GET',
    headers: { authorization: `Bearer ${server.token}`, ...options.headers },
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const text = await response.text();
  const body = text.startsWith('{') ? (JSON.parse(text) as { error_code?: string; message?: string }) : {};
  return { status: response.status, code: body.error_code, message: body.message ?? text };
}

test('without the token, from a page or under another name, nothing is told', async () => {
  const path = '/api/2.0/mlflow/experiments/get?experiment_id=0';
  for (const authorization of ['', 'Bearer wrong', `Bearer ${server.token}x`, 'Basic eDp5']) {
    const { status, code, message } = await raw(path, { headers: { authorization } });
    assert.deepEqual([status, code], [401, 'UNAUTHENTICATED'], authorization);
    assert.match(message, /MLFLOW_TRACKING_TOKEN/);
  }
  assert.equal(
    (await raw(path, { headers: { authorization: `Basic ${Buffer.from(`me:${server.token}`).toString('base64')}` } }))
      .status,
    200,
    'the token as a password',
  );
  assert.deepEqual((await raw(path, { headers: { origin: 'https://example.org' } })).status, 403);
  const named = await new Promise<number>((resolve, reject) => {
    request(
      `${server.uri}${path}`,
      { headers: { authorization: `Bearer ${server.token}`, host: 'evil.example' } },
      (response) => resolve(response.resume().statusCode ?? 0),
    )
      .on('error', reject)
      .end();
  });
  assert.equal(named, 403, 'a name that leads here is not loopback');
  assert.deepEqual(
    [
      (await raw('/health', { headers: { authorization: '' } })).status,
      (await raw('/version', { headers: { authorization: '' } })).message,
    ],
    [200, '3.17.0'],
  );
});

test('what is not kept here is said in MLflow’s way, at once', async () => {
  for (const [path, method] of [
    ['/api/2.0/mlflow/traces', 'POST'],
    ['/api/3.0/mlflow/traces', 'POST'],
    ['/api/2.0/mlflow/gateway-proxy', 'GET'],
    ['/v1/traces', 'POST'],
    ['/api/3.0/mlflow/prompts/search', 'GET'],
    ['/api/3.0/mlflow/scorers/list', 'GET'],
    ['/api/3.0/mlflow/datasets/create', 'POST'],
  ] as const) {
    const { status, code, message } = await raw(path, { method, ...(method === 'POST' ? { body: '{}' } : {}) });
    assert.deepEqual([status, code], [501, 'NOT_IMPLEMENTED'], path);
    assert.match(message, /docs\/tracking\.md/);
  }
  assert.deepEqual(
    (await raw('/api/2.0/mlflow/runs/nothing', { method: 'POST', body: '{}' })).code,
    'ENDPOINT_NOT_FOUND',
  );
  assert.deepEqual(
    (
      await server.call('registered-models/create', {
        name: 'p',
        tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }],
      })
    ).status,
    501,
  );
  const deep = `{"run_id":"x","params":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  for (const body of ['{', '[]', '"x"', 'null', '{"run_id": ', deep])
    assert.deepEqual((await raw('/api/2.0/mlflow/runs/log-batch', { method: 'POST', body })).code, 'BAD_REQUEST', body);
});

test('whole numbers beyond 64 bits are refused where they stand', async () => {
  const runId = await created();
  for (const [path, body] of [
    ['runs/log-metric', { run_id: runId, key: 'm', value: 1, timestamp: 2 ** 63 }],
    ['runs/log-metric', { run_id: runId, key: 'm', value: 1, timestamp: 1, step: -(2 ** 63) - 5000 }],
    ['runs/log-batch', { run_id: runId, metrics: [{ key: 'm', value: 1, timestamp: '99999999999999999999' }] }],
    ['runs/create', { experiment_id: '0', start_time: 1e20 }],
    ['runs/update', { run_id: runId, status: 'FINISHED', end_time: '' }],
  ] as const) {
    const { status, body: said } = await server.call(path, body);
    assert.deepEqual([status, said['error_code']], [400, 'INVALID_PARAMETER_VALUE'], JSON.stringify(body));
  }
  assert.equal(
    (
      await server.call('runs/log-metric', {
        run_id: runId,
        key: 'm',
        value: 1,
        timestamp: '9007199254740993',
        step: -1,
      })
    ).status,
    200,
  );
});

test('an artifact goes nowhere but below the artifacts, whatever its path says', async () => {
  const runId = await created();
  const base = '/api/2.0/mlflow-artifacts/artifacts';
  for (const path of [
    '%2e%2e/%2e%2e/out.txt',
    '..%2f..%2fout.txt',
    `0/${runId}/artifacts/..%2f..%2fout.txt`,
    `0/${runId}/artifacts/a%5cb`,
    `0/${runId}/artifacts/%00`,
    'c:/x',
    '%2f%2fetc/passwd',
  ]) {
    const { status, code } = await raw(`${base}/${path}`, { method: 'PUT', body: 'x' });
    assert.ok(
      (status === 400 && code === 'INVALID_PARAMETER_VALUE') || status === 404,
      `${path}: ${status} ${String(code)}`,
    );
  }
  assert.ok(!existsSync(join(root, 'out.txt')) && !existsSync(join(root, '.loopwright', 'out.txt')));
  assert.equal(
    (await raw(`${base}/0/${runId}/artifacts/a%20b/%C3%BC.txt`, { method: 'PUT', body: 'hello' })).status,
    200,
  );
  assert.equal(readFileSync(join(root, '.loopwright', 'artifacts', runId, 'a b', 'ü.txt'), 'utf8'), 'hello');
  const part = await fetch(`${server.uri}${base}/0/${runId}/artifacts/a%20b/%C3%BC.txt`, {
    headers: { authorization: `Bearer ${server.token}`, range: 'bytes=1-3' },
  });
  assert.deepEqual(
    [part.status, part.headers.get('content-range'), part.headers.get('x-content-type-options'), await part.text()],
    [206, 'bytes 1-3/5', 'nosniff', 'ell'],
  );
  const listed = await server.call(`artifacts/list?run_id=${runId}&path=a%20b`);
  assert.deepEqual(listed.body['files'] as unknown, [{ path: 'a b/ü.txt', is_dir: false, file_size: 5 }]);
  assert.equal(
    (await raw(`${base}/0/${runId}/artifacts/a%20b`, { method: 'PUT', body: 'x' })).status,
    400,
    'a folder is not overwritten',
  );
});

test('a link in the artifacts is not followed out of them by a view', async () => {
  const { readArtifact } = await import('../../engine/tracking/readArtifact.ts');
  const runId = await created();
  const store = openStore(root);
  mkdirSync(join(root, '.loopwright', 'artifacts', runId), { recursive: true });
  writeFileSync(join(root, 'secret.txt'), 'secret');
  symlinkSync(join(root, 'secret.txt'), join(root, '.loopwright', 'artifacts', runId, 'link.txt'));
  for (const path of ['link.txt', '../../../secret.txt', '/etc/passwd', 'nothing'])
    assert.throws(() => readArtifact(store, runId, path), /has no artifact/, path);
  store.sql.close();
});

// Tried: a link to a file, a link to a folder, the folder of the run itself a link; read, listed, written, removed.
test('a link in the store is never read, listed, written or removed through', async () => {
  const runId = await created();
  const outside = join(root, 'private');
  mkdirSync(outside);
  writeFileSync(join(outside, 'id_rsa'), 'secret');
  const folder = join(root, '.loopwright', 'artifacts', runId);
  mkdirSync(folder, { recursive: true });
  symlinkSync(outside, join(folder, 'linked'));
  symlinkSync(join(outside, 'id_rsa'), join(folder, 'key'));
  const other = await created();
  symlinkSync(outside, join(root, '.loopwright', 'artifacts', other));
  const base = `${server.uri}/api/2.0/mlflow-artifacts/artifacts/0`;
  const headers = { authorization: `Bearer ${server.token}` };
  for (const path of [`${runId}/artifacts/linked/id_rsa`, `${runId}/artifacts/key`, `${other}/artifacts/id_rsa`])
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await fetch(`${base}/${path}`, { method, headers, ...(method === 'PUT' && { body: 'x' }) });
      assert.ok(response.status >= 400, `${method} ${path}: ${response.status}`);
      assert.ok(!(await response.text()).includes('secret'));
    }
  assert.equal(readFileSync(join(outside, 'id_rsa'), 'utf8'), 'secret');
  for (const [run, path] of [
    [runId, '&path=linked'],
    [other, ''],
  ])
    assert.notEqual((await server.call(`artifacts/list?run_id=${run}${path}`)).status, 200);
});

test('an upload in parts is whole or not there', async () => {
  const runId = await created();
  const base = `${server.uri}/api/2.0/mlflow-artifacts/mpu`;
  const headers = { authorization: `Bearer ${server.token}` };
  const begin = async () =>
    (await (
      await fetch(`${base}/create/0/${runId}/artifacts`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ path: 'big.bin', num_parts: 2 }),
      })
    ).json()) as {
      upload_id: string;
      credentials: { url: string; part_number: number; headers: Record<string, string> }[];
    };
  const upload = await begin();
  const etags = await Promise.all(
    upload.credentials.map(async ({ url, part_number: number, headers: own }) => {
      const response = await fetch(url, { method: 'PUT', headers: own, body: `part ${number};` });
      return { part_number: number, etag: response.headers.get('etag') ?? '' };
    }),
  );
  const file = join(root, '.loopwright', 'artifacts', runId, 'big.bin');
  assert.ok(!existsSync(file));
  const complete = (id: string, parts: unknown) =>
    fetch(`${base}/complete/0/${runId}/artifacts`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ path: 'big.bin', upload_id: id, parts }),
    });
  assert.equal(
    (await complete(upload.upload_id, [...etags, { part_number: 3, etag: 'x' }])).status,
    400,
    'a part that never came',
  );
  assert.equal((await complete(upload.upload_id, etags.toReversed())).status, 200);
  assert.equal(readFileSync(file, 'utf8'), 'part 1;part 2;');
  const dropped = await begin();
  await fetch(`${base}/abort/0/${runId}/artifacts`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ path: 'big.bin', upload_id: dropped.upload_id }),
  });
  assert.equal((await complete(dropped.upload_id, etags)).status, 404);
  assert.equal((await complete('../../x', etags)).status, 400);
});

test(
  'a run whose program died is interrupted within ten seconds, and goes on when a program writes to it again',
  { timeout: 60_000 },
  async () => {
    const script = `
    const call = (path, body) => fetch(process.argv[1] + '/api/2.0/mlflow/' + path, { method: 'POST', headers: { authorization: 'Bearer ' + process.argv[2] }, body: JSON.stringify(body) }).then((r) => r.json());
    const { run } = await call('runs/create', { experiment_id: '0', start_time: Date.now() });
    await call('runs/log-batch', { run_id: run.info.run_id, metrics: [{ key: 'm', value: 1, timestamp: 1, step: 1 }] });
    console.log(run.info.run_id);
    setInterval(() => {}, 1000);`;
    const program = spawn(process.execPath, ['--input-type=module', '-e', script, server.uri, server.token], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const runId = String((await once(program.stdout, 'data'))[0]).trim();
    const store = openStore(root);
    assert.equal(getRun(store, runId).status, 'running');
    program.kill('SIGKILL');
    await once(program, 'exit');
    const died = Date.now();
    await until(
      'the run is interrupted',
      () =>
        store.sql.get<{ status: string }>('SELECT status FROM runs WHERE run_id = ?', runId)?.status === 'interrupted',
      15_000,
    );
    assert.ok(Date.now() - died < 10_000);
    const asked = (await server.call(`runs/get?run_id=${runId}`)).body as unknown as {
      run: { info: { status: string } };
    };
    assert.equal(asked.run.info.status, 'FAILED');
    await server.call('runs/log-metric', { run_id: runId, key: 'm', value: 2, timestamp: 2, step: 2 });
    assert.deepEqual([getRun(store, runId).status, getRun(store, runId).metrics['m']], ['running', 2]);
    await server.call('runs/update', { run_id: runId, status: 'FINISHED', end_time: 5 });
    assert.deepEqual([getRun(store, runId).status, getRun(store, runId).endedAt], ['finished', 5]);
    store.sql.close();
  },
);

test('a port that is taken and a port that is none are told', async () => {
  const { runCli } = await import('../helpers/runCli.ts');
  const port = new URL(server.uri).port;
  const taken = await runCli(['track', '--port', port], { cwd: root });
  assert.deepEqual([taken.code, taken.err.includes(`Port ${port} is in use`)], [1, true], taken.err);
  assert.match((await runCli(['track', '--port', '99999'], { cwd: root })).err, /not a port/);
});

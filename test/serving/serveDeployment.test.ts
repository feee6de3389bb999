import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ProjectError, WorkError } from '../../engine/base/errors.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { promote } from '../../engine/registry/promote.ts';
import { serveDeployment, type RunningServer } from '../../engine/serving/serveDeployment.ts';
import { predictionCount } from '../../engine/serving/predictionLog.ts';
import { openDatabase } from '../../engine/store/openDatabase.ts';
import type { Store } from '../../engine/store/store.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { foreignOrigins, refusesForeignHosts, statusOf } from '../helpers/foreignRequests.ts';
import { orders, ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';
import type { ProjectRunner } from '../helpers/runIn.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';
import { until } from '../helpers/until.ts';

const trained = trainedOrders();
const rows = orders({ rows: 400, firstDay: 100, seed: 5 }).map(({ id, at, amount, hour, country }) => ({
  id,
  at,
  amount,
  hour,
  country,
}));

/** A project whose version 1 is champion, and a function that serves one of its deployments on a free port. */
function promoted() {
  const project = trained();
  promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  return { ...project, serve: servingOf(project) };
}

function servingOf({ root, store }: Pick<ProjectRunner, 'root' | 'store'>) {
  const project = loadProject(root);
  const config = configFor(project, 'default');
  return (deployment = 'production', port = 0) => serveDeployment({ project, store, config, deployment, port });
}

/** The deployment `production` in service, until the test ends. */
async function served(t: TestContext) {
  let running: RunningServer | undefined;
  // Hooks run in the order of their registration, and the server has to close before its store.
  t.after(() => running?.close());
  const project = promoted();
  const server = (running = await project.serve());
  return { ...project, server, ...clientOf(server.url) };
}

interface Violation {
  field: string;
  rule: string;
  value: string | null;
  message: string;
}

function clientOf(url: string) {
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return {
      status: response.status,
      json: (await response.json()) as {
        error?: string;
        model_version?: number;
        threshold?: { value: number; kind: string; rule: string };
        predictions?: { score: number; prediction: string; value: unknown; warnings?: Violation[] }[];
        violations?: (Violation & { row: number; misspelt?: string })[];
        violation_count?: number;
      },
    };
  };
  /** Status and message of a request that is refused. */
  const refused = async (body: unknown) => {
    const { status, json } = await post(body);
    return `${status} ${json.error}`;
  };
  return { post, refused };
}

const lastTimes = ({ sql }: Store, n: number) =>
  sql.numbers('SELECT at FROM predictions ORDER BY id DESC LIMIT ?', n).toReversed();

test('there is nothing to serve before a champion', async () => {
  await assert.rejects(
    servingOf(trained())(),
    (error) => error instanceof WorkError && /`orders` has no champion to serve/.test(error.message),
  );
});

test('rows are answered in order, and logged with key, time and features', async (t) => {
  const { post, store } = await served(t);
  const { status, json } = await post({ instances: rows.slice(0, 3) });
  assert.deepEqual([status, json.model_version, json.predictions?.length], [200, 1, 3]);
  const { threshold } = json;
  assert.deepEqual([threshold?.kind, threshold?.rule], ['chosen', 'precision of at least 0.6']);
  for (const { score, prediction, value } of json.predictions ?? []) {
    assert.ok(score >= 0 && score <= 1 && prediction === String(score >= (threshold?.value ?? 2)));
    assert.equal(value, prediction === 'true');
  }
  const logged = store.sql.all<{ features: string }>(
    'SELECT key, at, features, score, error, model, version, role FROM predictions ORDER BY id',
  );
  assert.deepEqual(
    logged.map(({ features, ...row }) => ({ ...row, features: JSON.parse(features) as unknown })),
    rows.slice(0, 3).map(({ id, at, amount, hour, country }, i) => ({
      key: id,
      at: Date.parse(at),
      score: json.predictions?.[i]?.score,
      error: null,
      model: 'orders',
      version: 1,
      role: 'stable',
      features: { amount, hour, country },
    })),
  );
  assert.equal(predictionCount(store, 'production').predictions, 3);
});

// Forms of names and origins are listed in foreignRequests.
test('requests under names of others and of their pages are refused, and not logged', async (t) => {
  const { server, store } = await served(t);
  const body = JSON.stringify({ instances: rows.slice(0, 1) });
  const headers = ['content-type: application/json', `content-length: ${body.length}`];
  const count = () => store.sql.get<{ n: number }>('SELECT count(*) AS n FROM predictions')?.n;
  await refusesForeignHosts(server.url, { method: 'POST', path: '/predict', headers, body, status: 200 });
  const before = count();
  const from = (...origins: string[]) =>
    statusOf(
      server.url,
      ['POST /predict HTTP/1.1', 'Host: 127.0.0.1', ...origins.map((origin) => `Origin: ${origin}`), ...headers],
      body,
    );
  for (const origin of foreignOrigins) assert.equal(await from(origin), 403, origin);
  assert.equal(await from('http://127.0.0.1', 'http://evil.example'), 403);
  assert.equal(await from('http://evil.example', 'http://127.0.0.1'), 403);
  assert.equal(count(), before);
  for (const origin of ['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:1', 'HTTP://LOCALHOST'])
    assert.equal(await from(origin), 200, origin);
});

test('the log names the request and the trace of the caller, and only ids of the expected form', async (t) => {
  const { post, store } = await served(t);
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const one = { instances: [rows[0]] };
  await post(
    { instances: rows.slice(0, 2) },
    { 'x-request-id': 'a-1', traceparent: `00-${trace}-00f067aa0ba902b7-01` },
  );
  await post(one, { 'x-request-id': 'not an id', traceparent: 'nonsense' });
  await post(one);
  const logged = store.sql.all<{ request_id: string; trace: string | null }>(
    'SELECT request_id, trace FROM predictions ORDER BY id',
  );
  assert.deepEqual(logged.slice(0, 2), [
    { request_id: 'a-1', trace },
    { request_id: 'a-1', trace },
  ]);
  for (const own of logged.slice(2)) {
    assert.match(own.request_id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(own.trace, null);
  }
  assert.notEqual(logged[2]?.request_id, logged[3]?.request_id);
});

test('a value may be null where the schema does not require it', async (t) => {
  const { post } = await served(t);
  const { status, json } = await post({ instances: [{ ...rows[0], amount: null, country: null }] });
  assert.deepEqual([status, json.predictions?.length], [200, 1]);
  assert.ok(json.predictions?.every(({ score }) => Number.isFinite(score)));
});

test('a request whose rows all break the schema is refused, with row, field, rule and value', async (t) => {
  const { post, refused, store } = await served(t);
  const [good] = rows;
  const { status, json } = await post({ instances: [{ ...good, amount: 1e300, hour: -5, country: 'zz' }] });
  assert.equal(status, 400);
  assert.equal(json.error, 'row 0: amount: above maximum 1000 (found 1e+300); and 2 more in `violations`');
  assert.deepEqual(json.violations, [
    { row: 0, field: 'amount', rule: 'maximum', value: '1e+300', message: 'amount: above maximum 1000 (found 1e+300)' },
    { row: 0, field: 'hour', rule: 'minimum', value: '-5', message: 'hour: below minimum 0 (found -5)' },
    {
      row: 0,
      field: 'country',
      rule: 'categories',
      value: '"zz"',
      message: 'country: not one of de, fr, pl (found "zz")',
    },
  ]);
  assert.equal(json.violation_count, 3);
  for (const [row, expected] of [
    [{}, /^400 row 0: amount: absent; send null where there is no value; and 2 more/],
    [{ ...good, amount: 'much' }, /^400 row 0: amount: not a number \(found "much"\)$/],
    [{ ...good, hour: 1.5 }, /^400 row 0: hour: not an integer \(found 1.5\)$/],
    [{ ...good, country: { a: 1 } }, /^400 row 0: country: /],
    [5, /^400 row 0: not an object/],
  ] as const)
    assert.match(await refused({ instances: [row] }), expected);
  const errors = store.sql.all<{ error: string }>('SELECT error FROM predictions ORDER BY id');
  assert.equal(errors.length, 5);
  assert.match(errors[0]?.error ?? '', /^row 0: amount: above maximum 1000/);
});

test('a misspelt field is named', async (t) => {
  const { post } = await served(t);
  const { amount, ...others } = rows[0] ?? assert.fail();
  const { status, json } = await post({ instances: [{ ...others, amuont: amount }] });
  assert.equal(status, 400);
  assert.match(json.error ?? '', /^row 0: amount: absent; .* Is `amuont` a misspelling of it\?$/);
  assert.equal(json.violations?.[0]?.misspelt, 'amuont');
});

test('of many rows, only the bad one has no prediction; the log and the metrics know it', async (t) => {
  const { post, store, server } = await served(t);
  const many = rows.slice(0, 100).map((row, i) => (i === 70 ? { ...row, amount: -5000 } : row));
  const { status, json } = await post({ instances: many });
  assert.equal(status, 200);
  assert.deepEqual(
    json.predictions?.flatMap(({ score }, i) => (score === null ? [i] : [])),
    [70],
  );
  assert.deepEqual(json.predictions?.[70], {
    score: null,
    prediction: null,
    value: null,
    errors: [
      { field: 'amount', rule: 'minimum', value: '-5000', message: 'amount: below minimum -1000 (found -5000)' },
    ],
  });
  const alone = await post({ instances: [many[71]] });
  assert.deepEqual(json.predictions?.[71], alone.json.predictions?.[0]);
  assert.deepEqual(store.sql.all('SELECT key, error FROM predictions WHERE error IS NOT NULL'), [
    { key: many[70]?.id, error: 'row 70: amount: below minimum -1000 (found -5000)' },
  ]);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  assert.match(metrics, /^loopwright_refused_rows_total\{deployment="production"\} 1$/m);
  assert.match(
    metrics,
    /^loopwright_violations_total\{deployment="production",field="amount",rule="minimum",handling="quarantine"\} 1$/m,
  );
});

test('the deployment says whether broken rows refuse the request or only warn; a field has the last word', async (t) => {
  const running: RunningServer[] = [];
  // Before the store closes.
  t.after(() => Promise.all(running.map((server) => server.close())));
  const { root, store } = promoted();
  const serveWith = async (invalid: string, schema = ordersSchema) => {
    writeFiles(root, {
      'loopwright.yaml': ordersYaml.replace('as: api,', `as: api, invalid: ${invalid},`),
      'schemas/orders.dataset.yaml': schema,
    });
    const server = await servingOf({ root, store })();
    running.push(server);
    return clientOf(server.url).post;
  };
  const instances = [rows[0], { ...rows[1], amount: -5000, hour: 'noon' }];
  const strict = await (await serveWith('fail'))({ instances });
  assert.equal(strict.status, 400);
  assert.match(strict.json.error ?? '', /^row 1: amount: below minimum -1000 \(found -5000\); and 1 more/);

  const lenient = await (await serveWith('warn'))({ instances });
  assert.equal(lenient.status, 200);
  assert.ok(Number.isFinite(lenient.json.predictions?.[1]?.score));
  assert.deepEqual(
    lenient.json.predictions?.map(({ warnings }) => warnings?.map(({ rule }) => rule)),
    [undefined, ['minimum', 'type']],
  );
  assert.deepEqual(
    store.sql
      .all<{ warnings: string }>('SELECT warnings FROM predictions WHERE warnings IS NOT NULL')
      .map(({ warnings }) => JSON.parse(warnings) as unknown),
    [
      [
        { field: 'amount', rule: 'minimum', value: '-5000' },
        { field: 'hour', rule: 'type', value: '"noon"' },
      ],
    ],
  );

  const own = ordersSchema.replace('maximum: 1000 }, loopwright: {', 'maximum: 1000 }, loopwright: { invalid: warn,');
  const field = await (await serveWith('fail', own))({ instances: [{ ...rows[1], amount: -5000 }] });
  assert.equal(field.status, 200);
});

test('the rules are those of the training data, also when the file of the schema is gone or was edited', async (t) => {
  const running: RunningServer[] = [];
  t.after(() => Promise.all(running.map((server) => server.close())));
  const { root, store } = promoted();
  const refused = async () => {
    const server = await servingOf({ root, store })();
    running.push(server);
    const { status, json } = await clientOf(server.url).post({ instances: [{ ...rows[1], amount: -5000 }] });
    return [status, json.error];
  };
  const expected = [400, 'row 0: amount: below minimum -1000 (found -5000)'];
  const path = 'schemas/orders.dataset.yaml';
  writeFiles(root, { [path]: ordersSchema.replace('minimum: -1000', 'minimum: -9000') });
  assert.deepEqual(await refused(), expected);
  writeFiles(root, { [path]: 'fields: [ {' });
  assert.deepEqual(await refused(), expected);
  rmSync(join(root, path));
  assert.deepEqual(await refused(), expected);
});

test('a key that is missing or no text and a time that is none only warn: the model does not read them', async (t) => {
  const { post } = await served(t);
  const { id: _, at: __, ...features } = rows[0] ?? assert.fail();
  const { status, json } = await post({ instances: [features, { ...features, id: 'x', at: 'yesterday' }] });
  assert.equal(status, 200);
  assert.deepEqual(
    json.predictions?.map(({ warnings }) => warnings?.map(({ field, rule }) => `${field} ${rule}`)),
    [['id required', 'at required'], ['at type']],
  );
});

test('a key of megabytes is cut in the log, and the answer says so', async (t) => {
  const { post, store } = await served(t);
  const { status, json } = await post({ instances: [{ ...rows[0], id: 'x'.repeat(5_000_000) }] });
  assert.equal(status, 200);
  assert.match(json.predictions?.[0]?.warnings?.[0]?.message ?? '', /^id: longer than 1000 characters; the log keeps/);
  assert.equal(store.sql.get<{ n: number }>('SELECT length(key) AS n FROM predictions')?.n, 1001);
});

test('a number that JSON cannot write is named with its field and row', async (t) => {
  const { refused } = await served(t);
  for (const word of ['NaN', 'Infinity', '-Infinity', 'None'])
    assert.equal(
      await refused(`{"instances": [{"amount": 1, "note": "NaN"}, {"amount": ${word}, "hour": 2}]}`),
      `400 The body is not valid JSON: \`${word}\` at position 56, the value of \`amount\` in row 1, is not a value of JSON. Send null where there is no value.`,
    );
  assert.match(await refused('{"instances": [{"late": True}]}'), /`True` at position 24.* Write `true`\.$/);
  assert.match(await refused(''), /^400 The body is empty/);
  assert.match(await refused('{"instances": [{"amount": 1e999, "hour": 1, "country": "de"}]}'), /found Infinity/);
});

test('a body without instances, of another type or too large is refused', async (t) => {
  const { refused, server } = await served(t);
  for (const body of [{ instances: [] }, {}, { instances: 'x' }, 'null', '[]', '"text"', '5'])
    assert.match(await refused(body), /^400 The body must be JSON like/, JSON.stringify(body));
  assert.match(await refused('{"instances": ['), /^400 /);
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  assert.match(await refused(`{"instances": [{"amount": ${deep}}]}`), /^400 JSON may be nested 500 levels deep/);
  const form = await fetch(`${server.url}/predict`, {
    method: 'POST',
    body: 'a=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(form.status, 415);
  const plain = { method: 'POST', body: '{"instances": []}', headers: { 'content-type': 'text/plain' } };
  assert.equal((await fetch(`${server.url}/predict`, plain)).status, 415);
  assert.match(
    await refused({ instances: Array.from({ length: 10_001 }, () => ({})) }),
    /^413 A request may hold at most 10000 rows; this one holds 10001/,
  );
  assert.equal((await fetch(`${server.url}/nothing`)).status, 404);
  assert.equal((await fetch(`${server.url}/predict`)).status, 404);
});

test('an instance whose time no calendar has is logged with the time of the request', async (t) => {
  const { post, store } = await served(t);
  const times = [1e300, -1e300, 'yesterday', null, {}, 8.64e15 + 1];
  for (const at of times)
    assert.equal((await post({ instances: [{ ...rows[0], at }] })).status, 200, JSON.stringify(at));
  const logged = lastTimes(store, 10);
  assert.equal(logged.length, times.length);
  for (const at of logged) assert.ok(Math.abs(at - Date.now()) < 60_000);
});

test('a time without a zone is UTC, wherever the service runs', async (t) => {
  const { post, store } = await served(t);
  const zone = process.env['TZ'];
  process.env['TZ'] = 'America/New_York';
  try {
    for (const at of [
      '2026-04-01T10:00:00',
      '2026-04-01 10:00:00',
      '2026-04-01T10:00:00Z',
      '2026-04-01T12:00:00+02:00',
      Date.UTC(2026, 3, 1, 10),
    ]) {
      await post({ instances: [{ ...rows[0], at }] });
      assert.deepEqual(lastTimes(store, 1), [Date.UTC(2026, 3, 1, 10)], String(at));
    }
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test('a locked store stops neither the health nor the metrics, and the requests are answered after it', async (t) => {
  const { post, store, server } = await served(t);
  const other = openDatabase(join(store.folder, 'loopwright.db'));
  t.after(() => other.close());
  other.run('BEGIN IMMEDIATE');
  const health = async () => {
    const response = await fetch(`${server.url}/health`);
    return { code: response.status, ...((await response.json()) as { status: string; log: string; error?: string }) };
  };
  const waiting = [0, 1, 2].map((i) => post({ instances: [rows[i]] }));
  await until('the log waits', async () => (await health()).log === 'waiting');
  assert.equal((await health()).status, 'ok');
  assert.equal((await fetch(`${server.url}/metrics`)).status, 200);
  assert.equal(predictionCount(store, 'production').predictions, 0);
  other.run('ROLLBACK');
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ status }) => status),
    [200, 200, 200],
  );
  assert.equal(predictionCount(store, 'production').predictions, 3);
});

test('while the log cannot be written, requests are answered 503 and the health is failing', async (t) => {
  const { store, server } = await served(t);
  const [pages] = store.sql.numbers('PRAGMA page_count');
  store.sql.numbers(`PRAGMA max_page_count = ${pages}`);
  const response = await fetch(`${server.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ instances: Array.from({ length: 1000 }, () => rows[0]) }),
  });
  assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '30']);
  const { error } = (await response.json()) as { error: string };
  assert.match(error, /^The disk is full/);
  const health = await fetch(`${server.url}/health`);
  const state = (await health.json()) as { status: string; log: string; error: string };
  assert.deepEqual([health.status, state.status, state.log, state.error], [503, 'failing', 'failing', error]);
  store.sql.numbers('PRAGMA max_page_count = 1000000');
  await until('the health is good', async () => (await fetch(`${server.url}/health`)).status === 200);
});

test('a web page that reaches the server by a name of its own is refused, and nothing is logged', async (t) => {
  const { server, store } = await served(t);
  const statusFor = (host: string, origin?: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { host, 'content-type': 'application/json', ...(origin !== undefined && { origin }) };
      const options = { method: 'POST', headers };
      const sent = request(`${server.url}/predict`, options, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      sent.end(JSON.stringify({ instances: [rows[0]] }));
    });
  assert.equal(await statusFor('evil.example'), 403);
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'http://127.0.0.1@evil.example',
  ])
    assert.equal(await statusFor('127.0.0.1', origin), 403, origin);
  assert.equal(predictionCount(store, 'production').predictions, 0);
  for (const host of ['localhost:8080', '127.0.0.1', '[::1]:80']) assert.equal(await statusFor(host), 200, host);
  assert.equal(await statusFor('127.0.0.1', 'http://localhost:3000'), 200);
});

test('the health names the version', async (t) => {
  const { server } = await served(t);
  const health = (await (await fetch(`${server.url}/health`)).json()) as Record<string, unknown>;
  assert.deepEqual(
    [health['status'], health['deployment'], health['model'], health['model_version']],
    ['ok', 'production', 'orders', 1],
  );
});

test('the metrics are OpenMetrics and count requests by status', async (t) => {
  const { server, post } = await served(t);
  for (let i = 0; i < 3; i++) await post({ instances: rows.slice(0, 2) });
  await post({ instances: Array.from({ length: 10_001 }, () => ({})) });
  await post('{"instances": [');
  await fetch(`${server.url}/predict`, { method: 'POST', body: 'a=1', headers: { 'content-type': 'text/csv' } });
  const response = await fetch(`${server.url}/metrics`);
  assert.match(
    response.headers.get('content-type') ?? '',
    /^application\/openmetrics-text; version=1\.0\.0; charset=utf-8$/,
  );
  const text = await response.text();
  assert.ok(text.endsWith('# EOF\n'));
  const lines = text.trimEnd().split('\n');
  const families = new Map<string, string>();
  for (const line of lines) {
    const type = /^# TYPE ([a-z_]+) (counter|histogram|info|gauge)$/.exec(line);
    if (type) {
      assert.ok(!families.has(type[1] ?? ''), 'a family is declared once');
      families.set(type[1] ?? '', type[2] ?? '');
    } else if (line.startsWith('#')) assert.match(line, /^# (HELP [a-z_]+ .+|UNIT [a-z_]+ seconds|EOF)$/);
    else {
      assert.match(line, /^[a-z_]+\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\} [0-9.e+-]+$/);
      const family = [...families.keys()].at(-1) ?? '';
      const suffix = { counter: '_total', histogram: '_(bucket|sum|count)', info: '_info', gauge: '' }[
        families.get(family) ?? 'gauge'
      ];
      assert.match(line, new RegExp(`^${family}${suffix}\\{`));
    }
  }
  const value = (start: string) =>
    Number(
      lines
        .find((line) => line.startsWith(start))
        ?.split(' ')
        .at(-1),
    );
  const buckets = lines
    .filter((line) => line.startsWith('loopwright_request_duration_seconds_bucket'))
    .map((line) => Number(line.split(' ').at(-1)));
  assert.deepEqual(
    buckets,
    buckets.toSorted((a, b) => a - b),
  );
  assert.equal(buckets.at(-1), value('loopwright_request_duration_seconds_count'));
  assert.equal(value('loopwright_requests_total{deployment="production",status="200"}'), 3);
  assert.equal(value('loopwright_requests_total{deployment="production",status="413"}'), 1);
  assert.equal(value('loopwright_requests_total{deployment="production",status="400"}'), 1);
  assert.equal(value('loopwright_requests_total{deployment="production",status="415"}'), 1);
  assert.equal(value('loopwright_request_duration_seconds_count'), 6);
  assert.equal(value('loopwright_predictions_total'), 6);
});

test('the log has the time of each request once, also of one that is refused', async (t) => {
  const { post, store } = await served(t);
  await post({ instances: rows.slice(0, 3) });
  await post({ instances: [{ ...rows[0], amount: 'much' }] });
  const times = () =>
    store.sql.all<{ request: number | null; predict: number }>(
      'SELECT request_ms AS request, predict_ms AS predict FROM predictions ORDER BY id',
    );
  await until('the times are in the log', () => typeof times()[3]?.request === 'number');
  const [first, second, third] = times();
  assert.ok((first?.request ?? 0) > (first?.predict ?? 0) && (first?.predict ?? 0) > 0);
  assert.deepEqual([second?.request, third?.request], [null, null]);
});

test('a port in use and a wrong deployment are errors with a remedy', async (t) => {
  const { serve } = promoted();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  await assert.rejects(
    serve('production', port),
    (error) => error instanceof WorkError && new RegExp(`Port ${port} is in use.*change \`port\``).test(error.message),
  );
  await assert.rejects(
    serve('nightly'),
    (error) => error instanceof ProjectError && /batch deployment.*predict --deployment nightly/.test(error.message),
  );
  await assert.rejects(
    serve('none'),
    (error) => error instanceof ProjectError && /no deployment `none`/.test(error.message),
  );
  await assert.rejects(
    serve('constructor'),
    (error) => error instanceof ProjectError && /no deployment `constructor`/.test(error.message),
  );
});

test('a new champion takes over under load without a failed request', async (t) => {
  const { root, run, store, post } = await served(t);
  writeFiles(root, { 'loopwright.yaml': ordersYaml.replace('epochs: 3', 'epochs: 6') });
  assert.equal((await run()).error, null);
  let stop = false;
  const seen: number[] = [];
  const failures: string[] = [];
  const client = async (offset: number) => {
    for (let i = offset; !stop; i += 7) {
      const { status, json } = await post({ instances: rows.slice(i % 300, (i % 300) + 10) });
      if (status !== 200 || json.predictions?.length !== 10) failures.push(`${status} ${json.error}`);
      else seen.push(json.model_version ?? 0);
    }
  };
  const clients = [client(0), client(1), client(2), client(3)];
  await until('the first version answered', () => seen.length > 10);
  promote(store, { name: 'orders', version: 2 }, { why: 'test', actor: 'test:me' });
  await until('the second version answers', () => seen.at(-1) === 2);
  stop = true;
  await Promise.all(clients);
  assert.deepEqual(failures, []);
  assert.deepEqual([...new Set(seen)], [1, 2]);
  assert.ok(seen.lastIndexOf(1) - seen.indexOf(2) < 8, 'the old version does not answer again');
  const deployed = store.sql.get<{ v: number }>("SELECT model_version AS v FROM deployments WHERE name = 'production'");
  assert.equal(deployed?.v, 2);
});

test('a version that cannot be loaded leaves the old one in service', async (t) => {
  const { root, run, store, post } = await served(t);
  writeFiles(root, { 'loopwright.yaml': ordersYaml.replace('epochs: 3', 'epochs: 6') });
  assert.equal((await run()).error, null);
  rmSync(join(root, getVersion(store, 'orders', 2).path), { recursive: true });
  promote(store, { name: 'orders', version: 2 }, { why: 'test', actor: 'test:me' });
  for (let i = 0; i < 5; i++) assert.equal((await post({ instances: rows.slice(0, 2) })).json.model_version, 1);
});

test('a deployment is healthy until it is closed, and then stopped', async () => {
  const { root, serve } = promoted();
  const server = await serve();
  const reader = openStore(root);
  const state = () =>
    reader.sql.get<{ state: string }>("SELECT state FROM deployments WHERE name = 'production'")?.state;
  assert.equal(state(), 'healthy');
  await server.close();
  assert.equal(state(), 'stopped');
  reader.sql.close();
  await assert.rejects(fetch(`${server.url}/health`));
});

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { ProjectError, WorkError } from '../../engine/base/errors.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { promote } from '../../engine/registry/promote.ts';
import { serveDeployment } from '../../engine/serving/serveDeployment.ts';
import { predictionCount } from '../../engine/serving/predictionLog.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';
import { until } from '../helpers/until.ts';

const project = runIn(ordersProject());
const loaded = loadProject(project.root);
const config = configFor(loaded, 'default');
const { store } = project;
const serve = (deployment = 'production', port = 0) =>
  serveDeployment({ project: loaded, store, config, deployment, port });

await project.run();
const withoutChampion = await serve().then(
  () => null,
  (error: unknown) => error,
);
promote(store, 'orders', 1, 'test');
const server = await serve();

const rows = orders({ rows: 400, firstDay: 100, seed: 5 }).map(({ id, at, amount, hour, country }) => ({
  id,
  at,
  amount,
  hour,
  country,
}));
const post = async (body: unknown, url = server.url) => {
  const response = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    json: (await response.json()) as {
      error?: string;
      model_version?: number;
      predictions?: { score: number; prediction: string }[];
    },
  };
};

test('there is nothing to serve before a champion', () => {
  assert.ok(withoutChampion instanceof WorkError);
  assert.match(withoutChampion.message, /`orders` has no champion to serve/);
});

test('rows are answered in order, and logged with key, time and features', async () => {
  const before = predictionCount(store, 'production').predictions;
  const { status, json } = await post({ instances: rows.slice(0, 3) });
  assert.equal(status, 200);
  assert.equal(json.model_version, 1);
  assert.equal(json.predictions?.length, 3);
  for (const { score, prediction } of json.predictions ?? [])
    assert.ok(score >= 0 && score <= 1 && ['false', 'true'].includes(prediction));
  const logged = store.sql
    .all<{
      key: string;
      at: number;
      features: string;
      score: number;
      prediction: string;
      error: string | null;
      model_version: number;
    }>('SELECT * FROM predictions ORDER BY id DESC LIMIT 3')
    .toReversed();
  assert.deepEqual(
    logged.map(({ key, at, score, error, model_version: version }) => ({ key, at, score, error, version })),
    rows.slice(0, 3).map((row, i) => ({
      key: row.id,
      at: Date.parse(row.at),
      score: json.predictions?.[i]?.score,
      error: null,
      version: 1,
    })),
  );
  assert.deepEqual(JSON.parse(logged[0]?.features ?? ''), {
    amount: rows[0]?.amount,
    hour: rows[0]?.hour,
    country: rows[0]?.country,
  });
  assert.equal(predictionCount(store, 'production').predictions, before + 3);
});

test('missing values and unknown categories are answered too', async () => {
  const { status, json } = await post({ instances: [{ amount: null, country: 'zz' }, {}] });
  assert.equal(status, 200);
  assert.ok((json.predictions ?? []).every(({ score }) => Number.isFinite(score)));
});

test('what cannot be used is refused with row and field', async () => {
  const bad = async (body: unknown) => {
    const { status, json } = await post(body);
    return `${status} ${json.error}`;
  };
  assert.match(
    await bad({ instances: [rows[0], { ...rows[1], amount: 'much' }] }),
    /^400 row 1: amount has to be a number, not "much"/,
  );
  assert.match(await bad({ instances: [{ country: { a: 1 } }] }), /^400 row 0: country has to be a text/);
  assert.match(await bad({ instances: [5] }), /^400 row 0: not an object/);
  assert.match(await bad({ instances: [] }), /^400 The body must be JSON like/);
  for (const body of [{}, { instances: 'x' }, 'null', '[]', '"text"', '5'])
    assert.match(await bad(body), /^400 The body must be JSON like/, JSON.stringify(body));
  assert.match(await bad('{"instances": ['), /^400 /);
  const form = await fetch(`${server.url}/predict`, {
    method: 'POST',
    body: 'a=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(form.status, 415);
  assert.match(
    await bad({ instances: Array.from({ length: 10_001 }, () => ({})) }),
    /^413 At most 10000 rows a request; 10001 were sent/,
  );
  assert.equal((await fetch(`${server.url}/nothing`)).status, 404);
  assert.equal((await fetch(`${server.url}/predict`)).status, 404);
});

test('a time that no calendar has is not the end of the service', async () => {
  for (const at of [1e300, -1e300, 'yesterday', null, {}, 8.64e15 + 1]) {
    const { status } = await post({ instances: [{ ...rows[0], at }] });
    assert.equal(status, 200, JSON.stringify(at));
  }
  const ages = store.sql.all<{ at: number }>('SELECT at FROM predictions ORDER BY id DESC LIMIT 6');
  for (const { at } of ages) assert.ok(Math.abs(at - Date.now()) < 60_000, 'then the time is now');
});

test('a time without a zone is UTC, wherever the service runs', async () => {
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
      assert.equal(
        store.sql.get<{ at: number }>('SELECT at FROM predictions ORDER BY id DESC LIMIT 1')?.at,
        Date.UTC(2026, 3, 1, 10),
        String(at),
      );
    }
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test('refused rows are logged as errors', () => {
  assert.ok(
    (store.sql.get<{ n: number }>('SELECT count(*) AS n FROM predictions WHERE error IS NOT NULL')?.n ?? 0) >= 3,
  );
});

test('the health tells the version', async () => {
  const health = (await (await fetch(`${server.url}/health`)).json()) as Record<string, unknown>;
  assert.deepEqual(
    [health['status'], health['deployment'], health['model'], health['model_version']],
    ['ok', 'production', 'orders', 1],
  );
});

test('the metrics are OpenMetrics', async () => {
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
  assert.ok(value('loopwright_requests_total{deployment="production",status="200"}') >= 3);
  assert.ok(value('loopwright_requests_total{deployment="production",status="413"}') === 1);
});

test('a port in use and a wrong deployment are told with what to do', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await assert.rejects(
    serve('production', port),
    (error) => error instanceof WorkError && new RegExp(`Port ${port} is in use.*change \`port\``).test(error.message),
  );
  other.close();
  await assert.rejects(
    serve('nightly'),
    (error) => error instanceof ProjectError && /kind batch.*predict --deployment nightly/.test(error.message),
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

test('a new champion takes over under load without a failed request', async () => {
  writeFiles(project.root, { 'loopwright.yaml': ordersYaml.replace('epochs: 3', 'epochs: 6') });
  assert.equal((await project.run()).error, null);
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
  promote(store, 'orders', 2, 'test');
  await until('the second version answers', () => seen.at(-1) === 2);
  stop = true;
  await Promise.all(clients);
  assert.deepEqual(failures, []);
  assert.deepEqual([...new Set(seen)], [1, 2]);
  assert.equal(seen.lastIndexOf(1) - seen.indexOf(2) < 8, true, 'it does not go to and fro');
  assert.equal(
    store.sql.get<{ v: number }>("SELECT model_version AS v FROM deployments WHERE name = 'production'")?.v,
    2,
  );
});

test('a version that cannot be loaded leaves the old one serving', async () => {
  store.sql.run("UPDATE model_versions SET path = 'gone' WHERE version = 1");
  promote(store, 'orders', 1, 'test');
  for (let i = 0; i < 5; i++) assert.equal((await post({ instances: rows.slice(0, 2) })).json.model_version, 2);
});

test('a deployment that is closed is told as stopped', async () => {
  store.sql.run(
    'UPDATE model_versions SET path = (SELECT path FROM model_versions WHERE version = 2) WHERE version = 1',
  );
  const second = await serve('production');
  const again = openStore(project.root);
  assert.equal(
    again.sql.get<{ state: string }>("SELECT state FROM deployments WHERE name = 'production'")?.state,
    'healthy',
  );
  await second.close();
  assert.equal(
    again.sql.get<{ state: string }>("SELECT state FROM deployments WHERE name = 'production'")?.state,
    'stopped',
  );
  again.sql.close();
  await server.close();
  await assert.rejects(fetch(`${server.url}/health`));
});

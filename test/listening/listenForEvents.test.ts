// Events over HTTP. Variations: one object, an array, lines, text/plain, a byte order mark, gzip and deflate; empty
// bodies, wrong types, broken JSON, broken gzip, a gzip bomb, other encodings; deep nesting, `__proto__`, names of
// Loopwright's own; every type of a field in the forms that JSON has; big integers; missing, unknown and misspelt fields;
// origins, hosts and tokens; a full queue, a disk that is full, a second listener, a slow client.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import fastify from 'fastify';
import { EventSchema } from '../../engine/data/spool/eventSchema.ts';
import { SpoolError, SpoolWriter } from '../../engine/data/spool/spoolWriter.ts';
import { eventRoutes } from '../../engine/listening/eventRoutes.ts';
import { ListenerMetrics } from '../../engine/listening/listenerMetrics.ts';
import { listenForEvents, type ListenRequest, type RunningListener } from '../../engine/listening/listenForEvents.ts';
import { BodyBudget } from '../../engine/listening/readBody.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { eventsProject, rowsOf } from '../helpers/eventsProject.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';
import { until } from '../helpers/until.ts';

async function listener(root: string, more: Partial<ListenRequest> = {}): Promise<RunningListener> {
  const project = loadProject(root);
  const running = await listenForEvents({
    project,
    config: configFor(project, 'default'),
    stages: null,
    port: 0,
    ...more,
  });
  after(() => running.close());
  return running;
}

interface Answer {
  status: number;
  accepted?: number;
  refused?: number;
  error?: string;
  errors?: { index: number; violations: { field: string | null; rule: string; message: string }[] }[];
  warnings?: unknown[];
  headers: Headers;
}

async function post(
  { url }: { url: string },
  body: string | Buffer,
  headers: Record<string, string> = {},
  path = '/events',
): Promise<Answer> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body as BodyInit,
  });
  const text = await response.text();
  return { ...(text === '' ? {} : (JSON.parse(text) as Answer)), status: response.status, headers: response.headers };
}

const event = (id: string, more: object = {}) => ({ id, at: '2026-01-01T00:00:00Z', page: '/', amount: 1, ...more });
const lines = { 'content-type': 'application/x-ndjson' };

test('one event, many, and lines reach the dataset, in any packing', async () => {
  const root = eventsProject();
  const running = await listener(root);
  const many = [event('b'), event('c')];
  assert.equal((await post(running, JSON.stringify(event('a')))).accepted, 1);
  assert.equal((await post(running, JSON.stringify(many))).accepted, 2);
  const text = `\uFEFF${JSON.stringify(event('d'))}\r\n\n${JSON.stringify(event('e'))}`;
  assert.equal((await post(running, text, lines)).accepted, 2);
  assert.equal(
    (await post(running, JSON.stringify(event('f')), { 'content-type': 'text/plain;charset=UTF-8' })).accepted,
    1,
  );
  assert.equal(
    (
      await post(running, `${JSON.stringify(event('g'))}\n${JSON.stringify(event('h'))}\n`, {
        'content-type': 'text/plain',
      })
    ).accepted,
    2,
  );
  assert.equal(
    (
      await post(running, gzipSync(JSON.stringify(many.map((one) => ({ ...one, id: `${one.id}2` })))), {
        'content-encoding': 'gzip',
      })
    ).accepted,
    2,
  );
  assert.equal(
    (await post(running, deflateSync(JSON.stringify(event('i'))), { 'content-encoding': 'deflate' }, '/events/clicks'))
      .accepted,
    1,
  );
  // The same event again, as of a client that lost the answer.
  assert.equal((await post(running, JSON.stringify(event('a', { page: '/again' })))).accepted, 1);
  const project = runIn(root);
  const outcome = await project.run();
  assert.equal(outcome.status, 'finished', project.logs.join('\n'));
  const rows = await rowsOf(join(root, 'data/clicks.parquet'));
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['a', 'b', 'b2', 'c', 'c2', 'd', 'e', 'f', 'g', 'h', 'i'],
  );
  assert.equal(rows[0]?.['page'], '/again', 'the last of a key stays');
  assert.equal((await project.run()).status, 'fresh');
  assert.equal((await post(running, JSON.stringify(event('z')))).accepted, 1);
  assert.equal((await project.run()).status, 'finished', 'what has arrived makes the stage stale');
  assert.equal((await rowsOf(join(root, 'data/clicks.parquet'))).length, 12);
  assert.deepEqual(readdirSync(join(root, 'data/spool')), ['writer.json'], 'segments go when a version has them');
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  assert.match(metrics, /loopwright_events_accepted_total\{stage="clicks"\} 13\n/);
  assert.match(metrics, /# EOF\n$/);
});

test('each refused event says why, and the others are accepted', async () => {
  const running = await listener(eventsProject());
  const answer = await post(
    running,
    JSON.stringify([
      event('a'),
      event('b', { amount: -1 }),
      5,
      null,
      [],
      event('c', { at: 'now' }),
      { id: 'd' },
      { ...event('e'), pgae: 1, page: undefined },
    ]),
  );
  assert.equal(answer.status, 200);
  assert.equal(answer.accepted, 1);
  assert.deepEqual(
    answer.errors?.map(({ index, violations }) => [index, violations[0]?.message]),
    [
      [1, 'amount: below minimum 0 (found -1)'],
      [2, 'not an object of fields'],
      [3, 'not an object of fields'],
      [4, 'not an object of fields'],
      [5, 'at: not a datetime such as 2026-01-31T13:45:00Z (found "now")'],
      [6, 'page: missing but required'],
      [7, 'page: missing but required. Is `pgae` a misspelling of it?'],
    ],
  );
  const broken = await post(running, `${JSON.stringify(event('x'))}\n{"id":\n{"id":"y","page":"/"}\n`, lines);
  assert.equal(broken.accepted, 2);
  assert.match(broken.errors?.[0]?.violations[0]?.message ?? '', /^line 2: not valid JSON/);
  assert.equal((await post(running, JSON.stringify(event('q', { amount: -1 })))).status, 400);
});

test('a stage that fails on invalid rows refuses the whole request', async () => {
  const running = await listener(eventsProject({ more: ', invalid: fail' }));
  const answer = await post(running, JSON.stringify([event('a'), event('b', { amount: -1 })]));
  assert.deepEqual([answer.status, answer.accepted], [400, 0]);
});

const bodies: [name: string, body: string | Buffer, headers: Record<string, string>, status: number, says: RegExp][] = [
  ['nothing', '', {}, 400, /empty/],
  ['spaces', ' \n ', lines, 400, /empty/],
  ['an empty list', '[]', {}, 400, /no events/],
  ['broken JSON', '{"id": ', {}, 400, /not valid JSON/],
  ['NaN', '{"id": NaN}', {}, 400, /not valid JSON/],
  ['half of a character', '{"id": "\\ud83d"}', {}, 400, /`\\ud83d` is half of a character/],
  ['a form', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, /application\/json/],
  ['no JSON type', '{}', { 'content-type': 'multipart/form-data; boundary=x' }, 415, /application\/json/],
  ['Latin-1', Buffer.from('{"id": "\xfc"}', 'latin1'), {}, 400, /not UTF-8/],
  ['brotli', '{}', { 'content-encoding': 'br' }, 415, /`br` is not known/],
  ['a name of Object', '{}', { 'content-encoding': 'constructor' }, 415, /not known/],
  ['no gzip', '{}', { 'content-encoding': 'gzip' }, 400, /not gzip/],
  ['half a gzip', gzipSync('{"id":"a"}').subarray(0, 12), { 'content-encoding': 'gzip' }, 400, /not gzip/],
  ['a gzip bomb', gzipSync(Buffer.alloc(40 << 20, 32)), { 'content-encoding': 'gzip' }, 413, /at most 1 MB/],
  ['too large', `[${' '.repeat(2 << 20)}]`, {}, 413, /at most 1 MB/],
  ['a JSON bomb', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, {}, 400, /deeper than 32 levels/],
  ['a list bomb', `[${'['.repeat(50_000)}${']'.repeat(50_000)}]`, {}, 400, /not an object/],
  ['a prototype', '{"__proto__": {"admin": true}, "id": "a", "page": "/"}', {}, 400, /`__proto__` cannot/],
  ['a nested prototype', '{"x": [{"\\u005f_proto__": 1}], "page": "/", "id": "a"}', {}, 400, /`__proto__` cannot/],
  ['a name of our own', '{"_n": 1, "page": "/", "id": "a"}', {}, 400, /uses itself/],
  ['a bad key of a retry', '{"id": "a", "page": "/"}', { 'idempotency-key': 'x'.repeat(300) }, 400, /Idempotency-Key/],
];

test('bodies that hold no events are refused, and the server goes on', async () => {
  const running = await listener(eventsProject({ from: ', max_body_mb: 1' }));
  for (const [name, body, headers, status, says] of bodies) {
    const answer = await post(running, body, headers);
    assert.equal(answer.status, status, `${name}: ${answer.error}`);
    assert.match(answer.error ?? '', says, name);
  }
  assert.equal((await post(running, JSON.stringify(event('a')))).status, 200);
  assert.equal((await fetch(`${running.url}/events`)).status, 404);
  assert.equal(((await (await fetch(`${running.url}/health`)).json()) as { status: string }).status, 'ok');
});

const typedSchema = `fields:
  - { name: id, type: string }
  - { name: s, type: string }
  - { name: i, type: integer }
  - { name: n, type: number }
  - { name: b, type: boolean }
  - { name: t, type: datetime }
  - { name: d, type: date }
  - { name: f, type: date, format: '%d.%m.%Y' }
  - { name: h, type: time }
  - { name: y, type: year }
  - { name: m, type: yearmonth }
  - { name: u, type: duration }
  - { name: o, type: object }
  - { name: a, type: array }
  - { name: l, type: list, itemType: integer }
  - { name: g, type: geopoint }
  - { name: e, type: geojson }
  - { name: x }
  - { name: received_at, type: datetime }
primaryKey: id
`;

test('what is accepted is in the dataset, and not in the quarantine: every type in every form', async () => {
  const values: Record<string, unknown[]> = {
    s: ['', 'x', 'ü "quoted"\n', 5, true, 'null', '2026-01-01', '\u0000'.replace('\u0000', 'nul'), 'x'.repeat(5000)],
    i: [0, -3, 5.0, 1e15, 12, '12', 1.5, 1e30, true],
    n: [0.1, 1e300, -0, 5, '5', null, 1e-320],
    b: [true, false, 0, 1, 'true', 2],
    t: [
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:00+02:00',
      '2026-01-01 10:00:00.123456',
      '2026-01-01',
      1767225600000,
      'Thu, 01 Jan 2026 00:00:00 GMT',
      '2026-01-01T00:00Z',
      '1/2/2026',
      '20260101',
      5,
      -1,
      'x',
      '2026-13-01T00:00:00Z',
    ],
    d: ['2026-01-01', '2026-01-01T10:00:00Z', 1767225600000, '01/02/2026', '2026-02-30', 'x'],
    f: ['31.12.2026', '1.1.2026', '2026-01-01'],
    h: ['10:00', '10:00:00', '10:00:00.5', '25:00', 10],
    y: [2026, '2026', 20261, 1.5],
    m: ['2026-01', '2026-13', 202601],
    u: ['P1D', 'PT1H30M', 'P', 'P1DT', '1 day', 5],
    o: [{}, { a: { b: [1] } }, '{"a":1}', [], 'x', 5],
    a: [[], [1, 'a', null], '[1]', {}, 'x'],
    l: [[1, 2], '1,2', [], ['x'], [1.5], 5],
    g: ['8.5, 49.1', '181, 0', 'x', [1, 2]],
    e: [{ type: 'Point', coordinates: [1, 2] }, { type: 'Nothing' }, 'x'],
    x: [1, 'a', true, { a: 1 }, [1], 1.5],
  };
  const root = eventsProject({ schema: typedSchema });
  const running = await listener(root);
  const all = Object.entries(values).flatMap(([field, list]) =>
    list.map((value, i) => ({ id: `${field}${i}`, [field]: value })),
  );
  const answer = await post(running, JSON.stringify(all));
  const refused = new Set(answer.errors?.map(({ index }) => all[index]?.id));
  const project = runIn(root);
  assert.equal((await project.run()).status, 'finished', project.logs.join('\n'));
  const rows = await rowsOf(join(root, 'data/clicks.parquet'));
  const quarantined = project.logs.filter((line) => /quarantine|warning/.test(line));
  assert.deepEqual(quarantined, []);
  assert.deepEqual(
    rows.map(({ id }) => id),
    all
      .map(({ id }) => id)
      .filter((id) => !refused.has(id))
      .toSorted(),
  );
  const of = (id: string) => rows.find((row) => row['id'] === id) ?? {};
  assert.equal(of('t4')['t'], '2026-01-01 00:00:00');
  assert.equal(of('t1')['t'], '2025-12-31 22:00:00');
  assert.equal(of('s3')['s'], '5');
  assert.equal(of('s6')['s'], '2026-01-01');
  assert.equal(of('s0')['s'], '', 'an empty text is a value in JSON');
  assert.equal(of('b2')['b'], false);
  assert.equal(of('d1')['d'], '2026-01-01');
  assert.ok(
    rows.every((row) => typeof row['received_at'] === 'string'),
    'the server tells when an event arrived',
  );
});

test('integers beyond 2^53 keep their digits', async () => {
  const root = eventsProject({ schema: typedSchema });
  const running = await listener(root);
  const digits = ['9007199254740993', '-9007199254740993', '1234567890123456789'];
  const body = `[${digits.map((one, i) => `{"id":"k${i}","i":${one},"s":${one},"x":{"deep":${one}}}`).join(',')}]`;
  assert.equal((await post(running, body)).accepted, 3);
  assert.equal((await post(running, '{"id":"k9","i":9223372036854775808}')).status, 400);
  assert.equal((await runIn(root).run()).status, 'finished');
  const project = runIn(root);
  const rows = await project.rows(
    'data/clicks.parquet',
    'SELECT CAST(i AS VARCHAR) AS i, s, CAST(x AS VARCHAR) AS x FROM data ORDER BY id',
  );
  assert.deepEqual(
    rows.map(({ i }) => i),
    digits,
  );
  assert.deepEqual(
    rows.map(({ s }) => s),
    digits,
  );
  assert.ok(digits.every((one, i) => String(rows[i]?.['x']).includes(one)));
});

test('a retry with an Idempotency-Key counts once, also after its first was collected', async () => {
  const root = eventsProject({ schema: null });
  const running = await listener(root);
  const send = () => post(running, '[{"n": 1}, {"n": 2}]', { 'idempotency-key': 'order-17' });
  await send();
  await send();
  const project = runIn(root);
  assert.equal((await project.run()).status, 'finished', project.logs.join('\n'));
  await send();
  await post(running, '{"n": 3}', { 'idempotency-key': 'order-18' });
  assert.equal((await project.run()).status, 'finished', project.logs.join('\n'));
  assert.deepEqual(
    (await rowsOf(join(root, 'data/clicks.parquet'), 'n')).map(({ n }) => n),
    [1, 2, 3],
  );
});

test('pages, names and clients without the token are turned away', async () => {
  const running = await listener(eventsProject({ from: ', origins: [https://shop.example]' }));
  const ok = JSON.stringify(event('a'));
  assert.equal((await post(running, ok, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await post(running, ok, { origin: 'null' })).status, 403);
  const allowed = await post(running, ok, { origin: 'https://shop.example' });
  assert.equal(allowed.status, 200);
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://shop.example');
  const preflight = await fetch(`${running.url}/events`, {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /idempotency-key/);
  const port = Number(new URL(running.url).port);
  const rebound = await raw(
    port,
    `POST /events HTTP/1.1\r\nHost: evil.example\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
  );
  assert.match(rebound, /^HTTP\/1\.1 403/);
  await assert.rejects(listener(eventsProject(), { host: '0.0.0.0' }), /would take events from everyone/);
  await assert.rejects(listener(eventsProject(), { tokenEnv: 'LW_NO_TOKEN' }), /`LW_NO_TOKEN` is not set/);
  process.env['LW_EVENTS_TOKEN'] = 'open sesame';
  const guarded = await listener(eventsProject({ from: ', token_env: LW_EVENTS_TOKEN' }));
  assert.equal((await post(guarded, ok)).status, 401);
  assert.equal((await post(guarded, ok, { authorization: 'Bearer open sesame' })).status, 200);
  assert.equal((await fetch(`${guarded.url}/health`)).status, 200);
  assert.equal((await fetch(`${guarded.url}/metrics`)).status, 401);
  delete process.env['LW_EVENTS_TOKEN'];
});

test('a folder has one writer', async () => {
  const root = eventsProject();
  const first = await listener(root);
  await assert.rejects(listener(root), /already writes to .*spool and listens at http/);
  await first.close();
  await listener(root);
});

test('a client that sends slowly or hangs up holds nobody up', async () => {
  const running = await listener(eventsProject());
  const port = Number(new URL(running.url).port);
  const slow = connect(port, '127.0.0.1');
  slow.write(
    'POST /events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"id":',
  );
  assert.equal((await post(running, JSON.stringify(event('a')))).status, 200);
  slow.destroy();
  assert.equal((await post(running, JSON.stringify(event('b')))).status, 200);
  const half = await raw(
    port,
    'POST /events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"id"\r\nzzz\r\n',
  );
  assert.match(half, /^HTTP\/1\.1 400/);
  assert.equal((await post(running, JSON.stringify(event('c')))).status, 200);
  assert.deepEqual(
    running.counts().map(({ accepted }) => accepted),
    [3],
  );
});

/** A server whose spool is the given one, to see what happens when the disk does not keep up. */
async function serverOf(writer: SpoolWriter, budget: BodyBudget): Promise<{ url: string }> {
  const app = fastify();
  eventRoutes(
    app,
    [
      {
        stage: 's',
        paths: ['/events'],
        schema: new EventSchema(null),
        refusesWhole: false,
        writer,
        metrics: new ListenerMetrics(),
        origins: [],
        mostBytes: 1 << 20,
      },
    ],
    budget,
  );
  after(() => app.close());
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }) };
}

class HeldWriter extends SpoolWriter {
  release: () => void = () => {};
  readonly #held = new Promise<void>((resolve) => {
    this.release = resolve;
  });
  override async append(text: string): Promise<void> {
    await this.#held;
    await super.append(text);
  }
}

test('429 before memory grows, and the same request succeeds later', async () => {
  const writer = new HeldWriter(join(makeProject(), 'spool'));
  const budget = new BodyBudget(100_000);
  const server = await serverOf(writer, budget);
  const body = JSON.stringify({ text: 'x'.repeat(30_000) });
  const waiting = [post(server, body), post(server, body), post(server, body)];
  await until('three requests wait', () => budget.used >= 90_000);
  const refused = await post(server, body);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '1');
  writer.release();
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ status }) => status),
    [200, 200, 200],
  );
  assert.equal((await post(server, body)).status, 200);
  assert.equal(budget.used, 0);
  await writer.close();
});

class FullWriter extends SpoolWriter {
  isFull = true;
  override append(text: string): Promise<void> {
    if (!this.isFull) return super.append(text);
    return Promise.reject(new SpoolError(this.folder, Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })));
  }
}

test('507 while the disk is full, 200 after', async () => {
  const writer = new FullWriter(join(makeProject(), 'spool'));
  const server = await serverOf(writer, new BodyBudget(1 << 20));
  const answer = await post(server, '{"n": 1}');
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [507, '30']);
  assert.match(answer.error ?? '', /The disk is full/);
  writer.isFull = false;
  assert.equal((await post(server, '{"n": 1}')).status, 200);
  await writer.close();
});

test('a removed folder is an error that passes', async () => {
  const folder = join(makeProject(), 'spool');
  const writer = new SpoolWriter(folder);
  rmSync(folder, { recursive: true });
  await writer.append('{"a":1}\n');
  await writer.close();
  assert.equal(readdirSync(folder).filter((name) => name.endsWith('.ndjson')).length, 1);
});

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

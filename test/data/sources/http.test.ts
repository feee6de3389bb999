import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { retryAfterMs } from '../../../engine/data/sources/retry.ts';
import { loadProject } from '../../../engine/project/loadProject.ts';
import { listSnapshots } from '../../../engine/tracking/snapshots.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { isRunning, startCli } from '../../helpers/runCli.ts';
import { runIn } from '../../helpers/runIn.ts';
import { until } from '../../helpers/until.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, asked: number) => void;

/**
 * A server that serves one text with ETag and ranges, unless `answer` ends the response itself. Keeps what it was
 * asked.
 */
async function serve(content: { text: string }, answer: Answer = () => {}) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response, asked.length);
    if (response.writableEnded || response.destroyed || response.headersSent) return;
    const bytes = Buffer.from(content.text);
    const etag = `"${createHash('sha1').update(bytes).digest('hex')}"`;
    const head = { etag, 'accept-ranges': 'bytes', 'content-type': 'text/csv' };
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, head).end();
    const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    // As the standard says: whoever does not ask for the same file gets the rest of the one there is.
    if (from !== undefined && (request.headers['if-range'] ?? etag) === etag) {
      if (Number(from) >= bytes.length)
        return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return void response
        .writeHead(206, {
          ...head,
          'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
          'content-length': bytes.length - Number(from),
        })
        .end(bytes.subarray(Number(from)));
    }
    response.writeHead(200, { ...head, 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const csv = (rows: number, first = 0) =>
  `id,word\n${Array.from({ length: rows }, (_, i) => `${first + i},word number ${first + i}\n`).join('')}`;
const half =
  (text: string): Answer =>
  (_, response, asked) => {
    if (asked > 1) return;
    const etag = `"${createHash('sha1').update(text).digest('hex')}"`;
    response.writeHead(200, { etag, 'content-length': Buffer.byteLength(text), 'content-type': 'text/csv' });
    response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy());
  };

const yaml = (from: string) =>
  `version: 1\nproject: p\ndatasets: { items: { path: data/items.parquet } }\nstages:\n  pull: { uses: collect, with: { dataset: items, from: ${from} } }\n`;

function project(from: string, env: Record<string, string> = {}) {
  const root = makeProject({ 'loopwright.yaml': yaml(from) });
  const runner = runIn(root);
  const pull = async (request = {}) => {
    const {
      stages: [stage],
      error,
    } = await runner.run({
      project: loadProject(root, undefined, { ...process.env, ...env }),
      stages: ['pull'],
      ...request,
    });
    return error?.message ?? stage?.summary;
  };
  return { ...runner, pull };
}

test('an unchanged file is not sent again and creates no version; a changed one does', async () => {
  const content = { text: csv(3) };
  const { url, asked } = await serve(content);
  const p = project(`{ url: "${url}/x.csv" }`);
  assert.equal(await p.pull(), '3 rows');
  assert.equal(await p.pull(), '3 rows · nothing new');
  assert.deepEqual(
    asked.map(({ headers }) => headers['if-none-match'] !== undefined),
    [false, true],
  );
  content.text = csv(4);
  assert.equal(await p.pull(), '4 rows');
  assert.equal(listSnapshots(p.store, 'items').length, 2);
  assert.equal(await p.pull({ force: true }), '4 rows');
  assert.equal(asked.at(-1)?.headers['if-none-match'], undefined, 'forced is without conditions');
  assert.equal(listSnapshots(p.store, 'items').length, 2);
  assert.equal((await p.run()).status, 'fresh', 'without its name the stage is not asked');
});

test('an interrupted download continues where it stopped', async () => {
  const content = { text: csv(50_000) };
  const { url, asked } = await serve(content, half(content.text));
  const p = project(`{ url: "${url}/x.csv" }`);
  assert.equal(await p.pull(), '50,000 rows');
  assert.equal(asked.length, 2);
  assert.match(asked[1]?.headers.range ?? '', /^bytes=[1-9]\d+-$/);
  assert.deepEqual(await p.rows('data/items.parquet', 'SELECT count(DISTINCT id) AS n, max(id) AS most FROM data'), [
    { n: 50_000, most: 49_999 },
  ]);
});

test('a file that changed on the server is downloaded from its start', async () => {
  const content = { text: csv(50_000) };
  const broken = half(content.text);
  const { url, asked } = await serve(content, (request, response, n) => {
    broken(request, response, n);
    content.text = csv(50_000, 7);
  });
  const p = project(`{ url: "${url}/x.csv" }`);
  assert.equal(await p.pull(), '50,000 rows');
  assert.equal(asked.length, 2);
  assert.deepEqual(await p.rows('data/items.parquet', 'SELECT min(id) AS least, max(id) AS most FROM data'), [
    { least: 7, most: 50_006 },
  ]);
});

test('the download of a killed run is resumed by the next, and an incomplete file is never read', async () => {
  const content = { text: csv(100_000) };
  let open = true;
  const { url, asked } = await serve(content, (_, response) => {
    if (!open) return;
    const etag = `"${createHash('sha1').update(content.text).digest('hex')}"`;
    response.writeHead(200, { etag, 'content-length': Buffer.byteLength(content.text) });
    response.write(content.text.slice(0, 1_000_000));
  });
  const cwd = makeProject({ 'loopwright.yaml': yaml(`{ url: "${url}/x.csv" }`) });
  const running = startCli(['run'], { cwd });
  const part = () =>
    readdirSync(cwd, { recursive: true })
      .map(String)
      .find((name) => name.endsWith('.part'));
  await until('half of the file is here', () => {
    const name = part();
    return name !== undefined && readFileSync(join(cwd, name)).length >= 900_000;
  });
  running.child.kill('SIGKILL');
  await running.ended;
  assert.equal(await isRunning(running.child.pid ?? 0), false);
  assert.ok(!existsSync(join(cwd, 'data')));
  open = false;
  const p = runIn(cwd);
  assert.equal((await p.run()).stages[0]?.summary, '100,000 rows');
  assert.match(asked.at(-1)?.headers.range ?? '', /^bytes=\d{6,}-$/);
  assert.equal(part(), undefined);
});

test('a damaged remainder is rejected when the hash is known', async () => {
  const content = { text: csv(100_000) };
  const other = content.text.replaceAll('word', 'WORD');
  const { url } = await serve(content, (request, response, asked) => {
    half(content.text)(request, response, asked);
    // A server that claims to send the rest of the same file, but sends that of another.
    if (asked === 2) {
      const from = Number(/(\d+)-/.exec(request.headers.range ?? '')?.[1]);
      response
        .writeHead(206, {
          'content-range': `bytes ${from}-${other.length - 1}/${other.length}`,
          'content-length': other.length - from,
        })
        .end(other.slice(from));
    }
  });
  const sha256 = createHash('sha256').update(content.text).digest('hex');
  const p = project(`{ url: "${url}/x.csv", sha256: ${sha256} }`);
  assert.match((await p.pull()) ?? '', /is not the expected file: its SHA-256 is/);
  assert.equal(await p.pull(), '100,000 rows', 'the damaged part is gone');
  assert.equal(await p.pull(), '100,000 rows · nothing new');
});

test('transient responses are retried, others are final', async () => {
  const content = { text: csv(2) };
  for (const [status, headers] of [
    [429, { 'retry-after': '0' }],
    [503, {}],
    [408, {}],
  ] as const) {
    const { url, asked } = await serve(content, (_, response, n) => {
      if (n === 1) response.writeHead(status, headers).end();
    });
    assert.equal(await project(`{ url: "${url}/x.csv" }`).pull(), '2 rows', String(status));
    assert.equal(asked.length, 2);
  }
  for (const status of [400, 401, 403, 404, 410]) {
    const { url, asked } = await serve(content, (_, response) => {
      response.writeHead(status).end();
    });
    assert.match(
      (await project(`{ url: "${url}/x.csv" }`).pull()) ?? '',
      new RegExp(`could not be downloaded: the server answered ${status}`),
    );
    assert.equal(asked.length, 1);
  }
  const { url } = await serve(content, (_, response) => {
    response.writeHead(503, { 'retry-after': '3600' }).end();
  });
  assert.match(
    (await project(`{ url: "${url}/x.csv" }`).pull()) ?? '',
    /answered 503 Service Unavailable and asks to come back in 60 min/,
  );
  assert.deepEqual(
    [
      retryAfterMs('5'),
      retryAfterMs(null),
      retryAfterMs('soon'),
      retryAfterMs('Thu, 01 Jan 2026 00:00:10 GMT', Date.UTC(2026, 0, 1)),
    ],
    [5000, null, null, 10_000],
  );
});

test('headers reach their host but not the target of a redirect, and are not stored', async () => {
  const other = await serve({ text: csv(3) });
  const { url, asked } = await serve({ text: '' }, (request, response) => {
    if (request.url === '/moved.csv') response.writeHead(302, { location: `${other.url}/x.csv?signature=abc` }).end();
    else response.writeHead(301, { location: '/moved.csv' }).end();
  });
  const token = 'tok-4711-secret';
  const p = project(
    `{ url: "${url.replace('//', '//ada:pass-word@')}/x.csv", headers: { X-Api-Key: "\${env.API_TOKEN}" } }`,
    { API_TOKEN: token },
  );
  assert.equal(await p.pull(), '3 rows');
  assert.deepEqual(
    asked.map(({ headers }) => [headers['x-api-key'], headers.authorization]),
    [
      [token, `Basic ${Buffer.from('ada:pass-word').toString('base64')}`],
      [token, `Basic ${Buffer.from('ada:pass-word').toString('base64')}`],
    ],
  );
  assert.deepEqual(
    other.asked.map(({ headers }) => [headers['x-api-key'], headers.authorization]),
    [[undefined, undefined]],
  );
  assert.equal(listSnapshots(p.store, 'items')[0]?.source, `${url}/x.csv`);
  const stored = readdirSync(join(p.root, '.loopwright'), { recursive: true, withFileTypes: true });
  const written = stored.filter((entry) => entry.isFile());
  assert.ok(written.length > 0);
  for (const { parentPath, name } of written)
    assert.ok(!/tok-4711|pass-word/.test(readFileSync(join(parentPath, name), 'latin1')), name);
  assert.ok(!/tok-4711/.test(readFileSync(join(p.root, 'loopwright.lock'), 'utf8')));
  const round = await serve({ text: '' }, (_, response) => {
    response.writeHead(302, { location: '/x.csv' }).end();
  });
  assert.match((await project(`{ url: "${round.url}/x.csv" }`).pull()) ?? '', /redirects more than 10 times/);
});

test('a file name without a format is read by the content type', async () => {
  const { url } = await serve({ text: csv(3) });
  assert.equal(await project(`{ url: "${url}/export?what=all" }`).pull(), '3 rows');
});

test('cancelling a download ends it at once and keeps the part for the next', async () => {
  const content = { text: csv(100_000) };
  let open = true;
  const { url } = await serve(content, (_, response) => {
    if (!open) return;
    response.writeHead(200, {
      etag: `"${createHash('sha1').update(content.text).digest('hex')}"`,
      'content-length': Buffer.byteLength(content.text),
    });
    response.write(content.text.slice(0, 500_000));
  });
  const p = project(`{ url: "${url}/x.csv" }`);
  const abort = new AbortController();
  const running = p.pull({ signal: abort.signal }).catch((error: Error) => error.name);
  await until('a part is here', () =>
    readdirSync(p.root, { recursive: true }).some((name) => String(name).endsWith('.part')),
  );
  abort.abort();
  assert.equal(await running, 'CancelledError');
  open = false;
  assert.equal(await p.pull(), '100,000 rows');
});

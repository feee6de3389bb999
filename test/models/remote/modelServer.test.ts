import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, test } from 'node:test';
import { CancelledError, WorkError } from '../../../engine/base/errors.ts';
import { freePort } from './startModelServer.ts';
import { inputs, openAddress, table } from './openAddress.ts';

const variable = 'LOOPWRIGHT_TEST_MODEL_TOKEN';
afterEach(() => delete process.env[variable]);

interface Asked {
  method: string | undefined;
  url: string | undefined;
  authorization: string | undefined;
  rows: number;
}

/** A server on loopback that fails in the way under test. Keeps what it was asked. */
async function faulty(
  answer: (request: IncomingMessage, response: ServerResponse, asked: number, rows: number) => void,
) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const rows =
        body === '' ? 0 : (JSON.parse(body) as { dataframe_split: { data: unknown[] } }).dataframe_split.data.length;
      const { method, url, headers } = request;
      if (url !== '/version') asked.push({ method, url, authorization: headers.authorization, rows });
      if (url === '/version') response.end('3.17.2');
      else answer(request, response, asked.length, rows);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const answering = (response: ServerResponse, values: readonly unknown[]) =>
  response.end(JSON.stringify({ predictions: values }));
const ones = (rows: number) => Array.from({ length: rows }, () => 1);
const open = (address: string, more = {}) => openAddress({ address, protocol: 'mlflow', ...more });

test('a busy server is asked again when it says when, and only then', async () => {
  const says = await faulty((_, response, asked, rows) =>
    asked < 3 ? response.writeHead(503, { 'retry-after': '0' }).end('busy') : answering(response, ones(rows)),
  );
  assert.equal((await (await open(says.url)).answer(table, inputs)).kind, 'values');
  assert.equal(says.asked.length, 3);
  const silent = await faulty((_, response) => response.writeHead(503).end('busy'));
  await assert.rejects((await open(silent.url)).answer(table, inputs), /answered 503: busy\.$/);
  assert.equal(silent.asked.length, 1);
  const forever = await faulty((_, response) => response.writeHead(503, { 'retry-after': '86400' }).end('busy'));
  await assert.rejects((await open(forever.url)).answer(table, inputs), /answered 503/);
  assert.equal(forever.asked.length, 1);
});

test('a request that is too large is sent in halves', async () => {
  const { url, asked } = await faulty((_, response, __, rows) =>
    rows > 2
      ? response.writeHead(413).end('<html><h1>413 Request Entity Too Large</h1></html>')
      : answering(response, ones(rows)),
  );
  const answers = await (await open(url)).answer(table, inputs);
  assert.equal(answers.kind === 'values' && answers.values.length, 5);
  assert.deepEqual(
    asked.map(({ rows }) => rows),
    [5, 3, 2, 2, 1],
  );
});

test('one row that is too large is an error', async () => {
  const { url } = await faulty((_, response) => response.writeHead(413).end('<html><h1>413 Too  Large</h1></html>'));
  await assert.rejects((await open(url)).answer(table, inputs), /answered 413: 413 Too Large\.$/);
});

test('another number of predictions than rows is refused', async () => {
  for (const wrong of [4, 6, 0]) {
    const { url } = await faulty((_, response) => answering(response, ones(wrong)));
    await assert.rejects(
      (await open(url)).answer(table, inputs),
      (error) => error instanceof WorkError && error.message.includes(`answered ${wrong} predictions for 5 rows`),
    );
  }
});

test('NaN and infinities, which Python writes into JSON, are missing predictions', async () => {
  const { url } = await faulty((_, response) =>
    response.end('{"note": "NaN and \\"Infinity\\" stay", "predictions": [NaN, 1.5, -Infinity, Infinity, null]}'),
  );
  const answers = await (await open(url)).answer(table, inputs);
  assert.deepEqual(answers, {
    kind: 'values',
    values: Float64Array.from([Number.NaN, 1.5, Number.NaN, Number.NaN, Number.NaN]),
  });
});

test('scores by the name of their class keep the names; `output` takes one column', async () => {
  const { url } = await faulty((_, response, __, rows) =>
    answering(
      response,
      ones(rows).map(() => ({ fine: 0.25, fraud: 0.75 })),
    ),
  );
  const both = await (await open(url)).answer(table, inputs);
  assert.deepEqual(both.kind === 'scores' && both.classes, ['fine', 'fraud']);
  const one = await (await open(url, { output: 'fraud' })).answer(table, inputs);
  assert.deepEqual(one, { kind: 'values', values: new Float64Array(5).fill(0.75) });
  await assert.rejects(
    (await open(url, { output: 'risk' })).answer(table, inputs),
    /without `risk`.*answers fine, fraud/,
  );
});

test('several values a row that are not scores ask for `output`', async () => {
  const { url } = await faulty((_, response, __, rows) =>
    answering(
      response,
      ones(rows).map(() => ({ label: 'fraud', p: 0.75 })),
    ),
  );
  await assert.rejects((await open(url)).answer(table, inputs), /several values a row: label, p.*`output`/);
  assert.equal((await (await open(url, { output: 'label' })).answer(table, inputs)).kind, 'labels');
});

test('a page of HTML instead of JSON is shown by its first words', async () => {
  const { url } = await faulty((_, response) => response.end('<!doctype html><title>Sign in</title><p>Please sign in'));
  await assert.rejects((await open(url)).answer(table, inputs), /did not answer with JSON: Sign in Please sign in\.$/);
});

test('a token is sent as Bearer, and an answer that repeats it does not show it', async () => {
  process.env[variable] = 'sesame-42';
  const { url, asked } = await faulty((request, response) =>
    response.writeHead(401).end(JSON.stringify({ error: `bad header ${request.headers.authorization}` })),
  );
  await assert.rejects((await open(url, { token_env: variable })).answer(table, inputs), (error) => {
    assert.ok(error instanceof WorkError);
    assert.match(
      error.message,
      /answered 401: bad header Bearer \[token\]\. Check the token in the environment variable/,
    );
    return true;
  });
  assert.equal(asked[0]?.authorization, 'Bearer sesame-42');
});

test('a token that is not set, or cannot be a header, is an error that does not show it', async () => {
  await assert.rejects(open('http://127.0.0.1:1', { token_env: variable }), /`LOOPWRIGHT_TEST_MODEL_TOKEN` is not set/);
  process.env[variable] = 'two\nlines';
  await assert.rejects(
    open('http://127.0.0.1:1', { token_env: variable }),
    (error) => error instanceof WorkError && !error.message.includes('two') && error.message.includes('line break'),
  );
});

test('a server that asks for a token says how to give one', async () => {
  const { url } = await faulty((_, response) => response.writeHead(403).end('no'));
  await assert.rejects(
    openAddress({ address: url }),
    /answered 403: no\. Name the environment variable .* `token_env`/,
  );
});

test('neither rows nor token follow a redirect to another server', async () => {
  process.env[variable] = 'sesame-42';
  const other = await faulty((_, response, __, rows) => answering(response, ones(rows)));
  const first = await faulty((_, response) => response.writeHead(307, { location: `${other.url}/invocations` }).end());
  await assert.rejects((await open(first.url, { token_env: variable })).answer(table, inputs), (error) => {
    assert.ok(error instanceof WorkError && error.message.includes(`redirects to ${other.url}`));
    return true;
  });
  assert.deepEqual(other.asked, []);
});

test('a redirect on the same server keeps the rows, or is an error when it would drop them', async () => {
  const slash = await faulty((request, response, _, rows) =>
    request.url === '/invocations'
      ? response.writeHead(308, { location: '/invocations/' }).end()
      : answering(response, ones(rows)),
  );
  assert.equal((await (await open(slash.url)).answer(table, inputs)).kind, 'values');
  const found = await faulty((_, response) => response.writeHead(302, { location: '/login' }).end());
  await assert.rejects((await open(found.url)).answer(table, inputs), /redirect to \/login \(302\)/);
  const circle = await faulty((_, response) => response.writeHead(307, { location: '/invocations' }).end());
  await assert.rejects((await open(circle.url)).answer(table, inputs), /more than 5 times/);
});

test('an answer that breaks off and a server that is gone name the address', async () => {
  const { url } = await faulty((_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"predictions": [1, ');
    response.destroy();
  });
  await assert.rejects((await open(url)).answer(table, inputs), new RegExp(`${url} cannot be reached: `));
  const gone = `http://127.0.0.1:${await freePort()}`;
  await assert.rejects(openAddress({ address: gone }), new RegExp(`${gone} cannot be reached: .*ECONNREFUSED`));
});

test('cancelling ends a request that waits, also between two tries', async () => {
  for (const answer of [
    (_: IncomingMessage, response: ServerResponse) => void response.writeHead(503, { 'retry-after': '20' }).end('busy'),
    () => {},
  ]) {
    const cancel = new AbortController();
    const { url } = await faulty((request, response) => {
      answer(request, response);
      setImmediate(() => cancel.abort());
    });
    await assert.rejects((await open(url)).answer(table, inputs, cancel.signal), CancelledError);
  }
});

test('a server of no known protocol lists the known ones', async () => {
  const { url } = await faulty((_, response) => response.writeHead(404).end());
  await assert.rejects(openAddress({ address: url }), /speaks none .*: loopwright, open-inference, mlflow\.$/);
});

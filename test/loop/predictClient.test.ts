import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { PredictClient } from '../../engine/loop/predictClient.ts';

async function serverWith(answer: Parameters<typeof createServer>[1]) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => (server.closeAllConnections(), server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

test('a failed request is counted and does not throw', async () => {
  const { url, close } = await serverWith((request, response) => {
    request.resume();
    response.writeHead(503).end('{"error":"busy"}');
  });
  const client = new PredictClient(url);
  assert.deepEqual(await client.send([{}, {}]), { status: 503, rows: 2, error: '{"error":"busy"}' });
  close();
  const { status, error } = await client.send([{}]);
  assert.equal(status, 0);
  assert.match(error ?? '', /ECONNREFUSED/, 'the cause, not `fetch failed`');
  assert.deepEqual([client.requests, client.failed], [2, 2]);
  assert.equal(await client.servedVersion(), null);
});

test('sends instances with the token and reads the version that serves', async (t) => {
  const seen: unknown[] = [];
  const { url, close } = await serverWith((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      seen.push([request.url, request.headers.authorization, text]);
      response.setHeader('content-type', 'application/json').end('{"model_version":3}');
    });
  });
  t.after(close);
  const client = new PredictClient(url, 'secret');
  assert.deepEqual(await client.send([{ a: 1 }]), { status: 200, rows: 1, error: null });
  assert.equal(await client.servedVersion(), 3);
  assert.deepEqual(seen, [
    ['/predict', 'Bearer secret', '{"instances":[{"a":1}]}'],
    ['/health', undefined, ''],
  ]);
});

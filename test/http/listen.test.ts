import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import fastify from 'fastify';
import { WorkError } from '../../engine/base/errors.ts';
import { listen } from '../../engine/http/listen.ts';

const server = '`production`';
const remedy = 'Give `--port`.';

test('returns the URL of the port that it took', async (t) => {
  const app = fastify();
  t.after(() => app.close());
  app.get('/', () => 'ok');
  const url = await listen(app, { host: '127.0.0.1', port: 0, server, remedy });
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(await (await fetch(url)).text(), 'ok');
});

test('a port in use is an error with the remedy and the place', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const place = { file: 'loopwright.yaml' };
  await assert.rejects(listen(fastify(), { host: '127.0.0.1', port, server, remedy, place }), (error) => {
    assert.ok(error instanceof WorkError);
    assert.equal(error.message, `Port ${port} is in use, so \`production\` cannot listen there. Give \`--port\`.`);
    assert.deepEqual(error.place, place);
    return true;
  });
});

test('an address that this machine does not have is an error that names it', async () => {
  await assert.rejects(
    listen(fastify(), { host: '192.0.2.1', port: 8123, server, remedy }),
    (error) =>
      error instanceof WorkError && error.message.startsWith('192.0.2.1:8123 is not available to `production`: '),
  );
});

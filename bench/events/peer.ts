import { mkdtempSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';

// The peer, as written by hand: Fastify with a JSON schema, and a line of a file that is synced before the answer.
const file = await open(
  join(mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'peer-')), 'events.ndjson'),
  'a',
);
const event = {
  type: 'object',
  required: ['id', 'page'],
  properties: {
    id: { type: 'string' },
    at: { type: 'string', format: 'date-time' },
    page: { type: 'string', maxLength: 40 },
    amount: { type: 'number', minimum: 0 },
  },
};
const app = fastify({ bodyLimit: 8 << 20 });
// oxlint-disable-next-line no-async-endpoint-handlers -- Fastify, not Express
app.post('/events', { schema: { body: { anyOf: [event, { type: 'array', items: event }] } } }, async (req) => {
  const list = Array.isArray(req.body) ? (req.body as unknown[]) : [req.body];
  await file.appendFile(list.map((one) => `${JSON.stringify(one)}\n`).join(''));
  await file.datasync();
  return { accepted: list.length };
});
console.log(JSON.stringify({ url: await app.listen({ port: 0, host: '127.0.0.1' }) }));

// Variations: an answer, an error in YAML and in a file, a broken project, a stage that is gone; cancelling a server that
// does not answer and a query that blocks its thread; a newer request for the same stage, and one for another.
import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { sourceHandlers } from '../../engineHost/sourceHandlers.ts';
import { entryOf } from '../helpers/entryOf.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { until } from '../helpers/until.ts';

/** A server that accepts connections and says nothing. */
const sockets = new Set<Socket>();
let asked = 0;
const silent = createServer((socket) => {
  asked++;
  sockets.add(socket);
  socket
    .resume()
    .on('error', () => {})
    .on('close', () => sockets.delete(socket));
});
await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
const port = (silent.address() as AddressInfo).port;

const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n';
const stages: Record<string, string> = {
  good: '{ sqlite: app.db, query: SELECT * FROM orders }',
  wrong: '{ sqlite: app.db, query: SELECT * FROM ordrs }',
  endless: `{ sqlite: app.db, query: "${endless}" }`,
  silent: `{ postgres: "postgres://ada:hunter22@127.0.0.1:${port}/shop", query: SELECT 1 }`,
};
const names = Object.keys(stages);
const yaml = `version: 1\nproject: p\ndatasets:\n${names.map((name) => `  ${name}: { path: data/${name}.parquet }\n`).join('')}stages:\n${names.map((name) => `  ${name}: { uses: collect, with: { dataset: ${name}, from: ${stages[name]} } }\n`).join('')}`;
const root = makeProject({ 'loopwright.yaml': yaml });
const db = new BetterSqlite(join(root, 'app.db'));
db.exec('CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (1), (2)');
db.close();
const { handlers, close } = sourceHandlers(root, [process.execPath, entryOf('dist/cli.cjs', 'cli/main.ts')]);
after(() => {
  close();
  for (const socket of sockets) socket.destroy();
  silent.close();
});
const ask = async (stage: string) => handlers['sources/preview']({ stage, rows: 10, all: false, runs: false });

test('an answer has rows, an error its place and no secret', async () => {
  const [good, wrong] = await Promise.all([ask('good'), ask('wrong')]);
  assert.deepEqual([good.preview?.rows, good.problem], [[['1'], ['2']], null]);
  assert.deepEqual(wrong, {
    preview: null,
    problem: {
      stage: 'wrong',
      message: 'The query failed: no such table: ordrs. Did you mean `orders`?',
      place: { file: 'loopwright.yaml', line: 10, column: 82 },
    },
  });
  assert.match((await ask('--help')).problem?.message ?? '', /`--help` is no collect stage, dataset or file/);
});

test('a preview can be stopped, also one that blocks its thread, and one ends another of its stage', async () => {
  const first = ask('silent');
  await until('the server is asked', () => asked === 1, 60_000);
  const second = ask('silent');
  await assert.rejects(first, { name: 'CancelledError' });
  const blocked = ask('endless');
  await until('the server is asked again', () => asked === 2, 60_000);
  assert.deepEqual(await handlers['sources/stop']({ stage: 'silent' }), { stopped: true });
  await assert.rejects(second, { name: 'CancelledError' });
  await until('the connection is gone', () => sockets.size === 0);
  await handlers['sources/stop']({ stage: 'endless' });
  await assert.rejects(blocked, { name: 'CancelledError' });
  assert.deepEqual(await handlers['sources/stop']({ stage: 'silent' }), { stopped: false });
});

test('a file that cannot be read is told with its line', async () => {
  writeFiles(root, { 'loopwright.yaml': 'version: 1\nproject: [\n' });
  const { problem } = await ask('good');
  assert.equal(problem?.message.includes('good'), true, problem?.message);
});

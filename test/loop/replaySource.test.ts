import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { ProjectError, WorkError } from '../../engine/base/errors.ts';
import { openReplay, replayRows } from '../../engine/loop/replaySource.ts';
import { runLoop } from '../../engine/loop/runLoop.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { orders, ordersCsv, ordersProject, ordersStart, ordersYaml } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

const day = 86_400_000;
const at = (days: number) => ordersStart + days * day;
const rows = orders({ rows: 100, firstDay: 10, days: 10 });
const root = ordersProject({
  files: {
    'replay/a.csv': ordersCsv(rows.slice(50)),
    'replay/b.csv': `${ordersCsv(rows.slice(0, 50))}spoilt,soon,x,y,z,w\n`,
  },
});
const project = loadProject(root);
const schema = project.schemas.get('schemas/orders.dataset.yaml')?.value ?? null;

async function open(options: { path?: string; sql?: string; from?: number; to?: number; withSchema?: boolean } = {}) {
  const db = await openDatabase({ threads: 1 });
  try {
    const source = await openReplay({
      project,
      db,
      path: options.path ?? 'replay/*.csv',
      schema: options.withSchema === false ? null : schema,
      modelTime: 'at',
      sql: options.sql ?? null,
      from: options.from ?? null,
      to: options.to ?? null,
    });
    return { source, played: await replayRows(db, source, at(0), at(400)) };
  } finally {
    db.close();
  }
}

test('rows are played in the order of their time, spoilt ones are stopped at the door', async () => {
  const { source, played } = await open();
  assert.deepEqual([source.rows, source.refused, source.from, source.time], [100, 1, at(10), 'at']);
  assert.deepEqual(
    played.map((row) => row['id']),
    rows.map(({ id }) => id),
  );
  assert.equal(played[0]?.['at'], rows[0]?.at, 'times are ISO text');
});

test('a stretch of time: from inclusive, to exclusive', async () => {
  const { played } = await open({ from: at(12), to: at(13) });
  assert.deepEqual(
    played.map((row) => row['id']),
    rows.filter((row) => Date.parse(row.at) >= at(12) && Date.parse(row.at) < at(13)).map(({ id }) => id),
  );
});

test('SQL shapes the rows, with a comment at its end', async () => {
  const { played } = await open({ sql: 'SELECT *, amount * 2 AS twice FROM rows WHERE hour < 12 -- mornings' });
  assert.ok(played.length > 10 && played.length < 90);
  assert.ok(played.every((row) => row['twice'] === Number(row['amount']) * 2));
});

test('what cannot be replayed says why', async () => {
  await assert.rejects(
    open({ path: 'none/*.csv' }),
    (error) => error instanceof ProjectError && /no file matches `none\/\*\.csv`/.test(error.message),
  );
  await assert.rejects(
    open({ from: at(300) }),
    (error) => error instanceof ProjectError && /no row to replay after/.test(error.message),
  );
  await assert.rejects(
    open({ withSchema: false }),
    (error) => error instanceof ProjectError && /role timestamp/.test(error.message),
  );
  await assert.rejects(
    open({ sql: 'SELECT amount FROM rows' }),
    (error) => error instanceof WorkError && /must keep the time: a column `at`/.test(error.message),
  );
});

test('a batch deployment is replayed without a server, day by day', async () => {
  const batch = runIn(
    ordersProject({
      yaml: ordersYaml.replace('  production:\n    deployment: production', '  production:\n    deployment: nightly'),
      files: { 'replay/a.csv': ordersCsv(orders({ rows: 300, firstDay: 61, days: 3, prefix: 'z' })) },
    }),
  );
  const outcome = await runLoop({
    project: loadProject(batch.root),
    store: batch.store,
    replay: { path: 'replay/*.csv', sql: null, from: null, to: null },
    serve: () => Promise.reject(new Error('no server is needed')),
  });
  assert.deepEqual([outcome.requests, outcome.failedRequests, outcome.rows], [0, 0, 300]);
  assert.ok(outcome.windows >= 3);
});

test('a first model that does not pass its gates stops the loop with the reason, and nothing is deployed', async () => {
  const strict = runIn(
    ordersProject({
      yaml: ordersYaml.replace('roc_auc: { min: 0.6 }\n      pr', 'roc_auc: { min: 0.99999 }\n      pr'),
      files: { 'replay/a.csv': ordersCsv(orders({ rows: 50, firstDay: 61, days: 2, prefix: 'z' })) },
    }),
  );
  await assert.rejects(
    runLoop({
      project: loadProject(strict.root),
      store: strict.store,
      replay: { path: 'replay/*.csv', sql: null, from: null, to: null },
      serve: () => Promise.reject(new Error('it was deployed')),
    }),
    (error) => error instanceof WorkError && /^validate: 1 of 2 gates failed/.test(error.message),
  );
});

test('a deployment that refuses a request stops the loop, and its server is closed', async () => {
  const live = runIn(
    ordersProject({ files: { 'replay/a.csv': ordersCsv(orders({ rows: 50, firstDay: 61, days: 2, prefix: 'z' })) } }),
  );
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(500).end('{"error":"broken"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let closed = false;
  const close = async () => {
    closed = true;
    server.closeAllConnections();
    server.close();
  };
  await assert.rejects(
    runLoop({
      project: loadProject(live.root),
      store: live.store,
      replay: { path: 'replay/*.csv', sql: null, from: null, to: null },
      serve: async () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }),
    }),
    (error) => error instanceof WorkError && /refused a request \(HTTP 500\).*broken/.test(error.message),
  );
  assert.ok(closed);
});

test('the loop needs a monitor', async () => {
  const bare = runIn(ordersProject({ yaml: ordersYaml.replace(/monitors:[\s\S]*?card:/, 'card:') }));
  await assert.rejects(
    runLoop({
      project: loadProject(bare.root),
      store: bare.store,
      replay: null,
      serve: () => Promise.reject(new Error('no')),
    }),
    /No monitor is declared under `monitors`/,
  );
});

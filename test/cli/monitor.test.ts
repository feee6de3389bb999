import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promote } from '../../engine/registry/promote.ts';
import { logPredictions } from '../../engine/serving/predictionLog.ts';
import type { Store } from '../../engine/store/store.ts';
import { answeredRequest } from '../helpers/answeredRequest.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersStart } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const day = 86_400_000;
const trained = trainedOrders();
const now = new Date(ordersStart + 72 * day).toISOString();

/** A project whose version 1 is champion. */
function promoted() {
  const project = trained();
  promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  return project;
}

/** Logs two days of predictions for amounts that moved by 80. */
function logShiftedOrders({ store }: { store: Store }): void {
  for (const from of [70, 71])
    logPredictions(
      store,
      answeredRequest('production'),
      orders({ rows: 150, firstDay: from, days: 1, shift: 80, prefix: `d${from}` }).map((row) => ({
        at: Date.parse(row.at),
        key: row.id,
        features: { amount: row.amount, hour: row.hour, country: row.country },
        score: 0.5,
        prediction: '1',
        latencyMs: 1,
        error: null,
      })),
    );
}

test('monitor finds no window, then drift that makes retraining due', async () => {
  const project = promoted();
  const cwd = project.root;
  assert.equal((await runCli(['monitor'], { cwd })).out, 'No window has ended yet.\n');
  assert.deepEqual((await runJson(['retrain', '--if-due'], { cwd })).json, {
    status: 'not due',
    reason: 'no trigger holds',
  });
  logShiftedOrders(project);
  const { code, json } = await runJson<{ monitor: string; windows: { status: string }[]; broken: unknown[] }>(
    ['monitor', '--now', now],
    { cwd },
  );
  assert.deepEqual(
    [code, json.monitor, json.windows.map(({ status }) => status), json.broken],
    [1, 'production', ['drift', 'drift'], []],
  );
  assert.match(
    (await runCli(['monitor', '--now', now.replace('.000Z', '')], { cwd, env: { TZ: 'America/New_York' } })).out,
    /^window\s+rows\s+status/,
  );
  writeFiles(cwd, {
    'incoming/orders-2.csv': ordersCsv(orders({ rows: 300, firstDay: 61, days: 10, seed: 9, prefix: 'n' })),
  });
  const due = await runJson<{ status: string; version: number; previous: number }>(
    ['retrain', '--if-due', '--now', now],
    { cwd },
  );
  assert.deepEqual([due.code, due.json.status, due.json.version, due.json.previous], [0, 'promoted', 2, 1]);
  assert.match((await runCli(['retrain', '--if-due', '--now', now], { cwd })).out, /^Not due: /);
  assert.deepEqual((await runJson(['models', 'rollback'], { cwd })).json, { name: 'orders', version: 1, previous: 2 });
});

test('status reports drift and what comes next', async () => {
  const project = promoted();
  const cwd = project.root;
  logShiftedOrders(project);
  await runCli(['monitor', '--now', now], { cwd });
  const { code, out } = await runCli(['status'], { cwd });
  assert.equal(code, 0);
  for (const line of [
    /Collect/,
    /Deploy {4}stopped/,
    /▲ Monitor {3}drift in \d of 3 features/,
    /Retrain/,
    /stage\s+state\s+why/,
  ])
    assert.match(out, line);
});

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFiles } from '../helpers/makeProject.ts';
import { at, monitoredOrders } from '../helpers/monitoredOrders.ts';
import { orders, ordersCsv } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

const monitored = monitoredOrders();
const now = new Date(at(72)).toISOString();
/** The orders of two days on which the amounts had moved by 80. */
const shifted = orders({ rows: 300, firstDay: 70, days: 2, shift: 80, prefix: 'd' });

test('monitor finds no window, then drift that makes retraining due', async () => {
  const project = monitored();
  const cwd = project.root;
  assert.equal((await runCli(['monitor'], { cwd })).out, 'No window has ended yet.\n');
  assert.deepEqual((await runJson(['retrain', '--if-due'], { cwd })).json, {
    status: 'not due',
    verdict: 'not due',
    reason: 'no trigger holds',
    since: null,
    hold: null,
  });
  project.predict(shifted);
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
  assert.match(
    (await runCli(['retrain', '--if-due', '--now', now], { cwd })).out,
    /^Waiting: the inputs drifted for 2 windows, but 0 of 300 labelled rows from 2026-03-12 on are there\.$/m,
  );
  const labels = shifted.map(({ id, at: made, late }) => `${id},${made},${late}\n`);
  writeFiles(cwd, {
    'incoming/orders-2.csv': ordersCsv(shifted),
    'labels/labels-2.csv': `id,known_at,late\n${labels.join('')}`,
  });
  await runCli(['monitor', '--now', now], { cwd });
  const due = await runJson<{ status: string; version: number; previous: number }>(
    ['retrain', '--if-due', '--now', now],
    { cwd },
  );
  assert.deepEqual([due.code, due.json.status, due.json.version, due.json.previous], [0, 'promoted', 2, 1]);
  assert.match((await runCli(['retrain', '--if-due', '--now', now], { cwd })).out, /^Not due: /);
  assert.deepEqual((await runJson(['models', 'rollback'], { cwd })).json, { name: 'orders', version: 1, previous: 2 });
});

test('monitor without a name judges each of several monitors, and names the window of a verdict', async () => {
  const project = monitored();
  const cwd = project.root;
  const file = join(cwd, 'loopwright.yaml');
  const second = 'slow: { deployment: production, reference: validate, window: { every: 2d, min_rows: 10 } }';
  writeFileSync(file, readFileSync(file, 'utf8').replace('monitors:\n', `monitors:\n  ${second}\n`));
  project.predict(shifted);
  const { out } = await runCli(['monitor', '--now', new Date(at(80)).toISOString()], { cwd });
  assert.match(out, /^slow:\nwindow[^]+\n\nproduction:\nwindow/);
  assert.match(out, /^window of 2026-03-13: roc_auc: too few labels: 0 of 50$/m);
  const { json } = await runJson<{ monitor: string; others: { monitor: string; windows: unknown[] }[] }>(['monitor'], {
    cwd,
  });
  assert.deepEqual(
    [json.monitor, json.others.map(({ monitor, windows }) => [monitor, windows.length])],
    ['slow', [['production', 2]]],
  );
});

test('status reports drift and what comes next', async () => {
  const project = monitored();
  const cwd = project.root;
  project.predict(shifted);
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

test('monitor --shadow needs a shadow, and evaluates its windows', async () => {
  const project = monitored();
  const cwd = project.root;
  const none = await runCli(['monitor', '--shadow'], { cwd });
  assert.equal(none.code, 2);
  assert.match(none.err, /The deployment `production` has no `shadow`/);
  const file = join(cwd, 'loopwright.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('model: champion, as: api,', 'model: champion, shadow: challenger, as: api,'));
  assert.equal((await runCli(['monitor', '--shadow'], { cwd })).out, 'No window has ended yet.\n');
});

import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import type { DriftTable } from '../../engine/drift/driftTable.ts';
import { listWindows } from '../../engine/monitoring/windows.ts';
import { logPredictions } from '../../engine/serving/predictionLog.ts';
import { listEvents } from '../../engine/tracking/events.ts';
import type { DriftWindow } from '../../protocol/drift.ts';
import { answeredRequest } from '../helpers/answeredRequest.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { at, monitoredOrders } from '../helpers/monitoredOrders.ts';
import { orders, ordersCsv, ordersSchema, ordersYaml, type Order } from '../helpers/ordersProject.ts';
import { runJson } from '../helpers/runCli.ts';

const day = 86_400_000;
const monitored = monitoredOrders();
const quiet = orders({ rows: 300, firstDay: 100, days: 2, seed: 5, prefix: 'q' });
const shifted = orders({ rows: 300, firstDay: 102, days: 2, seed: 6, prefix: 's', shift: 60 });
const scarce = orders({ rows: 20, firstDay: 104, days: 1, seed: 7, prefix: 'f' });
const wrong = orders({ rows: 150, firstDay: 106, days: 1, seed: 8, prefix: 'w' });

test('only windows that have ended are judged', async () => {
  const { evaluate, predict } = monitored();
  predict(quiet);
  assert.deepEqual(await evaluate(at(100.9)), []);
  const judged = await evaluate(at(101));
  assert.deepEqual(
    judged.map(({ start, end, rows, status, labelled, modelVersions }) => ({
      start,
      end,
      rows,
      status,
      labelled,
      modelVersions,
    })),
    [{ start: at(100), end: at(101), rows: 150, status: 'ok', labelled: 0, modelVersions: [1] }],
  );
  assert.deepEqual(judged[0]?.performance, {});
  assert.equal(judged[0]?.latencyP95Ms, 2);
});

test('a step in one column is found, with one alert a window', async () => {
  const { evaluate, predict, store } = monitored();
  predict(quiet);
  predict(shifted);
  await evaluate(at(104));
  const windows = listWindows(store, 'production');
  assert.deepEqual(
    windows.map(({ start, status }) => [(start - at(0)) / day, status]),
    [
      [100, 'ok'],
      [101, 'ok'],
      [102, 'drift'],
      [103, 'drift'],
    ],
  );
  const drifted = windows[2];
  assert.deepEqual(
    drifted?.values
      .filter((value) => value.drifted && value.column !== '_score')
      .map(({ column, kind }) => [column, kind]),
    [['amount', 'drifted']],
  );
  assert.ok(Math.abs((drifted?.driftedShare ?? 0) - 1 / 3) < 1e-9, 'one of three columns; the share asked for is 0.3');
  assert.deepEqual(
    listEvents(store, 'production', 'orders')
      .filter(({ kind }) => kind === 'alert')
      .map(({ at: time, text }) => [(time - at(0)) / day, text]),
    [
      [103, '1 of 3 features drifted: amount'],
      [104, '1 of 3 features drifted: amount'],
    ],
  );
});

test('few rows give no verdict, and a day without rows gives no window', async () => {
  const { evaluate, predict } = monitored();
  predict(scarce);
  predict(wrong);
  const judged = await evaluate(at(108));
  assert.deepEqual(
    judged.map(({ start, status }) => [(start - at(0)) / day, status]),
    [
      [104, 'too few rows'],
      [106, 'ok'],
    ],
  );
  assert.deepEqual(judged[0]?.values, []);
});

test('windows that are judged again keep their ids, and repeat no alert', async () => {
  const { evaluate, predict, store } = monitored();
  predict(shifted);
  const first = await evaluate(at(104));
  assert.equal(first.length, 2);
  // As if they had been judged before their labels could arrive.
  store.sql.run('UPDATE windows SET evaluated_at = end');
  assert.deepEqual(
    (await evaluate(at(104))).map(({ id, status }) => [id, status]),
    first.map(({ id }) => [id, 'drift']),
  );
  assert.equal(listEvents(store, 'production', 'orders').filter(({ kind }) => kind === 'alert').length, 2);
});

const labelDelay = 1.01;
const labels = (rows: readonly Order[]) =>
  `id,known_at,late\n${rows.map((row) => `${row.id},${new Date(Date.parse(row.at) + labelDelay * day).toISOString()},${row.late}\n`).join('')}`;

test('performance comes when labels do, not before', async () => {
  const { evaluate, predict, root, store } = monitored();
  predict(wrong, { right: false });
  writeFiles(root, { 'labels/labels-1.csv': labels(wrong) });
  await evaluate(at(107));
  assert.equal(listWindows(store, 'production').at(-1)?.labelled, 0, 'at the end of the window no label has arrived');
  await evaluate(at(107.5));
  const half = listWindows(store, 'production').at(-1);
  assert.ok((half?.labelled ?? 0) > 60 && (half?.labelled ?? 0) < 90, `${half?.labelled}`);
  await evaluate(at(108.1));
  const whole = listWindows(store, 'production').at(-1);
  assert.equal(whole?.labelled, 150);
  assert.ok((whole?.performance['roc_auc'] ?? 1) < 0.1, 'every prediction is the opposite of its label');
});

test('a window is settled once its labels had time to arrive', async () => {
  const { evaluate, predict } = monitored();
  predict(wrong);
  assert.equal((await evaluate(at(108.9))).length, 1);
  assert.equal((await evaluate(at(109))).length, 1, 'the delay of 2 days has not passed when it was last judged');
  assert.deepEqual(await evaluate(at(120)), []);
});

test('a column whose values go missing is broken', async () => {
  const { evaluate, predict } = monitored();
  predict(orders({ rows: 150, firstDay: 110, days: 1, seed: 10, prefix: 'm' }), { missing: true });
  const [judged] = await evaluate(at(111));
  assert.equal(judged?.values.find(({ column }) => column === 'amount')?.kind, 'broken');
});

test('a batch is judged as `data drift` judges its file', async () => {
  const { root } = monitored();
  const watched = 'nightly_rows:\n    deployment: nightly\n    reference: validate\n    window: { every: 365d }\n';
  const fresh = orders({ rows: 300, seed: 9, shift: 20 }).map((row) => ({ ...row, amount: Math.round(row.amount) }));
  writeFiles(root, {
    'loopwright.yaml': ordersYaml
      .replace('monitors:\n', `monitors:\n  ${watched}`)
      .replace('input: incoming/*.csv', 'input: fresh.csv'),
    'fresh.csv': ordersCsv(fresh),
    'schemas/orders.dataset.yaml': ordersSchema,
  });
  const options = { cwd: root, env: { XDG_CACHE_HOME: makeProject() } };
  const { json: scored } = await runJson<{ output: string }>(['predict', '--deployment', 'nightly'], options);
  const monitor = ['monitor', 'nightly_rows', '--now', '2028-01-01'];
  const { windows } = (await runJson<{ windows: DriftWindow[] }>(monitor, options)).json;
  const [reference = ''] = globSync('.loopwright/artifacts/*/reference-*.parquet', { cwd: root });
  const drift = ['data', 'drift', reference, scored.output, '--columns', 'amount,hour,country,_score'];
  const { columns } = (await runJson<DriftTable>(drift, options)).json;
  assert.deepEqual(
    windows.map(({ rows }) => rows),
    [300],
  );
  const inWindow = windows[0]?.values.map(({ column, type, value, pValue, kind }) => [
    column,
    type,
    value,
    pValue,
    kind,
  ]);
  assert.deepEqual(
    inWindow,
    columns.map(({ column, type, value, pValue, state }) => [column, type, value, pValue, state]),
  );
  assert.equal(inWindow?.length, 4);
});

test('one row of long ago does not make the monitor walk over all empty windows since', async () => {
  const { evaluate, predict, root, store } = monitored();
  predict(quiet);
  logPredictions(store, answeredRequest('production'), [
    { at: 0, key: null, features: {}, score: 0.5, prediction: 'x', predictMs: 1, error: null },
  ]);
  writeFiles(root, { 'loopwright.yaml': ordersYaml.replace('every: 1d', 'every: 1s') });
  assert.deepEqual(
    (await evaluate(at(100))).map(({ start }) => start),
    [0],
  );
});

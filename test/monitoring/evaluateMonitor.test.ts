import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import type { DriftTable } from '../../engine/drift/driftTable.ts';
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
    judged.map(({ start, end, rows, inputs, labelled, modelVersions }) => ({
      start,
      end,
      rows,
      inputs,
      labelled,
      modelVersions,
    })),
    [{ start: at(100), end: at(101), rows: 150, inputs: 'stable', labelled: 0, modelVersions: [1] }],
  );
  assert.deepEqual(judged[0]?.performance, {});
  assert.equal(judged[0]?.latencyP95Ms, 2);
});

test('a step in one column is found, with one alert', async () => {
  const { evaluate, predict, store, windows: listed } = monitored();
  predict(quiet);
  predict(shifted);
  await evaluate(at(104));
  const windows = listed();
  assert.deepEqual(
    windows.map(({ start, inputs }) => [(start - at(0)) / day, inputs]),
    [
      [100, 'stable'],
      [101, 'stable'],
      [102, 'drifted'],
      [103, 'drifted'],
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
      .filter(({ kind, text }) => kind === 'alert' && text.includes('features'))
      .map(({ at: time, text }) => [(time - at(0)) / day, text]),
    [[103, '1 of 3 features drifted: amount']],
  );
});

test('few rows give no verdict, and a day without rows gives no window', async () => {
  const { evaluate, predict } = monitored();
  predict(scarce);
  predict(wrong);
  const judged = await evaluate(at(108));
  assert.deepEqual(
    judged.map(({ start, inputs, minRows }) => [(start - at(0)) / day, inputs, minRows]),
    [
      [104, 'not judged', 50],
      [106, 'stable', 50],
    ],
  );
  assert.deepEqual([judged[0]?.status, judged[0]?.rows, judged[0]?.values], ['too few rows', 20, []]);
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

test('scores that the model did not give on its reference drift, and inputs stay stable', async () => {
  const { evaluate, predict, store } = monitored();
  predict(quiet);
  const [window] = await evaluate(at(101));
  assert.deepEqual([window?.status, window?.inputs, window?.score], ['score drift', 'stable', 'drifted']);
  assert.deepEqual(
    listEvents(store, 'production', 'orders')
      .filter(({ kind }) => kind === 'alert')
      .map(({ text }) => text),
    ['the score drifted'],
  );
});

test('a change of the settings judges windows again while their rows are there, and marks them when they are gone', async () => {
  const { evaluate, predict, root, store, windows } = monitored();
  predict(quiet);
  assert.equal((await evaluate(at(120))).length, 2);
  assert.deepEqual(await evaluate(at(120)), []);
  const write = (from: string, to: string) => writeFiles(root, { 'loopwright.yaml': ordersYaml.replace(from, to) });
  write('min_rows: 50', 'min_rows: 200');
  const changed = () => windows().map((window) => window.changed);
  assert.deepEqual(changed(), [['window.min_rows'], ['window.min_rows']]);
  assert.deepEqual(
    (await evaluate(at(120))).map(({ inputs, minRows }) => [inputs, minRows]),
    [
      ['not judged', 200],
      ['not judged', 200],
    ],
  );
  assert.deepEqual(changed(), [[], []]);
  // The first window loses all its rows, the second one half of them.
  store.sql.run('DELETE FROM predictions WHERE at < ?', at(101.5));
  write('share: 0.3', 'share: 0.2');
  assert.deepEqual(await evaluate(at(120)), []);
  assert.deepEqual(
    windows().map((window) => [window.rows, window.changed]),
    [
      [150, ['window.min_rows', 'drift.share']],
      [150, ['window.min_rows', 'drift.share']],
    ],
  );
});

test('windows of another length are judged anew, and the old ones leave the series', async () => {
  const { evaluate, predict, root, store, windows } = monitored();
  predict(quiet);
  assert.equal((await evaluate(at(120))).length, 2);
  writeFiles(root, { 'loopwright.yaml': ordersYaml.replace('every: 1d', 'every: 2d') });
  const judged = await evaluate(at(120));
  assert.deepEqual(
    judged.map(({ start, end, rows }) => [(end - start) / day, rows]),
    judged.map(({ rows }) => [2, rows]),
  );
  assert.equal(
    judged.reduce((sum, { rows }) => sum + rows, 0),
    300,
  );
  assert.deepEqual(
    windows().map(({ id }) => id),
    judged.map(({ id }) => id),
  );
  assert.equal(store.sql.numbers('SELECT count(*) FROM windows WHERE end - start = ?', 2 * day)[0], judged.length);
});

test('a model that answers the opposite breaks its expectation once its labels are due', async () => {
  const { evaluate, predict, root, store } = monitored();
  predict(wrong, { right: false });
  writeFiles(root, { 'labels/labels-1.csv': labels(wrong) });
  const [early] = await evaluate(at(108.1));
  assert.deepEqual(
    early?.expectations.map(({ metric, state }) => [metric, state]),
    [
      ['roc_auc', 'waiting'],
      ['missing[amount]', 'met'],
    ],
    'all labels are there, and the delay has not passed',
  );
  const [due] = await evaluate(at(109));
  assert.equal(due?.status, 'expectation broken');
  const [auc] = due?.expectations ?? [];
  assert.deepEqual([auc?.state, auc?.n, auc?.needed, auc?.of], ['broken', 150, 50, 'labels']);
  assert.ok((auc?.high ?? 1) < 0.6 && (auc?.value ?? 1) < 0.1);
  assert.deepEqual(due?.intervals['roc_auc'], { low: auc?.low, high: auc?.high });
  assert.ok(listEvents(store, 'production', 'orders').some(({ text }) => /^roc_auc 0.*150 labels/.test(text)));
});

test('a window judged on six labels says so', async () => {
  const { evaluate, predict, root } = monitored();
  predict(wrong, { right: false });
  writeFiles(root, { 'labels/labels-1.csv': labels(wrong.slice(0, 6)) });
  const [window] = await evaluate(at(110));
  const [auc] = window?.expectations ?? [];
  assert.deepEqual([auc?.state, auc?.n, auc?.needed], ['too few', 6, 50]);
  assert.notEqual(window?.status, 'expectation broken');
});

const labelDelay = 1.01;
const labels = (rows: readonly Order[]) =>
  `id,known_at,late\n${rows.map((row) => `${row.id},${new Date(Date.parse(row.at) + labelDelay * day).toISOString()},${row.late}\n`).join('')}`;

test('performance comes when labels do, not before', async () => {
  const { evaluate, predict, root, windows } = monitored();
  predict(wrong, { right: false });
  writeFiles(root, { 'labels/labels-1.csv': labels(wrong) });
  await evaluate(at(107));
  assert.equal(windows().at(-1)?.labelled, 0, 'at the end of the window no label has arrived');
  await evaluate(at(107.5));
  const half = windows().at(-1);
  assert.ok((half?.labelled ?? 0) > 60 && (half?.labelled ?? 0) < 90, `${half?.labelled}`);
  await evaluate(at(108.1));
  const whole = windows().at(-1);
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

test('labels that come after their delay are read, with an alert for what they show', async () => {
  const { evaluate, predict, root, store } = monitored();
  predict(wrong, { right: false });
  const [due] = await evaluate(at(112));
  assert.deepEqual([due?.labelled, due?.expectations[0]?.state], [0, 'too few']);
  writeFiles(root, { 'labels/labels-1.csv': labels(wrong.slice(0, 30)) });
  assert.deepEqual(
    (await evaluate(at(113))).map(({ labelled }) => labelled),
    [30],
    'a window without a verdict takes any label',
  );
  assert.deepEqual(await evaluate(at(113)), [], 'there is no new label');
  writeFiles(root, { 'labels/labels-1.csv': labels(wrong.slice(0, 90)) });
  const [late] = await evaluate(at(114));
  assert.deepEqual([late?.id, late?.labelled, late?.status], [due?.id, 90, 'expectation broken']);
  writeFiles(root, { 'labels/labels-1.csv': labels(wrong.slice(0, 120)) });
  assert.deepEqual(await evaluate(at(115)), [], 'a third more is no reason for another verdict');
  writeFiles(root, { 'labels/labels-1.csv': labels(wrong) });
  assert.deepEqual(
    (await evaluate(at(116))).map(({ labelled }) => labelled),
    [150],
  );
  const alerts = listEvents(store, 'production', 'orders').filter(({ text }) => text.includes('roc_auc'));
  assert.equal(alerts.length, 1);
});

test('labels of more than a month ago open no window', async () => {
  const { evaluate, predict, root } = monitored();
  predict(wrong, { right: false });
  await evaluate(at(112));
  writeFiles(root, { 'labels/labels-1.csv': labels(wrong) });
  assert.deepEqual(await evaluate(at(137.1)), []);
  assert.equal((await evaluate(at(136.9))).length, 1);
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

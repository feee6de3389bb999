import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { evaluateMonitor } from '../../engine/monitoring/evaluateMonitor.ts';
import { listWindows } from '../../engine/monitoring/windows.ts';
import { driftDetail, driftReport } from '../../engine/monitoring/driftReport.ts';
import { lastRetrained, retrain } from '../../engine/loop/retrain.ts';
import { readLabels } from '../../engine/monitoring/windowLabels.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion, versionOf } from '../../engine/registry/modelVersions.ts';
import { promote } from '../../engine/registry/promote.ts';
import { holdRunLock } from '../../engine/runner/runLock.ts';
import { logPredictions } from '../../engine/serving/predictionLog.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { listEvents } from '../../engine/tracking/events.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import {
  orders,
  ordersCsv,
  ordersProject,
  ordersSchema,
  ordersStart,
  ordersYaml,
  type Order,
} from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';
import { answeredRequest } from '../helpers/answeredRequest.ts';

const day = 86_400_000;
const at = (days: number) => ordersStart + days * day;
// With 150 rows a window the noise of the measures alone comes near their usual threshold of 0.1.
const project = runIn(
  ordersProject({
    files: {
      'schemas/orders.dataset.yaml': ordersSchema.replaceAll(
        'role: feature }',
        'role: feature, drift: { threshold: 0.35 } }',
      ),
    },
  }),
);
const labelDelay = 1.01;
await project.run();
const { store } = project;
promote(store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me', at: at(60) });

const load = () => loadProject(project.root);
const config = () => configFor(load(), 'default');
const evaluate = (now: number, monitor = 'production') =>
  evaluateMonitor({ project: load(), config: config(), store, monitor, now });

/** Writes predictions as the service would: the model is right when `right`, else it says the opposite. */
function predict(rows: readonly Order[], options: { right?: boolean; missing?: boolean } = {}): void {
  logPredictions(
    store,
    answeredRequest('production'),
    rows.map((row) => ({
      at: Date.parse(row.at),
      key: row.id,
      features: { amount: options.missing ? null : row.amount, hour: row.hour, country: row.country },
      score: (options.right ?? true) === row.late ? 0.9 : 0.1,
      prediction: 'x',
      latencyMs: 2,
      error: null,
    })),
  );
}

const quiet = orders({ rows: 300, firstDay: 100, days: 2, seed: 5, prefix: 'q' });
const shifted = orders({ rows: 300, firstDay: 102, days: 2, seed: 6, prefix: 's', shift: 60 });
const scarce = orders({ rows: 20, firstDay: 104, days: 1, seed: 7, prefix: 'f' });
const wrong = orders({ rows: 150, firstDay: 106, days: 1, seed: 8, prefix: 'w' });
predict(quiet);
predict(shifted);
predict(scarce);
predict(wrong, { right: false });

test('only windows that have ended are judged', async () => {
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

test('drift is found where it is, with an event; few rows give no verdict; empty days no window', async () => {
  await evaluate(at(108));
  const windows = listWindows(store, 'production');
  assert.deepEqual(
    windows.map(({ start, status }) => [(start - at(0)) / day, status]),
    [
      [100, 'ok'],
      [101, 'ok'],
      [102, 'drift'],
      [103, 'drift'],
      [104, 'too few rows'],
      [106, 'ok'],
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
  assert.deepEqual(windows[4]?.values, []);
  const alerts = listEvents(store, 'production', 'orders').filter(({ kind }) => kind === 'alert');
  assert.deepEqual(
    alerts.map(({ at: time, text }) => [(time - at(0)) / day, text]),
    [
      [103, '1 of 3 features drifted: amount'],
      [104, '1 of 3 features drifted: amount'],
    ],
  );
});

test('judging again tells nothing twice, and keeps the numbers of the windows', async () => {
  const before = listWindows(store, 'production');
  // As if it were earlier, when their labels could still arrive.
  store.sql.run('UPDATE windows SET evaluated_at = end');
  assert.ok(
    (await evaluate(at(108))).some(({ status }) => status === 'drift'),
    'windows that drifted are judged again',
  );
  await evaluate(at(108));
  assert.deepEqual(
    listWindows(store, 'production').map(({ id }) => id),
    before.map(({ id }) => id),
  );
  assert.equal(listEvents(store, 'production', 'orders').filter(({ kind }) => kind === 'alert').length, 2);
});

const labels = (rows: readonly Order[], delayDays: number) =>
  `id,known_at,late\n${rows.map((row) => `${row.id},${new Date(Date.parse(row.at) + delayDays * day).toISOString()},${row.late}\n`).join('')}`;

test('performance comes when labels do, not before', async () => {
  writeFiles(project.root, { 'labels/labels-1.csv': labels(wrong, labelDelay) });
  await evaluate(at(107));
  assert.equal(listWindows(store, 'production').at(-1)?.labelled, 0, 'at the end of the window no label has arrived');
  await evaluate(at(107.5));
  const half = listWindows(store, 'production').at(-1);
  assert.ok((half?.labelled ?? 0) > 60 && (half?.labelled ?? 0) < 90, `${half?.labelled}`);
  await evaluate(at(108.1));
  const whole = listWindows(store, 'production').at(-1);
  assert.equal(whole?.labelled, 150);
  assert.ok((whole?.performance['roc_auc'] ?? 1) < 0.1, 'it was wrong all along');
});

test('a window is settled when its labels had their time', async () => {
  await evaluate(at(109));
  assert.deepEqual(
    (await evaluate(at(120))).map(({ start }) => (start - at(0)) / day),
    [],
    'nothing is judged after the delay of 2 days',
  );
});

test('as of a time no later label is seen (property)', async () => {
  const db = await openDatabase({ threads: 1 });
  after(() => db.close());
  const random = seededRandom(4);
  const monitor = config().monitors?.['production'];
  assert.ok(monitor?.labels);
  for (let i = 0; i < 12; i++) {
    const now = at(106 + random.next() * 3);
    const from = at(105 + random.next() * 2);
    const found = await readLabels({
      project: load(),
      config: config(),
      store,
      db,
      labels: monitor.labels,
      target: 'late',
      from,
      now,
    });
    const expected = wrong
      .filter((row) => Date.parse(row.at) + labelDelay * day <= now && Date.parse(row.at) + labelDelay * day >= from)
      .map(({ id }) => id);
    assert.deepEqual([...found.keys()].toSorted(), expected.toSorted());
  }
});

test('the report and a column of it', async () => {
  const report = driftReport(store, config(), 'production');
  assert.deepEqual(
    [report.monitor, report.deployment, report.referenceRows, report.share, report.windows.length],
    ['production', 'production', 160, 0.3, 6],
  );
  assert.equal(
    report.columns.filter((column) => column !== '_score')[0],
    'amount',
    'the column that drifted most comes first',
  );
  const id = report.windows[2]?.id ?? 0;
  for (const column of ['amount', 'country', 'hour', '_score']) {
    const detail = await driftDetail(store, config(), 'production', id, column);
    assert.equal(detail.nCurrent, 150, column);
    for (const shares of [detail.reference, detail.current])
      assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 0.05, column);
    assert.equal(detail.reference.length, detail.type === 'numeric' ? detail.edges.length - 1 : detail.labels.length);
  }
  await assert.rejects(driftDetail(store, config(), 'production', id, 'none'), /column `none` is not in the reference/);
  await assert.rejects(driftDetail(store, config(), 'production', 999, 'amount'), /no window 999/);
  assert.throws(() => driftReport(store, config(), 'none'), /There is no monitor `none`\. Declared: production/);
});

test('a column that goes missing is broken', async () => {
  predict(orders({ rows: 150, firstDay: 110, days: 1, seed: 10, prefix: 'm' }), { missing: true });
  const [judged] = await evaluate(at(111));
  assert.equal(judged?.values.find(({ column }) => column === 'amount')?.kind, 'broken');
});

test('one row of long ago does not make it count all the years since', async () => {
  const old = {
    at: 0,
    key: null,
    features: {},
    score: 0.5,
    prediction: 'x',
    latencyMs: 1,
    error: null,
  };
  logPredictions(store, answeredRequest('production'), [old]);
  writeFiles(project.root, { 'loopwright.yaml': ordersYaml.replace('every: 1d', 'every: 1s') });
  const judged = await evaluate(at(100));
  assert.deepEqual(
    judged.map((window) => window.start),
    [0],
  );
  store.sql.run('DELETE FROM predictions WHERE at = 0');
  store.sql.run('DELETE FROM windows WHERE start = 0');
  writeFiles(project.root, { 'loopwright.yaml': ordersYaml });
});

const again = (now: number, yaml = ordersYaml) => {
  writeFiles(project.root, { 'loopwright.yaml': yaml });
  return retrain({
    project: load(),
    config: config(),
    store,
    reason: 'the test says so',
    monitor: 'production',
    actor: 'test:me',
    now,
  });
};

test('a retraining that could not begin starts no cooldown', async () => {
  const release = holdRunLock(store);
  await assert.rejects(again(at(110)), /Another run of this project is going/);
  release();
  assert.equal(lastRetrained(store), null);
});

test('retraining promotes what passes, proposes where that is the policy, and rejects what does not', async () => {
  writeFiles(project.root, {
    'incoming/orders-2.csv': ordersCsv(orders({ rows: 300, firstDay: 61, days: 40, seed: 12, prefix: 'r' })),
  });
  const promoted = await again(at(105));
  assert.deepEqual(
    [promoted.status, promoted.version, promoted.previous, promoted.message],
    ['promoted', 2, 1, 'v2 is champion'],
    promoted.message,
  );
  assert.equal(lastRetrained(store), at(105));
  const { report } = getVersion(store, 'orders', 2);
  assert.ok(
    report.data.period !== null && report.data.period.from >= '2026-01-15',
    'only the window of 90 days was read',
  );
  const proposed = await again(
    at(106),
    ordersYaml.replace('then: promote', 'then: propose').replace('window: 90d', 'window: 80d'),
  );
  assert.deepEqual([proposed.status, versionOf(store, 'orders', 'champion')?.version], ['proposed', 2]);
  assert.match(proposed.message, /v3 passed its gates and waits: loopwright models promote 3/);
  const rejected = await again(
    at(107),
    ordersYaml.replace('roc_auc: { min: 0.6 }\n      pr', 'roc_auc: { min: 0.99999 }\n      pr'),
  );
  assert.deepEqual([rejected.status, versionOf(store, 'orders', 'champion')?.version], ['rejected', 2]);
  const failed = await again(at(108), ordersYaml.replace('files: incoming/*.csv', 'files: nothing/*.csv'));
  assert.deepEqual([failed.status, failed.version], ['failed', null]);
  assert.deepEqual(
    listEvents(store, 'production', 'orders')
      .filter(({ at: time }) => time >= at(104.5))
      .map(({ kind }) => kind)
      .filter((kind) => kind !== 'alert'),
    ['retrained', 'promoted', 'retrained', 'retrained', 'rejected', 'retrained', 'rejected'],
  );
});

test('what is trained as of a time has seen no later row (property)', async () => {
  const random = seededRandom(8);
  for (let i = 0; i < 3; i++) {
    const now = at(30 + Math.floor(random.next() * 60));
    writeFiles(project.root, { 'loopwright.yaml': ordersYaml });
    await project.run({ stages: ['prepare'], period: { asOf: now, window: 20 * day } });
    const [span] = await project.rows('data/features.parquet', 'SELECT min("at") AS a, max("at") AS b FROM data');
    assert.ok(Number(span?.['b']) <= now && Number(span?.['a']) > now - 20 * day);
  }
});

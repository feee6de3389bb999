import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastRetrained } from '../../engine/loop/lastRetrained.ts';
import { retrain } from '../../engine/loop/retrain.ts';
import { getVersion, versionOf } from '../../engine/registry/modelVersions.ts';
import { holdRunLock } from '../../engine/runner/runLock.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { listEvents } from '../../engine/tracking/events.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { at, monitoredOrders } from '../helpers/monitoredOrders.ts';
import { orders, ordersCsv, ordersYaml } from '../helpers/ordersProject.ts';

const day = 86_400_000;
const monitored = monitoredOrders();

/** A project with a champion, 40 days of new orders, and a function that retrains it as of a time. */
function retrained() {
  const { loaded, root, store, run, rows } = monitored();
  writeFiles(root, {
    'incoming/orders-2.csv': ordersCsv(orders({ rows: 300, firstDay: 61, days: 40, seed: 12, prefix: 'r' })),
  });
  const again = (now: number, yaml = ordersYaml, change: { since?: number; insists?: boolean } = {}) => {
    writeFiles(root, { 'loopwright.yaml': yaml });
    const { since = null, insists } = change;
    const decision = { id: null, reason: 'a test asks for it', monitor: 'production', since };
    return retrain({ ...loaded(), store, decision, actor: 'test:me', now, insists });
  };
  const champion = () => versionOf(store, 'orders', 'champion')?.version;
  const events = () => listEvents(store, 'production', 'orders').map(({ kind }) => kind);
  const before = events().length;
  return { store, run, rows, again, champion, newEvents: () => events().slice(before) };
}

test('a retraining that could not begin starts no cooldown', async () => {
  const { again, store } = retrained();
  const release = holdRunLock(store);
  await assert.rejects(again(at(110)), /Another run of this project is in progress/);
  release();
  assert.equal(lastRetrained(store), null);
});

test('a version that passes its gates is promoted', async () => {
  const { again, champion, newEvents, store } = retrained();
  const { status, version, previous, message } = await again(at(105));
  assert.deepEqual([status, version, previous, message], ['promoted', 2, 1, 'v2 is champion'], message);
  assert.equal(champion(), 2);
  assert.equal(lastRetrained(store), at(105));
  const { period } = getVersion(store, 'orders', 2).report.data;
  assert.ok(period !== null && period.from >= '2026-01-15', 'only the window of 90 days was read');
  assert.deepEqual(newEvents(), ['retrained', 'promoted']);
});

test('`then: propose` leaves the champion, and names the command that promotes', async () => {
  const { again, champion, newEvents } = retrained();
  const proposed = await again(at(106), ordersYaml.replace('then: promote', 'then: propose'));
  assert.deepEqual([proposed.status, champion()], ['proposed', 1]);
  assert.match(proposed.message, /v2 passed its gates; to promote it: loopwright models promote 2/);
  assert.deepEqual(newEvents(), ['retrained']);
});

test('a version that fails a gate is rejected', async () => {
  const { again, champion, newEvents } = retrained();
  const strict = ordersYaml.replace('roc_auc: { min: 0.6 }\n      pr', 'roc_auc: { min: 0.99999 }\n      pr');
  assert.deepEqual([(await again(at(107), strict)).status, champion()], ['rejected', 1]);
  assert.deepEqual(newEvents(), ['retrained', 'rejected']);
});

test('a retraining whose run fails has no version', async () => {
  const { again, champion, newEvents, store } = retrained();
  const failed = await again(at(108), ordersYaml.replace('files: incoming/*.csv', 'files: nothing/*.csv'));
  assert.deepEqual([failed.status, failed.version, champion()], ['failed', null, 1]);
  assert.deepEqual(newEvents(), ['retrained', 'rejected']);
  assert.equal(lastRetrained(store), null, 'it starts no cooldown and answers no window');
});

const change = { since: at(61) };
const hundred = ordersYaml.replace('cooldown: 3d', 'cooldown: 3d\n  min_new_rows: 100');

test('for a change, new rows train the challenger and only they test it', async () => {
  const { again, rows, store } = retrained();
  const { status, version, runId } = await again(at(81), hundred, change);
  assert.deepEqual([status, version], ['promoted', 2]);
  const sides = await rows(
    'data/features.parquet',
    `SELECT _split AS side, count(*) AS n FROM data WHERE "at" >= make_timestamp_ms(${change.since}) GROUP BY 1 ORDER BY 1`,
  );
  assert.deepEqual(sides, [
    { side: 'test', n: 30 },
    { side: 'train', n: 91 },
    { side: 'validation', n: 30 },
  ]);
  assert.equal(getVersion(store, 'orders', 2).report.referenceRows, 30);
  assert.equal(getRun(store, runId ?? '').tags['change'], '2026-03-03T00:00:00.000Z');
});

test('with too few rows after a change nothing is trained, and no cooldown starts', async () => {
  const { again, store, newEvents, champion } = retrained();
  const { status, hold, message, runId } = await again(at(71), hundred, change);
  assert.equal(status, 'waiting');
  assert.deepEqual(hold, { kind: 'too few new rows', since: change.since, rows: 76, needed: 100 });
  assert.equal(message, '76 of 100 labelled rows from 2026-03-03 on are there');
  assert.deepEqual([lastRetrained(store), newEvents(), champion()], [null, [], 1]);
  const run = getRun(store, runId ?? '');
  assert.deepEqual([run.status, run.stages.map(({ stage }) => stage)], ['finished', ['collect', 'prepare']]);
});

test('a user who asks for a retraining with too few new rows gets one without regard to the change', async () => {
  const { again, store } = retrained();
  const { status, runId } = await again(at(71), hundred, { ...change, insists: true });
  assert.equal(status, 'promoted');
  assert.equal(getRun(store, runId ?? '').tags['change'], undefined);
  assert.ok(getVersion(store, 'orders', 2).report.referenceRows > 100);
});

test('a retraining on the rows of the last one is not started', async () => {
  const { again, newEvents } = retrained();
  const whole = ordersYaml.replace('  data: { window: 90d }\n', '');
  assert.equal((await again(at(105), whole)).status, 'promoted');
  const before = newEvents().length;
  const { status, hold } = await again(at(106), whole);
  assert.deepEqual([status, hold], ['waiting', { kind: 'nothing new' }]);
  assert.equal(newEvents().length, before);
});

test('stages that train nothing are not run', async () => {
  const { again } = retrained();
  const { status, hold, runId } = await again(at(105), ordersYaml.replace('prepare, train, validate]', 'prepare]'));
  assert.deepEqual([status, hold, runId], ['waiting', { kind: 'trains nothing' }, null]);
});

test('as of a time no later row is trained on (property)', async () => {
  const { run, rows } = retrained();
  const random = seededRandom(8);
  for (let i = 0; i < 3; i++) {
    const now = at(30 + Math.floor(random.next() * 60));
    await run({ stages: ['prepare'], period: { asOf: now, window: 20 * day, regime: null } });
    const [span] = await rows('data/features.parquet', 'SELECT min("at") AS a, max("at") AS b FROM data');
    assert.ok(Number(span?.['b']) <= now && Number(span?.['a']) > now - 20 * day);
  }
});

test('a retraining that was killed or cancelled has answered nothing', async () => {
  const { again, store } = retrained();
  const { runId } = await again(at(105));
  assert.equal(lastRetrained(store), at(105));
  for (const status of ['interrupted', 'cancelled']) {
    store.sql.run('UPDATE runs SET status = ? WHERE run_id = ?', status, runId);
    assert.equal(lastRetrained(store), null, status);
  }
});

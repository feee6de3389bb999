import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepPredictions } from '../../engine/monitoring/keepPredictions.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { logPredictionFile, predictionCount } from '../../engine/serving/predictionLog.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { monitoredOrders } from '../helpers/monitoredOrders.ts';
import { orders, ordersStart, ordersYaml } from '../helpers/ordersProject.ts';

const day = 86_400_000;
const at = (days: number) => ordersStart + days * day;
const monitored = monitoredOrders();
/** 200 predictions on each of the days 70 to 79; received now. */
const log = orders({ rows: 2000, firstDay: 70, days: 10, seed: 4, prefix: 'k' });

/** A project that keeps predictions for a day after they were received. */
function keeping() {
  const project = monitored();
  writeFiles(project.root, {
    'loopwright.yaml': ordersYaml.replace('as: api,', 'as: api, predictions: { keep: 1d },'),
  });
  const loaded = loadProject(project.root);
  const config = configFor(loaded, 'default');
  const left = () => project.store.sql.numbers('SELECT at FROM predictions ORDER BY at');
  const keep = (now: number) => keepPredictions(project.store, config, { now });
  return { ...project, config, left, keep };
}

test('a prediction stays until it is old, its window was judged, and its label had its time to arrive', async () => {
  const { predict, keep, left, evaluate } = keeping();
  predict(log);
  const later = Date.now() + 2 * day;
  assert.deepEqual(await keep(later), [], 'no window was judged');
  await evaluate(at(76));
  assert.deepEqual(await keep(Date.now()), [], 'they were received just now');
  // Windows up to day 76 were judged; labels arrive within 2 days.
  const [deleted] = await keep(later);
  assert.equal(deleted?.deployment, 'production');
  assert.ok(Math.min(...left()) >= at(74));
  assert.equal(deleted?.predictions, 2000 - left().length);
  assert.deepEqual(await keep(later), [], 'once');
  // The windows whose labels may still arrive are judged again, by all their rows.
  assert.equal((await evaluate(at(80))).filter(({ rows }) => rows === 200).length, 6);
});

test('a deployment without keep, or of another name, loses nothing; a file of predictions leaves the index', async () => {
  const { store, predict, keep, evaluate } = keeping();
  predict(log);
  const by = { model: 'orders', version: 1, role: 'stable' } as const;
  const file = { path: 'old.parquet', from: at(70), to: at(71), rows: 5 };
  logPredictionFile(store, { ...by, deployment: 'production' }, file);
  logPredictionFile(store, { ...by, deployment: 'nightly' }, file);
  await evaluate(at(74));
  const [deleted] = await keep(Date.now() + 2 * day);
  assert.equal(deleted?.files, 1);
  assert.equal(predictionCount(store, 'nightly').predictions, 5);
});

test('a row that was received while the clock was ahead stays, and does not keep the others', async () => {
  const { store, predict, keep, left, evaluate } = keeping();
  predict(log);
  const later = Date.now() + 2 * day;
  store.sql.run('UPDATE predictions SET received_at = ? WHERE id = (SELECT min(id) FROM predictions)', later + day);
  const [ahead] = store.sql.numbers('SELECT at FROM predictions ORDER BY id LIMIT 1');
  await evaluate(at(76));
  await keep(later);
  assert.deepEqual(left().slice(0, 1), [ahead]);
  assert.ok(Number(left()[1]) >= at(74));
});

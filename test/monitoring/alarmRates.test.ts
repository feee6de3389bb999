import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import type { DriftTable } from '../../engine/drift/driftTable.ts';
import type { Feature } from '../../engine/models/feature.ts';
import { compareWindow } from '../../engine/monitoring/compareWindow.ts';
import {
  compareStream,
  populations,
  ratesOf,
  writeStream,
  type Change,
  type Population,
} from '../helpers/driftStreams.ts';
import { windowRows } from '../helpers/windowRows.ts';

// The rates of alarms on streams of known drift, with the default rules: a part of `npm run bench -- --drift`, whose
// results are in docs/drift.md.

const db = await openDatabase({ threads: 1 });
after(() => db.close());

async function tablesOf(
  population: Population,
  change: Change,
  rows: number,
  windows: number,
): Promise<readonly DriftTable[]> {
  await writeStream(db, { population, change, rows, windows, reference: 2000, seed: rows });
  return compareStream(db, windows, { profile: 'loopwright' });
}

test('quiet streams give no more alarms than the significance allows, at any size and of any population', async () => {
  const windows = 12;
  const found: DriftTable[] = [];
  for (const population of populations)
    for (const rows of [50, 100, 500]) found.push(...(await tablesOf(population, 'quiet', rows, windows)));
  const { alarms, any } = ratesOf(found);
  assert.equal(found.length, 216);
  assert.ok(any <= 0.03, `${any * 100} % of windows have a drifted column`);
  assert.ok(alarms <= 0.01, `${alarms * 100} % of windows raise an alarm`);
  const beyond = found.flatMap(({ columns }) => columns.filter(({ reason }) => reason === 'not significant'));
  assert.ok(beyond.length > 200, 'by the value alone small windows would drift all the time');
});

test('a step of half a standard deviation is found in nearly every window of 300 rows, mixed-up columns in 50', async () => {
  for (const population of populations) {
    const step = ratesOf(await tablesOf(population, 'step', 300, 10));
    assert.ok(step.alarms >= 0.9 && step.found >= 0.9, `${population.name}: ${JSON.stringify(step)}`);
    if (population.name === 'correlated') continue; // Its columns have one distribution.
    const misjoined = ratesOf(await tablesOf(population, 'misjoined', 50, 10));
    assert.ok(misjoined.any >= 0.9, `${population.name}: ${JSON.stringify(misjoined)}`);
  }
});

test('a slow change is found once it is large enough, and not before', async () => {
  const normal = populations.filter(({ name }) => name === 'normal');
  assert.equal(normal.length, 1);
  for (const population of normal) {
    const tables = await tablesOf(population, 'slow', 300, 20);
    assert.ok(ratesOf(tables.slice(0, 4)).alarms === 0);
    assert.ok(ratesOf(tables.slice(-4)).alarms === 1);
  }
});

test('the windows of a monitor have the rates of the tables', async () => {
  const features: Feature[] = Array.from({ length: 6 }, (_, i) => ({ name: `c${i}`, kind: 'numeric' }));
  for (const population of populations.filter(({ types }) => !types.includes('text'))) {
    const tables = await tablesOf(population, 'step', 100, 5);
    for (const [i, table] of tables.entries()) {
      const { columns, rows } = await db.table(`SELECT * EXCLUDE (_window) FROM stream_windows WHERE _window = ${i}`);
      const { share } = await compareWindow(
        db,
        '(SELECT * EXCLUDE (_window) FROM stream_reference)',
        windowRows(columns, new Float64Array(rows)),
        { features, withScore: false, profile: 'loopwright' },
      );
      assert.equal(share, table.dataset.share, population.name);
    }
  }
});

test('a window too small for a verdict gives no alarm, whatever it holds', async () => {
  for (const population of populations.filter(({ name }) => name !== 'rare categories'))
    for (const change of ['quiet', 'step'] as const)
      assert.deepEqual(
        ratesOf(await tablesOf(population, change, 29, 3)),
        { alarms: 0, any: 0, found: 0 },
        `${population.name} ${change}`,
      );
});

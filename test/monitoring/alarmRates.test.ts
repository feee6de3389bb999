import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import type { Column } from '../../engine/data/table.ts';
import { compareWindow } from '../../engine/monitoring/compareWindow.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { windowRows } from '../helpers/windowRows.ts';

// The rates of alarms that a monitor gives on a stream of known drift, with the default rules. The windows are simulated:
// two numbers (one skewed), a boolean and two categories; an alarm is a window in which 30 % of the features drifted.

const db = await openDatabase({ threads: 1 });
after(() => db.close());

const windows = 40;
const features = [
  { name: 'amount', kind: 'numeric' },
  { name: 'wait', kind: 'numeric' },
  { name: 'night', kind: 'boolean' },
  { name: 'country', kind: 'categorical' },
  { name: 'shop', kind: 'categorical' },
] as const;

function stream(random: ReturnType<typeof seededRandom>, rows: number, step: number): Record<string, Column> {
  const numbers = (draw: () => number): Column => ({
    kind: 'number',
    values: Float64Array.from({ length: rows }, draw),
  });
  const texts = (draw: () => string): Column => ({ kind: 'text', values: Array.from({ length: rows }, draw) });
  return {
    amount: numbers(() => (random.next() + random.next() + random.next() - 1.5) * 2 + step),
    wait: numbers(() => -Math.log(1 - random.next()) * (1 + step)),
    night: numbers(() => (random.next() < 0.3 + step / 2 ? 1 : 0)),
    country: texts(() => (random.next() < 0.5 + step / 2 ? 'de' : (['fr', 'pl', 'it'][random.integer(3)] ?? 'fr'))),
    shop: texts(() => `shop ${random.integer(8)}`),
  };
}

/** Share of windows with an alarm, and mean share of drifted features. */
async function rates(rows: number, step: number): Promise<{ alarms: number; drifted: number }> {
  const random = seededRandom(rows + 17);
  const reference = stream(random, 2000, 0);
  const table = 'reference_rows';
  const typed = features.map(({ name, kind }) => ({ name, kind: kind === 'categorical' ? 'text' : 'number' }) as const);
  await db.create(table, typed);
  await db.append(
    table,
    typed,
    Object.values(reference).map(({ values }) => Array.from<number | string | null>(values)),
  );
  let [alarms, drifted] = [0, 0];
  for (let i = 0; i < windows; i++) {
    const { share } = await compareWindow(db, table, windowRows(stream(random, rows, step), new Float64Array(rows)), {
      features,
      withScore: false,
      profile: 'loopwright',
    });
    alarms += share >= 0.3 ? 1 : 0;
    drifted += share;
  }
  await db.run(`DROP TABLE ${table}`);
  return { alarms: alarms / windows, drifted: drifted / windows };
}

test('a quiet stream gives no alarm at any size, a step gives one in nearly every window that can tell it', async () => {
  for (const rows of [60, 150, 300, 1000]) assert.equal((await rates(rows, 0)).alarms, 0, `${rows} rows`);
  assert.ok((await rates(300, 0.4)).alarms >= 0.95);
  assert.ok((await rates(1000, 0.3)).alarms >= 0.95);
});

test('a window too small for a verdict gives no alarm, whatever it holds', async () => {
  assert.deepEqual(await rates(29, 0), { alarms: 0, drifted: 0 });
  assert.deepEqual(await rates(29, 0.8), { alarms: 0, drifted: 0 });
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { NumberProfile } from '../../protocol/dataProfile.ts';
import { openDatabase } from '../../engine/data/database.ts';
import { profileTable } from '../../engine/data/profileTable.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { createNasty, nastyTable, type NastyColumn } from '../helpers/nastyTables.ts';
import { rounds } from '../helpers/rounds.ts';
import { plainNumbers, quantileShares } from '../helpers/plainNumbers.ts';

const db = await openDatabase({ threads: 2 });
after(() => db.close());

function near(ours: number, exact: number, scale: number, what: string): void {
  if (Object.is(ours, exact) || ours === exact) return;
  assert.ok(Math.abs(ours - exact) <= scale * 1e-12, `${what}: ${ours} for ${exact}`);
}

function check(ours: NumberProfile | null, values: Float64Array, what: string): void {
  const exact = plainNumbers(values);
  if (exact === null) {
    assert.equal(ours, null, what);
    return;
  }
  assert.ok(ours, what);
  for (const part of ['min', 'max', 'zeros', 'negative', 'infinite'] as const)
    assert.equal(ours[part] + 0, exact[part] + 0, `${what}: ${part}`);
  for (const share of quantileShares) near(ours[share], exact[share], Math.abs(exact[share]), `${what}: ${share}`);
  // The last digit of the largest value is the finest that a mean can be told apart by.
  const most = Math.max(Math.abs(exact.min), Math.abs(exact.max));
  near(ours.mean, exact.mean, Math.max(Math.abs(exact.mean) / 100, exact.std, most / 1e4), `${what}: mean`);
  near(ours.std, exact.std, exact.std * 100, `${what}: std`);
  const counted = ours.histogram.counts.reduce((sum, n) => sum + n, 0);
  assert.equal(counted, exact.finite, `${what}: histogram`);
}

const rows = 250_000;
const seed = 7;
const random = seededRandom(seed);
const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const distributions: Record<string, (i: number) => number> = {
  normal,
  '90 % zeros and a long tail': () => (random.next() < 0.9 ? 0 : Math.exp(4 + 2 * normal())),
  'zeros and values that a cell would hold with them': (i) =>
    i % 10 < 6 ? 0 : (i % 1000) * 1e-9 + (i === 17 ? 1e6 : 0),
  lognormal: () => Math.exp(3 * normal()),
  cauchy: () => Math.tan(Math.PI * (random.next() - 0.5)),
  'pareto, infinite variance': () => (1 - random.next()) ** -2,
  'near 1e9 with a deviation of 1e-3': () => 1e9 + 1e-3 * normal(),
  'whole numbers of two clusters': () => Math.round(normal() * 3) + (random.next() < 0.5 ? 0 : 1e12),
  'both ends of a double': () => (random.next() < 0.5 ? -1 : 1) * 1.7e308 * random.next(),
  'very small': () => 1e-310 * normal(),
  'one outlier': (i) => (i === 99 ? 1e15 : i % 7),
  'few values': () => Math.floor(random.next() * 3) / 10,
  'missing and infinite': () =>
    random.next() < 0.2 ? Number.NaN : random.next() < 0.1 ? Number.POSITIVE_INFINITY : normal(),
  constant: () => 0.1,
};

test(`quantiles, mean and deviation of ${Object.keys(distributions).length} distributions of 250,000 rows equal plain ones`, async () => {
  for (const [name, draw] of Object.entries(distributions)) {
    const values = Float64Array.from({ length: rows }, (_, i) => draw(i));
    const columns = [{ name: 'v', kind: 'number' as const }];
    await db.run('DROP TABLE IF EXISTS t');
    await db.create('t', columns);
    await db.append('t', columns, [Array.from(values)]);
    const [column] = await profileTable(db, 't');
    assert.ok(column);
    check(column.numbers, values, `${name}, seed ${seed}`);
    const known = values.filter((value) => !Number.isNaN(value));
    assert.equal(column.missing, rows - known.length, name);
    const distinct = new Set(known).size;
    assert.ok(
      column.exact ? column.distinct === distinct : Math.abs(column.distinct / distinct - 1) <= 0.03,
      `${name}: ${column.distinct} distinct of ${distinct}, seed ${seed}`,
    );
    if (distinct <= 30_000) assert.ok(column.exact, name);
  }
});

function doubles({ values }: NastyColumn): Float64Array {
  return Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value)));
}

test('profiles of random tables equal plain ones, sorted or by grid', async () => {
  for (let at = 1; at <= rounds(1000); at++) {
    const columns = nastyTable(at).slice(0, 2);
    await createNasty(db, 't', columns);
    const profile = await profileTable(db, 't', at % 2 === 0 ? {} : { exactRows: 0 });
    assert.deepEqual(
      profile.map(({ name }) => name),
      columns.map(({ name }) => name),
    );
    for (const [i, column] of columns.entries()) {
      const ours = profile[i];
      const what = `table ${at}, ${column.name} ${column.sqlType}`;
      const known = column.values.filter((value) => value !== null && !Number.isNaN(value));
      // A Set holds −0 and 0 as one.
      const counts = new Map<unknown, number>();
      for (const value of known) counts.set(value, (counts.get(value) ?? 0) + 1);
      assert.ok(ours);
      assert.deepEqual(
        [ours.rows, ours.missing, ours.distinct, ours.exact],
        [column.values.length, column.values.length - known.length, counts.size, true],
        what,
      );
      if (/INT|DOUBLE|FLOAT|DECIMAL/.test(column.sqlType)) check(ours.numbers, doubles(column), what);
      else if (column.sqlType !== 'TIMESTAMP') {
        const most = [...counts]
          .map(([value, count]) => ({ value: String(value), count }))
          .toSorted((a, b) => b.count - a.count || Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)));
        assert.deepEqual(ours.top, most.slice(0, 10), what);
      }
    }
  }
});

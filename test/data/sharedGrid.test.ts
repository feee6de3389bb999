import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { readSharedGrid } from '../../engine/data/grid.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { plainNumbers } from '../helpers/plainNumbers.ts';

const db = await openDatabase({ threads: 2 });
after(() => db.close());
const [rows, seed] = [100_000, 11];
const random = seededRandom(seed);
const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Two sides of one distribution, the second moved. */
const pairs: Record<string, (moved: number) => number> = {
  normal: (moved) => normal() + 0.3 * moved,
  '90 % zeros and a long tail': (moved) => (random.next() < 0.9 - 0.2 * moved ? 0 : Math.exp(4 + normal())),
  lognormal: (moved) => Math.exp(2 * normal() + 0.2 * moved),
  'near 1e9': (moved) => 1e9 + normal() + 0.1 * moved,
  'few values': (moved) => Math.floor(random.next() * (3 + moved)),
  'one far value': (moved) => (random.next() < 1e-5 ? 1e6 : normal() + moved),
};

const wasserstein = (a: Float64Array, b: Float64Array) => {
  const [x, y] = [a.toSorted(), b.toSorted()];
  return x.reduce((sum, value, i) => sum + Math.abs(value - (y[i] ?? 0)), 0) / x.length;
};

test('the cells of two sides keep every value, its place and the Wasserstein distance within the stated error', async () => {
  for (const [name, draw] of Object.entries(pairs)) {
    const sides = [0, 1].map((moved) => Float64Array.from({ length: rows }, () => draw(moved)));
    const [before = new Float64Array(), now = new Float64Array()] = sides;
    const column = [{ name: 'v', kind: 'number' as const }];
    for (const [i, values] of sides.entries()) {
      await db.run(`DROP TABLE IF EXISTS side${i}`);
      await db.create(`side${i}`, column);
      await db.append(`side${i}`, column, [Array.from(values)]);
    }
    const cells = await readSharedGrid(db, 'side0', 'side1');
    const repeated = (counts: Float64Array) => {
      const values = new Float64Array(rows);
      let at = 0;
      for (const [i, count] of counts.entries()) {
        values.fill(cells.values[i] ?? 0, at, at + count);
        at += count;
      }
      assert.equal(at, rows, `${name}: every value is counted`);
      return values;
    };
    const [a, b] = [repeated(cells.reference), repeated(cells.current)];
    const exact = plainNumbers(before);
    assert.ok(exact);
    const distance = wasserstein(before, now) / exact.std;
    const error = Math.abs(wasserstein(a, b) / exact.std - distance);
    assert.ok(error <= (1 + distance) / 128, `${name}, seed ${seed}: ${error} of ${distance}`);
  }
});

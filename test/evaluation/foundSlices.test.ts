import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupsOf, type Groups } from '../../engine/evaluation/groups.ts';
import { findSlices, type SliceSearch } from '../../engine/evaluation/foundSlices/findSlices.ts';
import { welch } from '../../engine/evaluation/foundSlices/welch.ts';
import { seededRandom, type Random } from '../../engine/statistics/random.ts';
import { rounds } from '../helpers/rounds.ts';

interface Drawn {
  columns: { name: string; groups: Groups }[];
  losses: Float64Array;
}

/** Columns of 2 to 6 values that say nothing, and losses of their own. */
function noise(n: number, random: Random, loss: (random: Random) => number): Drawn {
  const columns = [2, 3, 4, 5, 6].map((values, c) => ({
    name: `c${c}`,
    groups: {
      names: Array.from({ length: values }, (_, v) => `v${v}`),
      codes: Int32Array.from({ length: n }, () => random.integer(values)),
    },
  }));
  return { columns, losses: Float64Array.from({ length: n }, () => loss(random)) };
}

/** Losses of a calibrated model, of rare large errors, and of mostly wrong answers. */
const kinds: Record<string, (random: Random) => number> = {
  'log loss': (random) => {
    const p = 0.05 + 0.9 * random.next();
    return random.next() < p ? -Math.log(p) : -Math.log(1 - p);
  },
  'squared error': (random) => (random.next() + random.next() + random.next() - 1.5) ** 2,
  'rare errors': (random) => Number(random.next() < 0.03),
  'mostly wrong': (random) => Number(random.next() < 0.9),
};
const search = ({ columns, losses }: Drawn, more: object = {}): SliceSearch =>
  findSlices({ columns, losses, loss: 'log_loss', depth: 3, ...more });
const textOf = ({ slices: [first] }: SliceSearch) =>
  first?.conditions.map(({ column, value }) => `${column}=${value}`).join(' ');

for (const [kind, loss] of Object.entries(kinds))
  test(`of noise, at most 5 % of the searches find a slice: ${kind}`, () => {
    const random = seededRandom(31);
    const runs = rounds(200);
    let found = 0;
    for (let run = 0; run < runs; run++) found += Number(search(noise(2000, random, loss)).slices.length > 0);
    // Three standard errors above 5 % of so many runs.
    assert.ok(found / runs <= 0.05 + 3 * Math.sqrt(0.0475 / runs), `${found} of ${runs}`);
  });

test('a planted crossing of two values in 2 % of the rows is found as it is, and nothing else', () => {
  const random = seededRandom(32);
  const runs = rounds(60);
  let [found, alone] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const drawn = noise(10_000, random, kinds['log loss'] ?? Math.random);
    for (const [i, loss] of drawn.losses.entries()) {
      // One row in 24 has these values, and one in two of them loses more: 2 % of the rows.
      if (drawn.columns[2]?.groups.codes[i] === 1 && drawn.columns[4]?.groups.codes[i] === 2 && i % 2 === 0)
        drawn.losses[i] = loss + 1.2;
    }
    const result = search(drawn);
    found += Number(textOf(result) === 'c2=v1 c4=v2');
    alone += Number(result.slices.length === 1);
  }
  assert.ok(found >= 0.95 * runs && alone >= 0.9 * runs, `${found} found, ${alone} alone, of ${runs}`);
});

test('a planted crossing with 2 % of support of its own is found', () => {
  const random = seededRandom(33);
  const drawn = noise(20_000, random, kinds['log loss'] ?? Math.random);
  const [a, b] = [drawn.columns[3]?.groups.codes, drawn.columns[4]?.groups.codes];
  for (let i = 0; i < 20_000; i++) {
    const isPlanted = i % 50 === 0;
    if (isPlanted && a && b) [a[i], b[i]] = [4, 5];
    else if (a?.[i] === 4 && b?.[i] === 5) a[i] = 0;
    if (isPlanted) drawn.losses[i] = (drawn.losses[i] ?? 0) + 0.4;
  }
  const found = search(drawn);
  assert.equal(textOf(found), 'c3=v4 c4=v5');
  const [first] = found.slices;
  assert.ok(first && first.n === 400 && first.loss > first.restLoss + 0.25 && first.pValue < 0.05);
});

test('the search is the same each time, and counts what it tries', () => {
  const drawn = noise(3000, seededRandom(34), kinds['log loss'] ?? Math.random);
  const [once, twice] = [search(drawn), search(drawn)];
  assert.deepEqual(once, twice);
  // Each value, pair and triple of the five columns with at least 50 rows.
  const rowsOf = (literals: [number, number][]) => {
    let n = 0;
    for (let i = 0; i < 3000; i++) n += Number(literals.every(([c, v]) => drawn.columns[c]?.groups.codes[i] === v));
    return n;
  };
  const values = drawn.columns.map(({ groups }) => groups.names.length);
  let tried = 0;
  const visit = (from: number, literals: [number, number][]) => {
    if (literals.length > 0 && rowsOf(literals) >= 50) tried++;
    if (literals.length < 3)
      for (let c = from; c < values.length; c++)
        for (let v = 0; v < (values[c] ?? 0); v++) visit(c + 1, [...literals, [c, v]]);
  };
  visit(0, []);
  assert.equal(once.tried, tried);
  assert.ok(search(drawn, { depth: 1 }).tried < search(drawn, { depth: 2 }).tried);
});

test('columns without a value of enough rows, or with too many values, are left out and named', () => {
  const { columns, losses } = noise(1000, seededRandom(35), kinds['log loss'] ?? Math.random);
  const ids = groupsOf(Array.from({ length: 1000 }, (_, i) => `r${i}`));
  const rare = groupsOf(Array.from({ length: 1000 }, (_, i) => (i < 3 ? 'x' : null)));
  const found = search({ columns: [...columns, { name: 'id', groups: ids }, { name: 'rare', groups: rare }], losses });
  assert.deepEqual(found.leftOut, ['id', 'rare']);
});

test('rows without a loss, constant losses, no columns and no rows find nothing', () => {
  const drawn = noise(500, seededRandom(36), kinds['log loss'] ?? Math.random);
  for (const losses of [drawn.losses.map(() => Number.NaN), drawn.losses.map(() => 0.1), new Float64Array(0)])
    assert.deepEqual(search({ columns: losses.length === 0 ? [] : drawn.columns, losses }).slices, []);
  assert.deepEqual(search({ columns: [], losses: drawn.losses }).slices, []);
});

test("Welch's t and degrees of freedom are those of scipy, and a part without spread has that of the rest", () => {
  const sums = (values: number[]) => ({
    n: values.length,
    sum: values.reduce((a, b) => a + b, 0),
    squares: values.reduce((a, b) => a + b * b, 0),
  });
  const found = welch(sums([3, 5, 4, 6, 9]), sums([1, 2, 2, 3, 1, 2]));
  // scipy.stats.ttest_ind([3, 5, 4, 6, 9], [1, 2, 2, 3, 1, 2], equal_var=False)
  assert.ok(Math.abs((found?.t ?? 0) - 3.3195254597836836) < 1e-12, String(found?.t));
  assert.ok(Math.abs((found?.df ?? 0) - 4.71460078436853) < 1e-12, String(found?.df));
  const flat = welch(sums([1, 1, 1]), sums([0, 1, 1, 1, 1, 1, 0, 1]));
  assert.ok(flat && flat.t < 2, 'three of three are no proof');
});

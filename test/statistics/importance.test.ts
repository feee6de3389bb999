import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancelledError } from '../../engine/base/errors.ts';
import { fanova } from '../../engine/statistics/importance/fanova.ts';
import { encodeParam } from '../../engine/statistics/importance/features.ts';
import type { Feature } from '../../engine/statistics/importance/features.ts';
import { treeVariances } from '../../engine/statistics/importance/mainEffects.ts';
import { growTree, predict, sortedRows } from '../../engine/statistics/importance/regressionTree.ts';
import { ranks, spearman } from '../../engine/statistics/importance/spearman.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const random = seededRandom(11);
const list = <T>(n: number, value: (i: number) => T) => Array.from({ length: n }, (_, i) => value(i));
const numbers = (values: number[]): Feature => ({ kind: 'number', values: Float64Array.from(values) });
const codes = (values: number[], count: number): Feature => ({
  kind: 'category',
  codes: Int32Array.from(values),
  count,
});
const near = (found: number | undefined, wanted: number, tolerance: number) =>
  assert.ok(Math.abs((found ?? Number.NaN) - wanted) <= tolerance, `${found} instead of ${wanted}`);

function tree(features: Feature[], target: number[]) {
  return growTree(
    features,
    Float64Array.from(target),
    sortedRows(features),
    new Uint16Array(target.length).fill(1),
    random,
  );
}

test('a tree predicts the target of each row, also with ties and rows that were drawn twice', () => {
  const features = [
    numbers(list(200, () => random.integer(12) / 11)),
    codes(
      list(200, () => random.integer(4)),
      4,
    ),
    numbers(list(200, () => random.next())),
  ];
  const target = list(200, () => random.next() * 10 - 5);
  const grown = tree(features, target);
  for (const [row, value] of target.entries()) near(predict(grown, features, row), value, 1e-9);
  const counts = new Uint16Array(200).map(() => random.integer(3));
  const drawn = growTree(features, Float64Array.from(target), sortedRows(features), counts, random);
  for (const [row, value] of target.entries())
    if ((counts[row] ?? 0) > 0) near(predict(drawn, features, row), value, 1e-9);
  // Rows that nothing tells apart have their mean, weighted by how often they were drawn.
  const same = growTree(
    [numbers([0, 0, 1])],
    Float64Array.from([1, 4, 9]),
    sortedRows([numbers([0, 0, 1])]),
    Uint16Array.from([1, 2, 1]),
    random,
  );
  near(predict(same, [numbers([0, 0, 1])], 0), 3, 1e-12);
});

test('variances of a tree are those of a table of its whole space', () => {
  // Four numbers by three categories: every cell of a full table is a box of the tree, bounded half way between values.
  const [sizes, kinds] = [
    [0, 0.2, 0.7, 1],
    [0, 1, 2],
  ];
  const rows = sizes.flatMap((x) => kinds.map((c) => ({ x, c, y: random.next() * 4 })));
  const widths = [0.1, 0.35, 0.4, 0.15];
  const grown = tree(
    [
      numbers(rows.map(({ x }) => x)),
      codes(
        rows.map(({ c }) => c),
        3,
      ),
    ],
    rows.map(({ y }) => y),
  );
  const { total, alone } = treeVariances(grown, [
    numbers(rows.map(({ x }) => x)),
    codes(
      rows.map(({ c }) => c),
      3,
    ),
  ]);
  const weight = (x: number) => widths[sizes.indexOf(x)] ?? 0;
  const mean = rows.reduce((sum, { x, y }) => sum + (weight(x) * y) / 3, 0);
  near(
    total,
    rows.reduce((sum, { x, y }) => sum + (weight(x) * (y - mean) ** 2) / 3, 0),
    1e-12,
  );
  near(
    alone[0],
    sizes.reduce(
      (sum, x) =>
        sum + weight(x) * (rows.filter((row) => row.x === x).reduce((part, { y }) => part + y / 3, 0) - mean) ** 2,
      0,
    ),
    1e-12,
  );
  near(
    alone[1],
    kinds.reduce(
      (sum, c) =>
        sum + (rows.filter((row) => row.c === c).reduce((part, { x, y }) => part + weight(x) * y, 0) - mean) ** 2 / 3,
      0,
    ),
    1e-12,
  );
});

test('shares equal those worked out by hand', async () => {
  const [x, z] = [list(400, () => random.next()), list(400, () => random.next())];
  // Variances: 1/12 × 9 and 1/12.
  const added = await fanova(
    [numbers(x), numbers(z)],
    Float64Array.from(x, (value, i) => 3 * value + (z[i] ?? 0)),
  );
  near(added.shares?.[0], 0.9, 0.02);
  near(added.alone, 1, 0.02);
  assert.ok((added.r2 ?? 0) > 0.97);
  // Five categories with 0, 0.5, …, 2: variance 0.5 beside 1/12.
  const kinds = list(400, () => random.integer(5));
  const mixed = await fanova(
    [codes(kinds, 5), numbers(z)],
    Float64Array.from(kinds, (kind, i) => kind / 2 + (z[i] ?? 0)),
  );
  near(mixed.shares?.[0], 0.5 / (0.5 + 1 / 12), 0.02);
  // Neither alone says anything of their exclusive or.
  const together = await fanova(
    [numbers(x), numbers(z)],
    Float64Array.from(x, (value, i) => Number(value > 0.5 !== (z[i] ?? 0) > 0.5)),
  );
  assert.ok(together.alone < 0.1, String(together.alone));
});

test('of two equal params neither is preferred; scale and offset of the target do not matter', async () => {
  const x = list(150, () => random.next());
  const twins = await fanova([numbers(x), numbers(x), numbers(list(150, () => random.next()))], Float64Array.from(x));
  near(twins.shares?.[0], 0.5, 0.1);
  near(twins.shares?.[1], 0.5, 0.1);
  const features = [numbers(x), numbers(list(150, () => random.next()))];
  const plain = await fanova(
    features,
    Float64Array.from(x, (value) => value ** 2),
  );
  for (const [scale, shift] of [
    [1e-300, 0],
    [1e308, 0],
    [-1e6, 1e9],
    [1, 1e6],
  ] as const) {
    const moved = await fanova(
      features,
      Float64Array.from(x, (value) => value ** 2 * scale + shift),
    );
    near(moved.shares?.[0], plain.shares?.[0] ?? 0, 1e-3);
    near(moved.r2 ?? 0, plain.r2 ?? 0, 1e-3);
  }
});

test('with few runs, an outlier or noise the numbers are finite, and R² says how good the forest is', async () => {
  const eight = await fanova([numbers(list(8, (i) => i / 7))], Float64Array.from(list(8, (i) => i)));
  assert.deepEqual(eight.shares, Float64Array.of(1));
  const noise = await fanova(
    list(5, () => numbers(list(100, () => random.next()))),
    Float64Array.from(list(100, () => random.next())),
  );
  assert.ok((noise.r2 ?? 1) < 0.05, String(noise.r2));
  near(
    noise.shares?.reduce((sum, one) => sum + one, 0),
    1,
    1e-9,
  );
  const outlier = await fanova(
    [numbers(list(50, (i) => i / 49))],
    Float64Array.from(list(50, (i) => (i === 49 ? 1e300 : i))),
  );
  assert.ok([outlier.alone, outlier.r2 ?? 0].every(Number.isFinite));
  const stop = new AbortController();
  stop.abort();
  await assert.rejects(fanova([numbers([0, 1])], Float64Array.of(0, 1), { signal: stop.signal }), CancelledError);
});

test('a param is read as numbers or categories, on the scale of its values', () => {
  const kindOf = (values: (number | string)[]) => {
    const found = encodeParam(values);
    return typeof found === 'string' ? found : `${found.kind}${found.log ? ' log' : ''} ${found.distinct}`;
  };
  assert.equal(kindOf([1, 2, 3, 3]), 'number 3');
  assert.equal(kindOf([1e-4, 1e-3, 1e-2, 1e-1]), 'number log 4');
  // Drawn evenly from 0 to 1 the least value is often far below a hundredth.
  assert.equal(kindOf([0.001, 0.2, 0.4, 0.6, 0.8, 1]), 'number 6');
  assert.equal(kindOf([0, 1e-4, 1e-2, 1]), 'number 4');
  assert.equal(kindOf([-1e308, 1e308]), 'number 2');
  assert.equal(kindOf([5, 'auto', 5, 'auto']), 'category 2');
  assert.equal(kindOf(['[64,32]', '[64,32]', '[128,64]', '[128,64]']), 'category 2');
  assert.equal(kindOf(['a', 'a']), 'has one value in all runs');
  assert.equal(
    kindOf(['a', 'b', 'c']),
    'has 3 different values, not all of them numbers, in 3 runs: too few runs of each',
  );
  const wide = encodeParam([-1e308, 0, 1e308]);
  assert.ok(typeof wide !== 'string' && wide.feature.kind === 'number');
  assert.deepEqual([...wide.feature.values], [0, 0.5, 1]);
});

test('equal values share their mean rank, and a constant side has no correlation', () => {
  assert.deepEqual([...ranks([3, 1, 3, 2])], [3.5, 1, 3.5, 2]);
  assert.deepEqual(spearman([1, 2, 3], [10, 20, 30]), { rho: 1, pValue: 0 });
  near(spearman([1, 2, 3, 4], [1, 3, 2, 4])?.rho, 0.8, 1e-12);
  assert.equal(spearman([1, 1, 1], [1, 2, 3]), null);
  assert.equal(spearman([1, 2], [1, 2]), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinCodes, binsOf, readableBins, simplestBetween } from '../../engine/evaluation/bins.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { rounds } from '../helpers/rounds.ts';

test('the simplest number between two has the fewest digits', () => {
  for (const [low, high, expected] of [
    [17.2, 24.9, 20],
    [0.0123, 0.0188, 0.016],
    [-3.4, 2.2, 0],
    [-24.9, -17.2, -20],
    [1_234_567, 1_234_599, 1_234_580],
    [0.29999999, 0.30000001, 0.3],
    [3, 3.4, 3],
    [99.5, 101, 100],
    [5e-300, 7e-300, 6e-300],
  ] as const)
    assert.equal(simplestBetween(low, high), expected, `${low} to ${high}`);
});

test('bins of any numbers have rising readable edges that put each number in one bin', () => {
  const random = seededRandom(3);
  const shapes: ((i: number) => number)[] = [
    () => random.next(),
    () => random.integer(4),
    () => Math.exp(20 * random.next()),
    () => -Math.exp(8 * random.next()),
    () => (random.next() < 0.9 ? 0 : random.next()),
    () => 1e9 + random.integer(50),
    () => (random.next() < 0.97 ? 5 : 6),
  ];
  for (let round = 0; round < rounds(350); round++) {
    const shape = shapes[round % shapes.length] ?? Math.random;
    const n = [2, 5, 40, 700][random.integer(4)] ?? 2;
    const values = Float64Array.from({ length: n }, (_, i) => shape(i));
    const sorted = values.toSorted();
    const quantiles = Array.from({ length: 129 }, (_, i) => sorted[Math.round((i / 128) * (n - 1))] ?? 0);
    const bins = readableBins(quantiles);
    if (!bins) {
      assert.equal(sorted[0], sorted.at(-1), 'only a constant has no bins');
      continue;
    }
    const { edges, names } = bins;
    assert.ok(
      edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? 0)),
      edges.join(),
    );
    assert.equal(names.length, edges.length + 1);
    const codes = new BinCodes(n, bins);
    codes.add(values.subarray(0, 1));
    codes.add(values.subarray(1));
    for (const [i, code] of codes.groups().codes.entries()) {
      const value = values[i] ?? Number.NaN;
      assert.ok(code >= 0 && value >= (edges[code - 1] ?? -Infinity) && value < (edges[code] ?? Infinity));
    }
  }
});

test('missing and infinite numbers: a missing one has no bin, an infinite one the last or the first', () => {
  const codes = new BinCodes(4, binsOf([1, 2.5]));
  codes.add([Number.NaN, Infinity, -Infinity, 2.5]);
  assert.deepEqual([...codes.groups().codes], [-1, 2, 0, 2]);
  assert.deepEqual(codes.groups().names, ['< 1', '1 to < 2.5', '≥ 2.5']);
  assert.equal(readableBins([Number.NaN, Number.NaN]), null);
  assert.equal(readableBins([]), null);
});

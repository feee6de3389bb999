import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ksTest } from '../../engine/statistics/ksTest.ts';

test('small samples are exact', () => {
  assert.deepEqual(ksTest([1, 2], [3, 4]), { statistic: 1, pValue: 1 / 3, method: 'exact' });
  assert.deepEqual(ksTest([1, 2, 3], [1, 2, 3]), { statistic: 0, pValue: 1, method: 'exact' });
});

test('two large samples are asymptotic, near the exact value', () => {
  const sample = (n: number, shift: number) => Float64Array.from({ length: n }, (_, i) => i / n + shift);
  const [exact, near] = [
    ksTest(sample(10_000, 0), sample(9999, 0.012)),
    ksTest(sample(10_001, 0), sample(9999, 0.012)),
  ];
  assert.deepEqual([exact?.method, near?.method], ['exact', 'asymptotic']);
  assert.ok(Math.abs((exact?.pValue ?? 0) - (near?.pValue ?? 1)) < 0.005);
  assert.equal(ksTest(sample(20_000, 0), sample(20_000, 5))?.pValue, 0);
});

test('an empty side has no value', () => {
  assert.equal(ksTest([], [1]), null);
});

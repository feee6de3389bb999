import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column } from '../../engine/data/table.ts';
import { compareColumn } from '../../engine/monitoring/compareColumn.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const random = seededRandom(3);
const numbers = (n: number, shift = 0, missing = 0): Column => ({
  kind: 'number',
  values: Float64Array.from({ length: n }, () => (random.next() < missing ? Number.NaN : random.next() * 10 + shift)),
});
const texts = (n: number, values: (string | null)[]): Column => ({
  kind: 'text',
  values: Array.from({ length: n }, () => values[random.integer(values.length)] ?? null),
});
const kind = (reference: Column, current: Column, settings?: Parameters<typeof compareColumn>[3]) =>
  compareColumn('c', reference, current, settings);

test('the same distribution is stable, a shifted one has drifted; named with convention, threshold and sizes', () => {
  const stable = kind(numbers(1000), numbers(1000));
  assert.deepEqual(
    [stable.kind, stable.drifted, stable.measure, stable.threshold, stable.nReference, stable.nCurrent],
    ['stable', false, 'wasserstein_std', 0.1, 1000, 1000],
  );
  const shifted = kind(numbers(1000), numbers(1000, 2));
  assert.deepEqual([shifted.kind, shifted.drifted], ['drifted', true]);
  assert.ok((shifted.pValue ?? 1) < 0.01 && (shifted.value ?? 0) > 0.3);
  assert.equal(kind(texts(1000, ['a', 'b']), texts(1000, ['a', 'b'])).kind, 'stable');
  const moved = kind(texts(1000, ['a', 'b']), texts(1000, ['a', 'a', 'a', 'b']));
  assert.deepEqual([moved.kind, moved.measure], ['drifted', 'js_distance_2']);
});

test('missing values and values never seen are broken, not drifted', () => {
  const missing = kind(numbers(1000), numbers(1000, 0, 0.2));
  assert.deepEqual([missing.kind, missing.drifted], ['broken', true]);
  assert.ok(missing.missingCurrent > 0.1 && missing.missingReference === 0);
  assert.equal(kind(texts(1000, ['a', 'b']), texts(1000, ['a', 'b', 'new'])).kind, 'broken');
  assert.equal(
    kind(texts(1000, ['a', 'b']), { kind: 'text', values: Array.from({ length: 1000 }, () => null) }).kind,
    'broken',
  );
});

test('too few rows give no verdict', () => {
  assert.deepEqual(
    [kind(numbers(1000), numbers(99, 50)).kind, kind(numbers(99), numbers(1000, 50)).drifted],
    ['too few rows', false],
  );
  const empty: Column = { kind: 'number', values: new Float64Array(0) };
  const nothing = kind(numbers(1000), empty);
  assert.deepEqual([nothing.kind, nothing.nCurrent, nothing.drifted], ['too few rows', 0, false]);
});

test('a measure and a threshold of its own', () => {
  const names = {
    wasserstein: 'wasserstein_std',
    js: 'js_distance_2',
    psi: 'psi_10_quantiles',
    ks: 'ks_statistic',
  } as const;
  for (const [measure, name] of Object.entries(names)) {
    const found = kind(numbers(2000), numbers(2000, 3), { drift: { measure: measure as keyof typeof names } });
    assert.deepEqual([found.measure, found.kind], [name, 'drifted'], measure);
  }
  assert.equal(kind(numbers(1000), numbers(1000, 2), { drift: { threshold: 5 } }).kind, 'stable');
  const none = kind(numbers(1000), numbers(1000, 9), { drift: { measure: 'none' } });
  assert.deepEqual([none.measure, none.drifted, none.value], ['none', false, null]);
  assert.doesNotMatch(JSON.stringify(none), /Infinity/);
  assert.equal(
    kind(texts(500, ['a']), texts(500, ['a']), { drift: { measure: 'ks' } }).measure,
    'js_distance_2',
    'a measure for numbers does not fit texts',
  );
});

test('a constant column is stable, and one that is constant no longer has drifted', () => {
  const constant = (value: number): Column => ({ kind: 'number', values: new Float64Array(500).fill(value) });
  assert.equal(kind(constant(3), constant(3)).drifted, false);
  assert.equal(kind(constant(3), constant(4)).drifted, true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeGate, judgeGate, type Measured } from '../../engine/evaluation/gates.ts';

const measured = (value: number, interval: [number, number] | null = null): Measured => ({
  kind: 'value',
  value,
  interval: interval && { low: interval[0], high: interval[1] },
  n: 100,
});

test('a value meets its bounds or not, the bound itself included', () => {
  assert.equal(judgeGate('f1', { min: 0.5 }, measured(0.5)).passed, true);
  assert.equal(judgeGate('f1', { min: 0.5 }, measured(0.4999)).passed, false);
  assert.equal(judgeGate('f1', { max: 0.5 }, measured(0.5)).passed, true);
  assert.equal(judgeGate('f1', { min: 0.1, max: 0.5 }, measured(0.6)).passed, false);
  assert.equal(judgeGate('f1', { min: 0.1 }, measured(Number.NaN)).passed, false);
});

test('at a confidence the worse end of the interval is compared', () => {
  const low = judgeGate('f1', { min: 0.5, at_confidence: 0.95 }, measured(0.6, [0.45, 0.7]));
  assert.deepEqual([low.passed, low.bound], [false, 0.45]);
  assert.equal(describeGate(low), 'f1 0.45 < 0.5 at 95 % confidence (value 0.6)');
  const high = judgeGate('ece', { max: 0.5, at_confidence: 0.9 }, measured(0.4, [0.3, 0.55]));
  assert.deepEqual(
    [high.passed, high.bound, describeGate(high)],
    [false, 0.55, 'ece 0.55 > 0.5 at 90 % confidence (value 0.4)'],
  );
  const both = judgeGate('f1', { min: 0.2, max: 0.5, at_confidence: 0.9 }, measured(0.4, [0.3, 0.55]));
  assert.deepEqual([both.passed, describeGate(both)], [false, 'f1 0.55 > 0.5 at 90 % confidence (value 0.4)']);
  assert.match(judgeGate('ece', { max: 0.5, at_confidence: 0.9 }, measured(0.4)).note, /no interval/);
});

test('without a value the kind says how the gate went, and the note is only shown', () => {
  const note = 'there is no champion yet to compare with';
  const kinds = (['no_value', 'no_champion', 'champion_not_comparable'] as const).map((kind) =>
    judgeGate('f1@champion', { min: 0 }, { kind, n: null, note }),
  );
  assert.deepEqual(
    kinds.map(({ kind, passed, value }) => [kind, passed, value]),
    [
      ['no_value', false, null],
      ['no_champion', true, null],
      ['champion_not_comparable', true, null],
    ],
  );
  assert.equal(describeGate(judgeGate('f1', { min: 0 }, { kind: 'no_value', n: 3, note: 'why' })), 'f1: why');
  assert.deepEqual(
    [judgeGate('f1', { min: 0 }, measured(0)).kind, judgeGate('f1', { min: 0 }, measured(-1)).kind],
    ['passed', 'failed'],
  );
});

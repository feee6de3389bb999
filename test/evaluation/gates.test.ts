import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeGate, judgeGate, noChampionNote, type Measured } from '../../engine/evaluation/gates.ts';

const measured = (value: number | null, interval: [number, number] | null = null, note = ''): Measured =>
  ({ value, interval: interval && { low: interval[0], high: interval[1] }, n: 100, note }) as Measured;

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

test('a metric that could not be had does not pass, except against a champion that is not there yet', () => {
  assert.deepEqual(
    [
      judgeGate('f1', { min: 0 }, measured(null, null, 'why')).passed,
      describeGate(judgeGate('f1', { min: 0 }, measured(null, null, 'why'))),
    ],
    [false, 'f1: why'],
  );
  assert.equal(judgeGate('f1', { min: 0 }, measured(null)).note, 'the metric could not be computed');
  assert.equal(judgeGate('f1@champion', { min: 0 }, measured(null, null, noChampionNote)).passed, true);
  assert.equal(judgeGate('f1@champion', { min: 0 }, measured(null, null, 'other')).passed, false);
  assert.equal(judgeGate('f1', { min: 0 }, measured(null, null, noChampionNote)).passed, false);
});

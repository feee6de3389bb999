import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  describeGate,
  judgeGate,
  verdictOfGates,
  type GateBound,
  type Measured,
} from '../../engine/evaluation/gates.ts';

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

test('an undecidable gate says how many rows would tell, and passes only where the project allows it', () => {
  const bound = { min: 0.5, at_confidence: 0.95 };
  const one = judgeGate('f1', bound, measured(0.55, [0.45, 0.65]));
  assert.deepEqual([one.kind, one.passed, one.moreRows], ['undecidable', false, 300]);
  assert.equal(
    describeGate(one),
    'f1 0.55 (0.45 to 0.65 at 95 % confidence) may be below 0.5; about 300 more rows would tell',
  );
  const below = judgeGate('f1', bound, measured(0.45, [0.3, 0.52]));
  assert.deepEqual([below.kind, below.moreRows], ['undecidable', 96]);
  assert.match(describeGate(below), /may be at least 0\.5; about 96 more rows would tell$/);
  const above = judgeGate('ece', { max: 0.5, at_confidence: 0.9 }, measured(0.52, [0.48, 0.6]));
  assert.match(describeGate(above), /at 90 % confidence\) may be at most 0\.5; about 300 more rows would tell$/);
  const at = judgeGate('f1', bound, measured(0.5, [0.45, 0.6]));
  assert.equal(at.moreRows, null);
  assert.match(describeGate(at), /may be below 0\.5; too near to the bound for any number of rows to tell$/);
  const wide = judgeGate('f1', { min: 0.4, max: 0.6, at_confidence: 0.95 }, measured(0.55, [0.3, 0.7]));
  assert.match(describeGate(wide), /may be below 0\.4 and may be above 0\.6; about 800 more rows would tell$/);
  const allowed = judgeGate('f1', { ...bound, undecidable: 'allow' }, measured(0.55, [0.45, 0.65]));
  assert.deepEqual([allowed.kind, allowed.passed], ['undecidable', true]);
  assert.match(allowed.note, /the project allows it/);
  assert.equal(judgeGate('f1', { ...bound, undecidable: 'allow' }, measured(0.3, [0.2, 0.4])).passed, false);
  assert.deepEqual(verdictOfGates([one, allowed, judgeGate('f1', { min: 1 }, measured(0))]), {
    passed: 1,
    total: 3,
    undecidable: 1,
  });
});

test('at a confidence the interval passes within the bounds and fails beyond them', () => {
  const of = (interval: [number, number], bound: Omit<GateBound, 'at_confidence'>) =>
    judgeGate('f1', { ...bound, at_confidence: 0.95 }, measured((interval[0] + interval[1]) / 2, interval));
  const kinds = (interval: [number, number]) =>
    [{ min: 0.5 }, { max: 0.5 }, { min: 0.4, max: 0.6 }].map((bound) => of(interval, bound).kind);
  assert.deepEqual(kinds([0.5, 0.55]), ['passed', 'undecidable', 'passed']);
  assert.deepEqual(kinds([0.51, 0.55]), ['passed', 'failed', 'passed']);
  assert.deepEqual(kinds([0.3, 0.39]), ['failed', 'passed', 'failed']);
  assert.deepEqual(kinds([0.61, 0.9]), ['passed', 'failed', 'failed']);
  assert.deepEqual(kinds([0.45, 0.7]), ['undecidable', 'undecidable', 'undecidable']);
  assert.deepEqual(kinds([0.1, 0.9]), ['undecidable', 'undecidable', 'undecidable']);
  assert.equal(of([Number.NaN, Number.NaN], { min: 0.5 }).kind, 'failed');
  const failed = of([0.3, 0.4], { min: 0.5 });
  assert.deepEqual([failed.passed, failed.bound, failed.otherEnd, failed.moreRows], [false, 0.3, 0.4, undefined]);
  assert.equal(describeGate(failed), 'f1 0.3 < 0.5 at 95 % confidence (value 0.35)');
  assert.equal(describeGate(of([0.55, 0.65], { max: 0.5 })), 'f1 0.65 > 0.5 at 95 % confidence (value 0.6)');
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

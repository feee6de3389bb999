import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headline } from '../../engine/monitoring/judgeWindow.ts';
import { monitorVerdict } from '../../engine/monitoring/monitorVerdict.ts';
import type { DriftWindow } from '../../protocol/drift.ts';
import { driftWindow, expectation } from '../helpers/driftWindow.ts';

const window = (id: number, part: Partial<DriftWindow> = {}): DriftWindow => ({
  id,
  changed: [],
  ...driftWindow(part),
});
const broken = expectation({ state: 'broken', value: 0.489 });

test('the headline is the gravest verdict', () => {
  assert.equal(headline('stable', 'stable', [expectation()]), 'ok');
  assert.equal(headline('stable', 'stable', [expectation({ state: 'uncertain' })]), 'ok');
  assert.equal(headline('stable', 'stable', [expectation({ state: 'waiting' })]), 'ok');
  assert.equal(headline('stable', 'not judged', [expectation({ state: 'too few' })]), 'too few labels');
  assert.equal(headline('not judged', 'not judged', [expectation({ state: 'too few' })]), 'too few rows');
  assert.equal(headline('stable', 'drifted', [expectation({ state: 'too few' })]), 'score drift');
  assert.equal(headline('drifted', 'drifted', []), 'drift');
  assert.equal(headline('drifted', 'drifted', [broken]), 'expectation broken');
  assert.equal(headline('not judged', 'not judged', [broken]), 'expectation broken');
});

test('a broken expectation of an older window counts while newer windows wait for labels', () => {
  const waiting = window(3, { expectations: [expectation({ state: 'waiting', value: null })] });
  const verdict = monitorVerdict([
    window(1, { expectations: [expectation()] }),
    window(2, { expectations: [broken] }),
    waiting,
  ]);
  assert.deepEqual(
    [verdict.status, verdict.window, verdict.drift, verdict.expectations.map((one) => [one.window, one.value])],
    ['expectation broken', 3, 3, [[2, 0.489]]],
  );
});

test('windows without a verdict on drift leave the last one', () => {
  const few = { inputs: 'not judged', score: 'not judged', status: 'too few rows' } as const;
  const verdict = monitorVerdict([window(1, { inputs: 'drifted' }), window(2, few)]);
  assert.deepEqual([verdict.status, verdict.window, verdict.drift], ['drift', 2, 1]);
  assert.equal(monitorVerdict([window(1, few)]).status, 'too few rows');
  assert.deepEqual(monitorVerdict([]), { status: 'too few rows', window: null, drift: null, expectations: [] });
});

test('labels that stop coming are said, unless the last verdict was a broken one', () => {
  const few = window(2, { expectations: [expectation({ state: 'too few', n: 6 })] });
  const states = (first: DriftWindow) => monitorVerdict([first, few]).expectations.map(({ state }) => state);
  assert.deepEqual(states(window(1, { expectations: [expectation()] })), ['too few']);
  assert.deepEqual(states(window(1, { expectations: [broken] })), ['broken']);
});

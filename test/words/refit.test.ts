import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refitText } from '../../words/refit.ts';

test('the text of a second fit says what was tested, what is served and why', () => {
  const served = { kind: 'served', rows: 45_441, testedRows: 37_668, since: null, steps: 11, unit: 'epochs' } as const;
  assert.equal(
    refitText(served),
    'Tested with a fit on 37,668 rows. Served is a second fit on all 45,441 rows with the same settings and 11 epochs; threshold, metrics and gates are those of the tested fit.',
  );
  assert.match(refitText({ ...served, since: Date.UTC(2026, 4, 1) }), /on all 45,441 rows from 2026-05-01 on with the/);
  const far = { kind: 'refused', reason: 'far scores', shift: 0.7421 } as const;
  assert.match(refitText(far), /refused: its scores of the test rows are 0\.742 standard deviations from those/);
  assert.match(refitText({ ...far, shift: Infinity }), /its scores of the test rows are far from those/);
  const worse = { ...far, reason: 'worse', metric: { name: 'rmse', value: 9.1, bound: 8 } } as const;
  assert.match(refitText(worse), /rmse is 9\.1 on the test rows, beyond the bound 8 of the interval/);
  assert.match(refitText({ ...far, reason: 'other classes', shift: null }), /it knows other classes\.$/);
  assert.match(refitText({ kind: 'impossible', reason: 'own program' }), /Its own program trains it/);
  assert.match(refitText({ kind: 'impossible', reason: 'unknown length' }), /do not say how long it was fitted/);
});

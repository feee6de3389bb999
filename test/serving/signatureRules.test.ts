import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowSchema } from '../../engine/serving/rowSchema.ts';

/** A version whose data had no schema: the types of its own signature are the rules of requests. */
const rules = new RowSchema({
  meta: {
    features: [
      { name: 'amount', kind: 'numeric' },
      { name: 'country', kind: 'categorical' },
      { name: 'phone', kind: 'numeric', optional: true },
    ],
    takesAbsent: false,
  },
  schema: null,
  alsoReads: ['id'],
  invalid: 'quarantine',
});

const broken = (row: Record<string, unknown>) =>
  rules.check([row]).violations.map(({ field, rule, mode, misspelt }) => [field, rule, mode, misspelt]);

const whole = { id: 'a', amount: 1.5, country: 'AT', phone: 3 };

test('the signature refuses a row without an input, with one of another type, and names a misspelling', () => {
  assert.deepEqual(rules.required, ['amount', 'country']);
  assert.deepEqual(broken(whole), []);
  assert.deepEqual(broken({ ...whole, amount: null }), [], 'a value may be missing; the column may not');
  const { phone: _, ...withoutOptional } = whole;
  assert.deepEqual(broken(withoutOptional), []);
  const { amount, ...withoutAmount } = whole;
  assert.deepEqual(broken(withoutAmount), [['amount', 'absent', 'quarantine', undefined]]);
  assert.deepEqual(broken({ ...withoutAmount, Amount: amount })[0], ['amount', 'absent', 'quarantine', 'Amount']);
  for (const value of ['much', true, [1], { a: 1 }])
    assert.deepEqual(
      broken({ ...whole, amount: value })[0]?.slice(0, 3),
      ['amount', 'type', 'quarantine'],
      String(value),
    );
  for (const value of [[1], { a: 1 }])
    assert.deepEqual(
      broken({ ...whole, country: value })[0]?.slice(0, 3),
      ['country', 'type', 'quarantine'],
      String(value),
    );
  assert.deepEqual(
    broken({}).map(([field]) => field),
    ['amount', 'country'],
  );
});

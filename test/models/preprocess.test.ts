import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataError } from '../../engine/base/errors.ts';
import type { Table } from '../../engine/data/table.ts';
import { applyPreprocess, fitPreprocess } from '../../engine/models/preprocess.ts';
import { rowsToTable } from '../../engine/models/rowsToTable.ts';

const numbers = (...values: number[]) => ({ kind: 'number' as const, values: Float64Array.from(values) });
const texts = (...values: (string | null)[]) => ({ kind: 'text' as const, values });
const table = (columns: Table['columns']): Table => ({ rows: Object.values(columns)[0]?.values.length ?? 0, columns });

test('numbers are standardised, filled with the median, and flagged when the training rows had missing values', () => {
  const fitted = fitPreprocess(table({ x: numbers(1, 2, 3, Number.NaN) }), [{ name: 'x', kind: 'numeric' }]);
  assert.equal(fitted.width, 2);
  const input = applyPreprocess(fitted, table({ x: numbers(2, 3, Number.NaN, 1e9) }));
  const std = Math.sqrt(2 / 3);
  assert.deepEqual([...input], [...Float32Array.of(0, 0, 1 / std, 0, 0, 1, 10, 0)]);
});

test('a heavy tail is transformed by the logarithm, a normal distribution is not', () => {
  const skewed = Float64Array.from({ length: 1000 }, (_, i) => Math.exp((i / 1000) * 8));
  const even = Float64Array.from({ length: 1000 }, (_, i) => i);
  const { steps } = fitPreprocess(
    table({ skewed: { kind: 'number', values: skewed }, even: { kind: 'number', values: even } }),
    [
      { name: 'skewed', kind: 'numeric' },
      { name: 'even', kind: 'numeric' },
    ],
  );
  assert.deepEqual(
    steps.map((step) => step.kind === 'numeric' && step.log),
    [true, false],
  );
});

test('texts become one input a level, one for others, one for missing', () => {
  const fitted = fitPreprocess(table({ k: texts('a', 'a', 'b', 'b', 'b', 'rare', null) }), [
    { name: 'k', kind: 'categorical' },
  ]);
  assert.deepEqual(fitted.steps, [{ name: 'k', kind: 'categorical', levels: ['b', 'a'], missingIndicator: true }]);
  assert.deepEqual(
    [...applyPreprocess(fitted, table({ k: texts('a', 'b', 'new', null) }))],
    [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
  );
  const full = fitPreprocess(table({ k: texts('a', 'a', 'b', 'b') }), [{ name: 'k', kind: 'categorical' }]);
  assert.deepEqual([...applyPreprocess(full, table({ k: texts(null) }))], [0, 0, 1]);
});

test('at most 50 levels are kept, the most frequent', () => {
  const values = Array.from({ length: 80 }, (_, i) =>
    Array.from({ length: 2 + (i % 3) }, () => `level${String(i).padStart(2, '0')}`),
  ).flat();
  const { steps, width } = fitPreprocess(table({ k: { kind: 'text', values } }), [{ name: 'k', kind: 'categorical' }]);
  assert.equal(steps[0]?.levels?.length, 50);
  assert.equal(width, 51);
});

test('the preprocessing is the same after a round trip through JSON', () => {
  const fitted = fitPreprocess(table({ x: numbers(1, 2, 9), k: texts('a', 'a', 'b') }), [
    { name: 'x', kind: 'numeric' },
    { name: 'k', kind: 'categorical' },
  ]);
  assert.deepEqual(JSON.parse(JSON.stringify(fitted)), fitted);
});

test('rows of JSON become columns, invalid ones are named', () => {
  const features = [
    { name: 'x', kind: 'numeric' },
    { name: 'yes', kind: 'boolean' },
    { name: 'k', kind: 'categorical' },
  ] as const;
  assert.deepEqual(rowsToTable([{ x: 1, yes: true, k: 'a' }, { yes: 0, k: 5 }, { x: null }], features), {
    rows: 3,
    columns: { x: numbers(1, Number.NaN, Number.NaN), yes: numbers(1, 0, Number.NaN), k: texts('a', '5', null) },
  });
  const says = (about: RegExp) => (error: unknown) => error instanceof DataError && about.test(error.message);
  assert.throws(() => rowsToTable([{ x: 1 }, { x: '12' }], features), says(/row 1: x must be a number, not "12"/));
  assert.throws(() => rowsToTable([{ yes: 2 }], features), says(/row 0: yes must be true or false, not 2/));
  assert.throws(() => rowsToTable([{ k: { a: 1 } }], features), says(/row 0: k must be text, not {"a":1}/));
  assert.throws(() => rowsToTable([{}, 7], features), says(/row 1: not an object/));
});

test('imputation, scaling and logarithm can be chosen', () => {
  const train = table({ x: numbers(0, 1, 1, 3, 10, Number.NaN) });
  const inputs = (preprocess: object, values: number[]) => {
    const fitted = fitPreprocess(train, [{ name: 'x', kind: 'numeric', preprocess }]);
    return [...applyPreprocess(fitted, table({ x: numbers(...values) }))].filter((_, i) => i % 2 === 0);
  };
  assert.deepEqual(inputs({ scale: 'minmax', transform: 'none' }, [0, 5, 10]), [0, 0.5, 1]);
  assert.deepEqual(inputs({ scale: 'robust', transform: 'none' }, [1, 3]), [0, 1]);
  assert.deepEqual(inputs({ scale: 'none', transform: 'none' }, [1e6]), [1e6]);
  assert.deepEqual(inputs({ scale: 'none', transform: 'log' }, [0, Math.E - 1]), [0, 1]);
  for (const [impute, fill] of [
    ['median', 1],
    ['mean', 3],
    ['most_frequent', 1],
    [7, 7],
  ] as const)
    assert.deepEqual(inputs({ scale: 'none', transform: 'none', impute }, [Number.NaN]), [fill]);
  assert.throws(
    () =>
      fitPreprocess(table({ x: numbers(-1, 2) }), [{ name: 'x', kind: 'numeric', preprocess: { transform: 'log' } }]),
    /the smallest is -1; choose `transform: none`/,
  );
});

test('texts can become one number', () => {
  const train = table({ k: texts('b', 'b', 'b', 'a', null) });
  const inputs = (
    encode: 'ordinal' | 'frequency' | 'target',
    target: Float64Array | null = null,
    categories?: string[],
  ) => {
    const fitted = fitPreprocess(
      train,
      [{ name: 'k', kind: 'categorical', preprocess: { encode }, ...(categories ? { categories } : {}) }],
      target,
    );
    assert.equal(fitted.width, 2);
    return [...applyPreprocess(fitted, table({ k: texts('a', 'b', 'new', null) }))];
  };
  assert.deepEqual(inputs('ordinal'), [-1, 0, 1, 0, 0, 0, 0, 1]);
  assert.deepEqual(inputs('ordinal', null, ['b', 'c', 'a']), [1, 0, -1, 0, 0, 0, 0, 1]);
  assert.deepEqual(inputs('frequency'), [Math.fround(0.2), 0, Math.fround(0.6), 0, 0, 0, 0, 1]);
  const y = Float64Array.of(1, 1, 0, 0, 0);
  const [mean, std] = [0.4, Math.sqrt(0.24)];
  const expected = (sum: number, n: number) => Math.fround(((sum + 20 * mean) / (n + 20) - mean) / std);
  const [a, , b, , unknown, , , missing] = inputs('target', y);
  assert.ok(Math.abs((a ?? 0) - expected(0, 1)) < 1e-7 && Math.abs((b ?? 0) - expected(2, 3)) < 1e-7);
  assert.deepEqual([unknown, missing], [0, 1]);
  assert.throws(() => inputs('target'), /needs a target that is a number or has two classes/);
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { count, difference, fixed, number, percent, plural, threeDigits } from '../../words/numbers.ts';

const missing = [null, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

it('a value that is missing or not a number is a dash', () => {
  for (const write of [count, number, fixed, percent])
    assert.deepEqual(
      missing.map((value) => write(value)),
      missing.map(() => '–'),
      write.name,
    );
});

it('counts have separators', () => {
  assert.deepEqual(
    [0, -0, 1204, -1204, 2 ** 53].map((value) => count(value)),
    ['0', '0', '1,204', '−1,204', '9,007,199,254,740,992'],
  );
  assert.deepEqual(
    [plural(1, 'run'), plural(12, 'run'), plural(0, 'row'), plural(1204, 'entry', 'entries')],
    ['1 run', '12 runs', '0 rows', '1,204 entries'],
  );
});

it('a number has four significant digits, or an exponent', () => {
  const texts: [number, string][] = [
    [0, '0'],
    [-0, '0'],
    [0.91249, '0.9125'],
    [-0.25, '−0.25'],
    [12_345.67, '12,346'],
    [0.0001, '0.0001'],
    [0.00001234, '1.23e−5'],
    [1e-12, '1.00e−12'],
    [-1e-12, '−1.00e−12'],
    [123_456_789, '123,456,789'],
    [1e9, '1,000,000,000'],
    [1_234_567_890.5, '1.23e9'],
    [2 ** 53, '9.01e15'],
    [1e300, '1.00e300'],
  ];
  for (const [value, text] of texts) assert.equal(number(value), text, String(value));
  assert.equal(number(Math.PI, 6), '3.14159');
});

it('three digits keep the zeros of their precision', () => {
  assert.deepEqual(
    [0.5, 999.96, 12.3456, 1e-12, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(threeDigits),
    ['0.500', '1000', '12.3', '1.00e−12', '0', 'NaN', '∞', '−∞'],
  );
});

it('decimals, differences and shares', () => {
  assert.deepEqual([fixed(0.12345), fixed(-0.5, 1), fixed(-0.0001)], ['0.123', '−0.5', '0.000']);
  assert.deepEqual(
    [0.05, -1.5, 0, Number.NaN, Number.POSITIVE_INFINITY].map((value) => difference(value)),
    ['+0.05', '−1.5', '0', '–', '–'],
  );
  assert.deepEqual(
    [0, 0.042, 0.42, 1, -0.051, 1e-12].map((share) => percent(share)),
    ['0 %', '4.2 %', '42 %', '100 %', '−5.1 %', '0.0 %'],
  );
});

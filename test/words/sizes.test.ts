import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bytes, threeDigitBytes } from '../../words/sizes.ts';

it('a size has one decimal in the largest unit that fits', () => {
  const texts: [number, string][] = [
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1,023 B'],
    [1023.4, '1,023 B'],
    [1023.6, '1.0 KB'],
    [1024, '1.0 KB'],
    [1023.9 * 1024, '1023.9 KB'],
    [1023.96 * 1024, '1.0 MB'],
    [18_400_000, '17.5 MB'],
    [1024 ** 3, '1.0 GB'],
    [1024 ** 4, '1.0 TB'],
    [2 ** 53, '8192.0 TB'],
    [-2048, '−2.0 KB'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ];
  for (const [value, text] of texts) assert.equal(bytes(value), text, String(value));
});

it('a size among metrics has three digits', () => {
  assert.deepEqual(
    [0, 12, 45_120, 1_034_752, 1_048_550, 5 * 1024 ** 2].map((value) => threeDigitBytes(value)),
    ['0 B', '12 B', '44.1 KB', '1,011 KB', '1.00 MB', '5.00 MB'],
  );
});

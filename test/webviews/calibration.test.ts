import assert from 'node:assert/strict';
import { it } from 'node:test';
import { calibration } from '../../webviews/modelCard/calibration.ts';
import { renderTemplate } from '../../webviews/saved/renderTemplate.ts';

/** The last number of the axes for bins that reach so far. */
function end(meanScore: number, positiveRate: number): string {
  const texts = [
    ...renderTemplate(
      calibration([
        { meanScore: 0.05, positiveRate: 0, n: 10 },
        { meanScore, positiveRate, n: 10 },
      ]),
    ).matchAll(/<text[^>]*>([\d.]+)<\/text>/g),
  ];
  return texts.at(-1)?.[1] ?? '';
}

it('ends the axes of probabilities at 1, and leaves air where they end before', () => {
  assert.deepEqual(
    [
      [0.97, 1],
      [1, 0.9],
      [1, 1],
      [0.99, 0.95],
    ].map(([score = 0, rate = 0]) => end(score, rate)),
    ['1', '1', '1', '1'],
  );
  assert.deepEqual([end(0.5, 0.4), end(0.02, 0.01)], ['0.53', '0.11']);
});

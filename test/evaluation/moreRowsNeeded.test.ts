import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeGate } from '../../engine/evaluation/gates.ts';
import { binomialInterval } from '../../engine/statistics/binomialInterval.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { rounds } from '../helpers/rounds.ts';

test('with the rows that it asks for, an undecidable gate is mostly decided, and rightly', () => {
  const random = seededRandom(7);
  const hits = (n: number, rate: number) => Array.from({ length: n }).filter(() => random.next() < rate).length;
  const judged = (right: number, n: number) =>
    judgeGate(
      'accuracy',
      { min: 0.8, at_confidence: 0.95 },
      { kind: 'value', value: right / n, interval: binomialInterval(right, n, 0.95), n },
    );
  const bound = 0.8;
  let [asked, decided, wrong] = [0, 0, 0];
  for (let r = 0; r < rounds(4000); r++) {
    const rate = 0.7 + 0.2 * random.next();
    const n = 40 + random.integer(400);
    const first = hits(n, rate);
    const one = judged(first, n);
    if (one.kind !== 'undecidable' || !one.moreRows || one.moreRows > 20_000) continue;
    asked++;
    const all = n + one.moreRows;
    const two = judged(first + hits(one.moreRows, rate), all);
    if (two.kind === 'undecidable') continue;
    decided++;
    if ((two.kind === 'passed') !== rate >= bound) wrong++;
  }
  assert.ok(asked > rounds(4000) / 10, `${asked} undecidable gates`);
  const share = decided / asked;
  assert.ok(share > 0.4 && share < 0.75, `${share} of ${asked} were decided by the rows asked for`);
  assert.ok(wrong / decided < 0.05, `${wrong} of ${decided} were decided wrongly`);
});

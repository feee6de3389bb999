import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainClassifier } from '../../engine/statistics/domainClassifier.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

const [reference, current] = [300, 60];
const labels = Uint8Array.from({ length: reference + current }, (_, i) => (i < reference ? 0 : 1));

function pValueOf(seed: number, shift: number): number {
  const random = seededRandom(seed);
  const features = Array.from({ length: 5 }, () => ({
    kind: 'number' as const,
    values: Float64Array.from(labels, (label) => random.next() + random.next() + label * shift),
  }));
  return domainClassifier(features, labels)?.pValue ?? 1;
}

test('rows of one population are told apart no more often than the level says, moved ones are', () => {
  const rounds = 120;
  const quiet = Array.from({ length: rounds }, (_, i) => pValueOf(i, 0)).filter((p) => p < 0.05).length;
  // 6 are expected; 14 is three standard deviations more.
  assert.ok(quiet <= 13, `${quiet} of ${rounds}`);
  for (let i = 0; i < 10; i++) assert.ok(pValueOf(i, 0.3) < 0.001);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averagePrecision } from '../../engine/evaluation/rankingAreas.ts';
import { bestRecall } from '../../engine/evaluation/measures/recallAtPrecision.ts';
import { areaUnderRoc } from '../../engine/evaluation/rankingAreas.ts';
import { bestF1Threshold, rank } from '../../engine/evaluation/ranking.ts';

const ranking = rank([1, 0, 1, 0, 0], [0.9, 0.8, 0.7, 0.7, 0.1]);

test('average precision and ROC AUC count ties as scikit-learn does', () => {
  assert.equal(averagePrecision(ranking), 0.5 * 1 + 0.5 * (2 / 4));
  assert.equal(areaUnderRoc(ranking), (3 + 1 + 0.5) / 6);
  assert.equal(averagePrecision(rank([1, 0, 0, 0], [0.5, 0.5, 0.5, 0.5])), 0.25);
});

test('weights count rows', () => {
  const twice = rank([1, 0, 1, 0, 0, 1, 0], [0.9, 0.8, 0.7, 0.7, 0.1, 0.9, 0.8]);
  assert.equal(averagePrecision(ranking, [2, 2, 1, 1, 1]), averagePrecision(twice));
  assert.equal(areaUnderRoc(ranking, [2, 2, 1, 1, 1]), areaUnderRoc(twice));
});

test('recall at a precision comes with its threshold', () => {
  assert.deepEqual(bestRecall(ranking, 0.9), { recall: 0.5, threshold: 0.9 });
  assert.deepEqual(bestRecall(ranking, 0.5), { recall: 1, threshold: 0.7 });
  assert.deepEqual(bestRecall(rank([0, 1], [1, 0]), 0.9), { recall: 0, threshold: Number.POSITIVE_INFINITY });
});

test('the threshold with the best F1 is the highest of equals', () => {
  assert.deepEqual(bestF1Threshold(ranking), { threshold: 0.9, f1: 2 / 3 });
  assert.equal(bestF1Threshold(rank([0, 0], [1, 0])), null);
});

test('rows with NaN are left out; a single class has no value', () => {
  assert.equal(averagePrecision(rank([1, 1, 0], [0.5, Number.NaN, 0.1])), 1);
  assert.equal(averagePrecision(rank([0, 0], [0.1, 0.2])), null);
  assert.equal(areaUnderRoc(rank([1, 1], [0.1, 0.2])), null);
  assert.equal(areaUnderRoc(rank([], [])), null);
  assert.equal(bestRecall(rank([0], [0.1]), 0.5), null);
});

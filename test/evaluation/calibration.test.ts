import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrationBins, expectedCalibrationError } from '../../engine/evaluation/calibration.ts';

test('bins hold equal counts, sorted by score', () => {
  const bins = calibrationBins([0, 1, 0, 1, 1], [0.1, 0.9, 0.2, 0.8, 0.7], 2);
  assert.deepEqual(
    bins.map(({ n }) => n),
    [3, 2],
  );
  assert.ok(Math.abs((bins[0]?.meanScore ?? 0) - 1 / 3) < 1e-12);
  assert.equal(bins[1]?.positiveRate, 1);
});

test('scores that are certain and right have error 0, scores of one half have error 0.5', () => {
  assert.equal(expectedCalibrationError(calibrationBins([0, 0, 1, 1], [0, 0, 1, 1], 2)), 0);
  assert.equal(expectedCalibrationError(calibrationBins([0, 0], [0.5, 0.5], 1)), 0.5);
});

test('there are no more bins than rows', () => {
  assert.equal(calibrationBins([1], [0.4]).length, 1);
  assert.equal(expectedCalibrationError(calibrationBins([Number.NaN], [0.4])), null);
});

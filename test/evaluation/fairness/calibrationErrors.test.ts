import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrationBins, expectedCalibrationError } from '../../../engine/evaluation/calibration.ts';
import { fairnessGroups, fairnessRows } from '../../../engine/evaluation/fairness/fairness.ts';
import { fairnessInput } from '../../../engine/evaluation/fairness/fairnessInput.ts';
import { seededRandom } from '../../../engine/statistics/random.ts';

/** Tried: ties, scores of 0 and 1, missing truth, scores and groups, a group of fewer than 10 rows, one class. */
test('the calibration error of a group is that of its rows alone', () => {
  const random = seededRandom(8);
  for (const [form, rate] of [
    ['any', 0.4],
    ['ties', 0.4],
    ['ends', 0.4],
    ['any', 0],
  ] as const) {
    const n = 500;
    const truth = Float64Array.from({ length: n }, () =>
      random.next() < 0.05 ? Number.NaN : Number(random.next() < rate),
    );
    const values = truth.map(() => {
      const score = random.next();
      return score < 0.05
        ? Number.NaN
        : form === 'ties'
          ? Math.round(4 * score) / 4
          : form === 'ends'
            ? Math.round(score)
            : score;
    });
    const codes = Int32Array.from({ length: n }, (_, i) => (i < 7 ? 3 : random.integer(4) - 1));
    const predictions = { task: 'binary' as const, values, probabilities: [] };
    const input = fairnessInput(truth, predictions, { threshold: 0.5, minPrecision: 0.9 });
    const found = fairnessGroups(fairnessRows('g', { names: ['a', 'b', 'c', 'few'], codes }, input), 0.95);
    const of = (isIn: (code: number) => boolean) => {
      const rows = [...codes.keys()].filter((i) => isIn(codes[i] ?? -1));
      const [labels, scores] = [rows.map((i) => truth[i] ?? 0), rows.map((i) => values[i] ?? 0)];
      return expectedCalibrationError(calibrationBins(labels, scores)) ?? 0;
    };
    const ece = (group: string) => found.groups.find((one) => one.group === group)?.rates.ece;
    for (const [code, name] of ['a', 'b', 'c'].entries())
      assert.ok(Math.abs((ece(name)?.value ?? 1) - of((own) => own === code)) < 1e-12, `${form} ${name}`);
    assert.ok(Math.abs((found.overall.rates.ece?.value ?? 1) - of((own) => own >= 0)) < 1e-12, form);
    assert.equal(ece('few'), null);
    assert.equal(ece('a')?.low, null);
  }
});

test('scores that are no probabilities have no calibration error', () => {
  const truth = Float64Array.from({ length: 30 }, (_, i) => i % 2);
  const predictions = { task: 'binary' as const, values: truth.map((y) => 9 * y), probabilities: [] };
  const input = fairnessInput(truth, predictions, { threshold: 0.5, minPrecision: 0.9, areProbabilities: false });
  const { overall } = fairnessGroups(fairnessRows('g', { names: ['a'], codes: new Int8Array(30) }, input), 0.95);
  assert.ok(!('ece' in overall.rates));
});

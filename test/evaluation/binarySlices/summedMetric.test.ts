import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rankRows } from '../../../engine/evaluation/binarySlices/rankedRows.ts';
import { sumGroups } from '../../../engine/evaluation/binarySlices/sumGroups.ts';
import { summedMetric } from '../../../engine/evaluation/binarySlices/summedMetric.ts';
import { prepareMetrics, subset, type EvaluationOptions } from '../../../engine/evaluation/evaluate.ts';
import { resample } from '../../../engine/evaluation/intervals.ts';
import type { Predictions } from '../../../engine/evaluation/predictions.ts';
import { rowsByGroup } from '../../../engine/evaluation/rowsByGroup.ts';
import { seededRandom } from '../../../engine/statistics/random.ts';
import { binaryPopulation } from '../../helpers/intervalCoverage.ts';
import { rounds } from '../../helpers/rounds.ts';

const names = ['pr_auc', 'roc_auc', 'recall', 'precision', 'accuracy', 'log_loss'];
const random = seededRandom(41);
const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)] as T;

/**
 * Tried: no rows, one row, groups of one row and rows without a group; truth or scores missing; one class; ties, scores of
 * 0 and 1, scores that are no probabilities; weights of any size and of 0; decisions, a threshold, neither.
 */
test('sums of groups give what the rows of each group give', () => {
  for (let round = 0; round < rounds(400); round++) {
    const n = pick([0, 1, 2, 9, 60, 200]);
    const form = pick(['any', 'ties', 'ends', 'same', 'beyond']);
    const rate = pick([0, 0.1, 0.5, 1]);
    const missing = pick([0, 0.2]);
    const list = (value: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => value(i));
    const truth = list(() => (random.next() < missing ? Number.NaN : Number(random.next() < rate)));
    const values = list(() => {
      if (random.next() < missing) return Number.NaN;
      const score = random.next();
      if (form === 'ties') return Math.round(score * 4) / 4;
      if (form === 'ends') return Math.round(score);
      return form === 'same' ? 0.5 : form === 'beyond' ? 100 * score - 50 : score;
    });
    const predictions: Predictions = { task: 'binary', values, probabilities: [] };
    if (random.next() < 0.4) predictions.weights = list(() => pick([0, 0.5, 1, 3, random.next()]));
    if (random.next() < 0.2) predictions.decisions = list(() => random.integer(2));
    const options: EvaluationOptions = {
      threshold: pick([0.5, 0.5, null, 0]),
      minPrecision: 0.9,
      areProbabilities: form !== 'beyond',
    };
    const size = pick([1, 3, 40]);
    const groups = {
      names: Array.from({ length: size }, (_, g) => `g${g}`),
      codes: Int32Array.from({ length: n }, () => random.integer(size + 1) - 1),
    };
    // Other groupings before and after have no part in it.
    const other = { names: ['x'], codes: new Int8Array(n) };
    const [, sums = []] = sumGroups(rankRows(truth, predictions, options), [other, groups, other]);
    for (const { code, rows } of rowsByGroup(groups)) {
      const part = subset(truth, predictions, rows);
      const prepared = prepareMetrics(part.truth, part.predictions, options);
      const expected = prepared.values();
      const own = sums[code + 1];
      assert.ok(own);
      assert.equal(own.n, prepared.n);
      for (const name of names) {
        const found = summedMetric(name, own);
        const shown = `${name} ${JSON.stringify({ form, rate, size, n: rows.length, options })}`;
        if (!(name in expected)) assert.equal(found?.value ?? null, null, shown);
        else {
          const value = expected[name] ?? null;
          if (value === null) assert.equal(found?.value ?? null, null, shown);
          else assert.ok(Math.abs((found?.value ?? Number.NaN) - value) <= 1e-9 * Math.max(1, value), shown);
          assert.equal(found?.behind, prepared.rowsBehind(name), shown);
          const interval = found?.intervalAt(0.95);
          const counted = prepared.intervalOf(name, new Map(), 0.95);
          if (interval && ['recall', 'precision', 'accuracy'].includes(name))
            assert.ok(Math.abs(interval.low - (counted?.low ?? 2)) < 1e-9, shown);
        }
      }
    }
  }
});

test('intervals from sums are those of resamples, weighted or not, and rare positives are left to resamples', () => {
  const population = binaryPopulation(0.1, 2, 'bimodal');
  for (const isWeighted of [false, true]) {
    const { truth, predictions } = population.draw(4000, seededRandom(6));
    if (isWeighted) predictions.weights = truth.map(() => 0.5 + random.integer(3));
    const groups = { names: ['all'], codes: new Int8Array(truth.length) };
    const own = sumGroups(rankRows(truth, predictions, population.options), [groups])[0]?.[1];
    assert.ok(own);
    const prepared = prepareMetrics(truth, predictions, { ...population.options, only: names });
    const resampled = resample({ ...prepared.draws, seed: 3, resamples: 400 }, prepared.statistics);
    for (const name of names) {
      const [found, drawn] = [summedMetric(name, own)?.intervalAt(0.95), prepared.intervalOf(name, resampled, 0.95)];
      assert.ok(found && drawn, name);
      const width = drawn.high - drawn.low;
      const shown = `${name} [${found.low}, ${found.high}] beside [${drawn.low}, ${drawn.high}]`;
      assert.ok(Math.abs(found.low - drawn.low) < 0.12 * width, shown);
      assert.ok(Math.abs(found.high - drawn.high) < 0.12 * width, shown);
    }
  }
  const { truth, predictions } = binaryPopulation(0.01, 2, 'calibrated').draw(4000, seededRandom(6));
  const all = { names: ['all'], codes: new Int8Array(truth.length) };
  const few = sumGroups(rankRows(truth, predictions, population.options), [all])[0]?.[1];
  assert.ok(few && few.positives.rows < 100);
  for (const name of ['pr_auc', 'roc_auc', 'log_loss'])
    assert.equal(summedMetric(name, few)?.intervalAt(0.95), undefined, name);
});

import { confusionAt, shareOf, type Confusion } from './confusion.ts';
import { fBetaOf } from './fBeta.ts';
import type { Predictions } from './predictions.ts';
import { rank, type Ranking } from './ranking.ts';
import { keepRows } from './tasks/keptRows.ts';
import {
  defaultRule,
  type ScoreForm,
  type ThresholdChoice,
  type ThresholdKind,
  type ThresholdOutcome,
  type ThresholdRule,
} from './thresholdRule.ts';
import { pick } from './weights.ts';

export { defaultRule };
export type { ScoreForm, ThresholdChoice, ThresholdKind, ThresholdOutcome, ThresholdRule };

/**
 * Sets the threshold of a binary model on validation rows, by their weights; null for another task. A score at or above
 * the threshold is positive. Of thresholds that the rule likes alike the highest score is taken, and the cut is halfway
 * to the next lower one. Predictions that hold decisions, and models that answer with classes alone, decide by
 * themselves; the threshold is then null, or 0.5 for the 0 and 1 of the classes.
 */
export function chooseThreshold(
  { truth, predictions }: { truth: Float64Array; predictions: Predictions },
  rule: ThresholdRule,
  scores: ScoreForm,
): { threshold: number | null; choice: ThresholdChoice } | null {
  if (predictions.task !== 'binary') return null;
  const { kept, weights } = keepRows(
    truth.length,
    predictions.weights,
    (i) => !Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(predictions.values[i] ?? Number.NaN),
  );
  const labels = pick(truth, kept);
  const values = pick(predictions.values, kept);
  const ranking = rank(labels, values);
  const n = labels.length;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const set = (threshold: number | null, kind: ThresholdKind) => ({
    threshold,
    choice: {
      kind,
      rule,
      on: 'validation' as const,
      n,
      positives,
      ...(threshold !== null && n > 0 && { gave: outcomeOf(confusionAt(labels, values, threshold, weights), rule) }),
    },
  });
  if (predictions.decisions) return set(followedThreshold(predictions.values, predictions.decisions), 'decided');
  if (scores === 'none') return set(0.5, 'decided');
  if (rule.kind === 'fixed') return set(rule.value, 'fixed');
  const middle = scores === 'decision' ? 0 : 0.5;
  if (n === 0) return set(middle, 'no_rows');
  if (positives === 0 || positives === n) return set(middle, 'one_class');
  const threshold = bestThreshold(ranking, weights, rule);
  if (threshold === null) return set(middle, 'not_reached');
  // A threshold that was asked for a precision keeps to a score that has it.
  return set(rule.kind === 'precision' ? threshold : halfwayDown(threshold, ranking), 'chosen');
}

function outcomeOf(counts: Confusion, rule: ThresholdRule): ThresholdOutcome {
  const { tp, fp, fn, tn } = counts;
  const n = tp + fp + fn + tn;
  return {
    precision: shareOf(tp, tp + fp),
    recall: shareOf(tp, tp + fn),
    f1: fBetaOf(counts, 1),
    decided: (tp + fp) / n,
    ...(rule.kind === 'cost' && { cost: costOf(counts, rule) / n }),
  };
}

function costOf({ tp, fp, fn, tn }: Confusion, rule: ThresholdRule & { kind: 'cost' }): number {
  const { falsePositive, falseNegative, truePositive = 0, trueNegative = 0 } = rule;
  return fp * falsePositive + fn * falseNegative + tp * truePositive + tn * trueNegative;
}

/**
 * The highest score whose decisions the rule likes best; just above all scores where no positive decision is worth its
 * cost. Null where no score meets the rule.
 */
function bestThreshold(ranking: Ranking, weights: Float64Array | undefined, rule: ThresholdRule): number | null {
  const { order, groupEnds, labels, scores } = ranking;
  const sums = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0;
    sums[label] = (sums[label] ?? 0) + (weights?.[i] ?? 1);
  }
  const [negatives = 0, positives = 0] = sums;
  let best: { worth: number; threshold: number } | null =
    rule.kind === 'cost'
      ? {
          worth: -costOf({ tp: 0, fp: 0, fn: positives, tn: negatives }, rule),
          threshold: nextAbove(scores[order[0] ?? 0] ?? 0),
        }
      : null;
  let [tp, fp, start] = [0, 0, 0];
  for (const end of groupEnds) {
    for (let k = start; k < end; k++) {
      const row = order[k] ?? 0;
      if (labels[row] === 1) tp += weights?.[row] ?? 1;
      else fp += weights?.[row] ?? 1;
    }
    const worth = worthOf({ tp, fp, fn: positives - tp, tn: negatives - fp }, rule);
    if (worth !== null && worth > (best?.worth ?? Number.NEGATIVE_INFINITY))
      best = { worth, threshold: scores[order[end - 1] ?? 0] ?? 0 };
    start = end;
  }
  return best !== null && Number.isFinite(best.threshold) ? best.threshold : null;
}

/** How much the rule likes decisions; null where they do not meet it. */
function worthOf(counts: Confusion, rule: ThresholdRule): number | null {
  const { tp, fp, fn } = counts;
  switch (rule.kind) {
    case 'best_f1':
      return fBetaOf(counts, 1);
    case 'f_beta':
      return fBetaOf(counts, rule.beta);
    case 'precision':
      return tp > 0 && tp / (tp + fp) >= rule.minimum ? tp / (tp + fn) : null;
    case 'recall':
      return tp / (tp + fn) >= rule.minimum ? tp / (tp + fp) : null;
    case 'cost':
      return -costOf(counts, rule);
    case 'fixed':
      return null;
  }
}

/**
 * Halfway to the next lower score, as decision trees cut: it decides the same rows alike, and new rows have scores
 * between. The threshold itself where there is no lower score.
 */
function halfwayDown(threshold: number, { order, groupEnds, scores }: Ranking): number {
  const below = groupEnds.find((_, group) => (scores[order[groupEnds[group - 1] ?? 0] ?? 0] ?? 0) < threshold);
  if (below === undefined) return threshold;
  const lower = scores[order[below - 1] ?? 0] ?? threshold;
  const middle = lower + (threshold - lower) / 2;
  return middle > lower ? middle : threshold;
}

/** The next larger double of a finite number. */
function nextAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

/** The smallest score of a positive decision, when no negative one has such a score; else null. */
export function followedThreshold(scores: Float64Array, decisions: Float64Array): number | null {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [i, score] of scores.entries()) {
    if (decisions[i] === 1) lowest = Math.min(lowest, score);
    else if (decisions[i] === 0) highest = Math.max(highest, score);
  }
  return Number.isFinite(lowest) && highest < lowest ? lowest : null;
}

/** True when two thresholds were set by one rule and in one way, so that metrics of decisions compare. */
export function isSameRule(a: ThresholdChoice, b: ThresholdChoice): boolean {
  return a.kind === b.kind && a.on === b.on && JSON.stringify(a.rule) === JSON.stringify(b.rule);
}

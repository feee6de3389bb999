import { bestRecall } from './measures/recallAtPrecision.ts';
import type { Predictions } from './predictions.ts';
import { bestF1Threshold, rank, type Ranking } from './ranking.ts';

/** The rule by which the threshold of a binary score is set. */
export type ThresholdRule =
  | { kind: 'best_f1' }
  | { kind: 'fixed'; value: number }
  | { kind: 'precision'; minimum: number }
  | { kind: 'cost'; falsePositive: number; falseNegative: number };

/**
 * How a threshold was set:
 * - `chosen`: the rule chose it on the validation rows.
 * - `fixed`: the project gives it.
 * - `decided`: the model or the table of predictions decides by itself, so no rule applies.
 * - `no_rows`, `one_class`: there are no validation rows, or only one class among them, so the middle of the scores
 *   decides.
 * - `not_reached`: no score reaches the precision, so the middle of the scores decides.
 */
export type ThresholdKind = 'chosen' | 'fixed' | 'decided' | 'no_rows' | 'one_class' | 'not_reached';

/** The origin of a threshold, as it is stored in a validation report. */
export interface ThresholdChoice {
  kind: ThresholdKind;
  rule: ThresholdRule;
  /** The rows that it was chosen on. Reports before version 4 may name the test rows. */
  on: 'validation' | 'test';
  /** The number of these rows, and of the positive ones among them; null in reports before version 4. */
  n: number | null;
  positives: number | null;
}

/** The form of scores: a probability is cut in the middle at 0.5, a decision function at 0. */
export type ScoreForm = 'probability' | 'decision' | 'none';

/** The rule where the project names none. */
export const defaultRule: ThresholdRule = { kind: 'best_f1' };

/**
 * Sets the threshold of a binary model on validation rows; null for another task. A score at or above the threshold is
 * positive. Of thresholds with an equal F1 or cost the highest score is taken, and the cut is halfway to the next lower one. Predictions that hold decisions, and models that answer
 * with classes alone, decide by themselves; the threshold is then null, or 0.5 for the 0 and 1 of the classes.
 */
export function chooseThreshold(
  { truth, predictions }: { truth: Float64Array; predictions: Predictions },
  rule: ThresholdRule,
  scores: ScoreForm,
): { threshold: number | null; choice: ThresholdChoice } | null {
  if (predictions.task !== 'binary') return null;
  const ranking = rank(truth, predictions.values);
  const n = ranking.labels.length;
  const positives = ranking.labels.reduce((sum, label) => sum + label, 0);
  const set = (threshold: number | null, kind: ThresholdKind) => ({
    threshold,
    choice: { kind, rule, on: 'validation' as const, n, positives },
  });
  if (predictions.decisions) return set(followedThreshold(predictions.values, predictions.decisions), 'decided');
  if (scores === 'none') return set(0.5, 'decided');
  if (rule.kind === 'fixed') return set(rule.value, 'fixed');
  const middle = scores === 'decision' ? 0 : 0.5;
  if (n === 0) return set(middle, 'no_rows');
  if (positives === 0 || positives === n) return set(middle, 'one_class');
  const threshold = thresholdBy(rule, ranking);
  return threshold === null ? set(middle, 'not_reached') : set(threshold, 'chosen');
}

function thresholdBy(rule: Exclude<ThresholdRule, { kind: 'fixed' }>, ranking: Ranking): number | null {
  if (rule.kind === 'best_f1') {
    const best = bestF1Threshold(ranking);
    return best && halfwayDown(best.threshold, ranking);
  }
  if (rule.kind === 'cost') return halfwayDown(cheapestThreshold(ranking, rule), ranking);
  const found = bestRecall(ranking, rule.minimum)?.threshold;
  return found !== undefined && Number.isFinite(found) ? found : null;
}

/** The threshold with the smallest cost; just above all scores where no positive decision is worth its cost. */
function cheapestThreshold(
  { order, groupEnds, labels, scores }: Ranking,
  { falsePositive, falseNegative }: { falsePositive: number; falseNegative: number },
): number {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  let best = { cost: positives * falseNegative, threshold: nextAbove(scores[order[0] ?? 0] ?? 0) };
  let found = 0;
  let start = 0;
  for (const end of groupEnds) {
    for (let k = start; k < end; k++) found += labels[order[k] ?? 0] ?? 0;
    const cost = (end - found) * falsePositive + (positives - found) * falseNegative;
    if (cost < best.cost) best = { cost, threshold: scores[order[end - 1] ?? 0] ?? 0 };
    start = end;
  }
  return best.threshold;
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

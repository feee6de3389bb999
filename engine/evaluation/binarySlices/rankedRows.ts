import type { EvaluationOptions } from '../evaluationOptions.ts';
import { fallingScores } from '../fallingScores.ts';
import { decidedBy, type Predictions } from '../predictions.ts';
import { rowLosses } from '../rowLosses.ts';
import { pick } from '../weights.ts';

/** The rows of a binary model, sorted once for the slices of every column. */
export interface RankedRows {
  /** By row: 1 is positive, −1 is a row without truth, score or weight. */
  labels: Int8Array;
  /** By row: 1 is decided as positive; null where nothing decides. */
  decided: Int8Array | null;
  /** By row; null where the scores are no probabilities. */
  losses: Float64Array | null;
  scores: Float64Array;
  weights: Float64Array | undefined;
  /** The numbers of the known rows by falling score, and where each run of equal scores ends, exclusive. */
  order: Uint32Array;
  ends: Uint32Array;
  /** In this order: 1 is positive. */
  isPositive: Uint8Array;
  sortedWeights: Float64Array | undefined;
}

/** Sorts the rows of binary predictions. */
export function rankRows(truth: Float64Array, predictions: Predictions, options: EvaluationOptions): RankedRows {
  const { values: scores, weights } = predictions;
  const { kept: order, scores: sorted } = fallingScores(truth, predictions);
  const labels = new Int8Array(truth.length);
  for (let i = 0; i < labels.length; i++) {
    const isKnown = !Number.isNaN(truth[i]) && !Number.isNaN(scores[i]) && (!weights || (weights[i] as number) > 0);
    labels[i] = isKnown ? Number(truth[i] === 1) : -1;
  }
  const isPositive = new Uint8Array(order.length);
  for (let k = 0; k < order.length; k++) isPositive[k] = labels[order[k] as number] as number;
  const rule = decidedBy(predictions, options.threshold);
  const decided = rule && new Int8Array(truth.length);
  if (rule && decided)
    for (let i = 0; i < decided.length; i++) decided[i] = (rule.values[i] as number) >= rule.threshold ? 1 : 0;
  const found = rowLosses(truth, predictions, options);
  const ends = new Uint32Array(order.length);
  let runs = 0;
  for (let k = 1; k <= order.length; k++) if (k === order.length || sorted[k] !== sorted[k - 1]) ends[runs++] = k;
  return {
    labels,
    decided,
    losses: found?.loss === 'log_loss' ? found.losses : null,
    scores,
    weights,
    order,
    isPositive,
    sortedWeights: weights && pick(weights, order),
    ends: ends.slice(0, runs),
  };
}

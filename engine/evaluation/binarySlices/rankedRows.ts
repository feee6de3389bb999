import { argsort } from '../../statistics/argsort.ts';
import type { EvaluationOptions } from '../evaluationOptions.ts';
import { decidedBy, type Predictions } from '../predictions.ts';
import { rowLosses } from '../rowLosses.ts';
import { keepRows } from '../tasks/keptRows.ts';
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
}

/** Sorts the rows of binary predictions. */
export function rankRows(truth: Float64Array, predictions: Predictions, options: EvaluationOptions): RankedRows {
  const { values: scores, weights } = predictions;
  const { kept } = keepRows(
    truth.length,
    weights,
    (i) => !Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(scores[i] ?? Number.NaN),
  );
  const labels = new Int8Array(truth.length).fill(-1);
  for (let k = 0; k < kept.length; k++) labels[kept[k] as number] = truth[kept[k] as number] === 1 ? 1 : 0;
  const rule = decidedBy(predictions, options.threshold);
  const decided = rule && new Int8Array(truth.length);
  if (rule && decided)
    for (let i = 0; i < decided.length; i++) decided[i] = (rule.values[i] as number) >= rule.threshold ? 1 : 0;
  const found = rowLosses(truth, predictions, options);
  const down = pick(scores, kept);
  for (let k = 0; k < down.length; k++) down[k] = -(down[k] as number);
  const sorted = argsort(down);
  const ends = new Uint32Array(kept.length);
  let runs = 0;
  for (let k = 1; k <= kept.length; k++)
    if (k === kept.length || down[sorted[k] as number] !== down[sorted[k - 1] as number]) ends[runs++] = k;
  for (let k = 0; k < sorted.length; k++) sorted[k] = kept[sorted[k] as number] as number;
  return {
    labels,
    decided,
    losses: found?.loss === 'log_loss' ? found.losses : null,
    scores,
    weights,
    order: sorted,
    ends: ends.slice(0, runs),
  };
}

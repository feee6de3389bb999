import { argsort } from '../statistics/argsort.ts';
import type { Predictions } from './predictions.ts';
import { keepRows } from './tasks/keptRows.ts';

/** The numbers of the rows by falling score, and their scores in this order. */
export interface FallingScores {
  kept: Uint32Array;
  scores: Float64Array;
}

const known = new WeakMap<Predictions, FallingScores & { truth: Float64Array }>();

/**
 * The rows of a binary model with truth, score and weight, by falling score; equal ones in their own order. Sorted once: the metrics of all rows and the slices of every column read the rows in this order.
 */
export function fallingScores(truth: Float64Array, predictions: Predictions): FallingScores {
  const found = known.get(predictions);
  if (found?.truth === truth) return found;
  const { kept } = keepScored(truth, predictions);
  const down = new Float64Array(kept.length);
  for (let k = 0; k < down.length; k++) down[k] = -(predictions.values[kept[k] as number] as number);
  const order = argsort(down);
  const scores = new Float64Array(order.length);
  for (let k = 0; k < order.length; k++) {
    const place = order[k] as number;
    scores[k] = -(down[place] as number);
    order[k] = kept[place] as number;
  }
  const sorted = { truth, kept: order, scores };
  known.set(predictions, sorted);
  return sorted;
}

/** The rows of a binary model with truth, score and weight, in their own order. */
export function keepScored(truth: Float64Array, { values, weights }: Predictions): ReturnType<typeof keepRows> {
  return keepRows(
    truth.length,
    weights,
    (i) => !Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(values[i] ?? Number.NaN),
  );
}

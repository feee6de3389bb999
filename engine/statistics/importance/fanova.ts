import { setImmediate as turn } from 'node:timers/promises';
import { checkCancelled } from '../../base/errors.ts';
import { seededRandom, type Random } from '../random.ts';
import type { Feature } from './features.ts';
import { treeVariances } from './mainEffects.ts';
import { growTree, predict, sortedRows } from './regressionTree.ts';

export interface Fanova {
  /**
   * The share of each feature in what all features explain alone; the shares sum to 1. Null when no feature explains
   * anything alone.
   */
  shares: Float64Array | null;
  /**
   * The part of the forest's variance that features make alone, the mean over its trees; the rest is how they act
   * together.
   */
  alone: number;
  /**
   * R² of the forest on rows that its trees had not seen (out of bag): 1 − squared error ÷ variance. Null when every
   * tree had seen every row.
   */
  r2: number | null;
}

export interface FanovaOptions {
  trees?: number;
  seed?: number;
  signal?: AbortSignal;
}

/**
 * Functional ANOVA of a random forest (Hutter, Hoos and Leyton-Brown 2014): how much of the variance of the target each
 * feature explains. As Optuna's FanovaImportanceEvaluator: 64 trees over draws with replacement, all features at each
 * split, leaves of one row, the mean over the trees of each feature's part of the tree's variance. It yields to the
 * event loop between trees. Throws CancelledError once the signal is aborted. The target is finite and not constant.
 */
export async function fanova(
  features: readonly Feature[],
  target: Float64Array,
  { trees = 64, seed = 20_140_621, signal }: FanovaOptions = {},
): Promise<Fanova> {
  const random = seededRandom(seed);
  const scaled = standardised(target);
  const sorted = sortedRows(features);
  const sums = new Float64Array(features.length);
  const [unseen, votes] = [new Float64Array(target.length), new Uint16Array(target.length)];
  let varying = 0;
  for (let i = 0; i < trees; i++) {
    await turn();
    checkCancelled(signal);
    const counts = draw(target.length, random);
    const tree = growTree(features, scaled, sorted, counts, random);
    for (let row = 0; row < target.length; row++) {
      if ((counts[row] ?? 0) > 0) continue;
      unseen[row] = (unseen[row] ?? 0) + predict(tree, features, row);
      votes[row] = (votes[row] ?? 0) + 1;
    }
    const { total, alone } = treeVariances(tree, features);
    if (total <= 0) continue;
    varying++;
    for (const [index, variance] of alone.entries()) sums[index] = (sums[index] ?? 0) + variance / total;
  }
  const all = sums.reduce((sum, one) => sum + one, 0);
  return {
    shares: all > 1e-12 ? sums.map((one) => one / all) : null,
    alone: varying === 0 ? 0 : Math.min(1, all / varying),
    r2: explained(scaled, unseen, votes),
  };
}

/** How often each row is drawn in a bootstrap sample. */
function draw(rows: number, random: Random): Uint16Array {
  const counts = new Uint16Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = random.integer(rows);
    counts[row] = (counts[row] ?? 0) + 1;
  }
  return counts;
}

/** Scales values to mean 0 and variance 1. They are divided by the largest first, so that no square overflows. */
function standardised(target: Float64Array): Float64Array {
  let largest = 0;
  for (const value of target) largest = Math.max(largest, Math.abs(value));
  const small = target.map((value) => value / (largest || 1));
  const mean = small.reduce((sum, value) => sum + value, 0) / small.length;
  const spread = Math.sqrt(small.reduce((sum, value) => sum + (value - mean) ** 2, 0) / small.length);
  return small.map((value) => (value - mean) / (spread || 1));
}

function explained(target: Float64Array, unseen: Float64Array, votes: Uint16Array): number | null {
  const rows = Array.from(votes.keys()).filter((row) => (votes[row] ?? 0) > 0);
  if (rows.length < 2) return null;
  const mean = rows.reduce((sum, row) => sum + (target[row] ?? 0), 0) / rows.length;
  let [error, spread] = [0, 0];
  for (const row of rows) {
    const value = target[row] ?? 0;
    error += (value - (unseen[row] ?? 0) / (votes[row] ?? 1)) ** 2;
    spread += (value - mean) ** 2;
  }
  return spread > 0 ? 1 - error / spread : null;
}

import { jensenShannon } from './jensenShannon.ts';
import { totalsOf } from './pairs.ts';
import { psi } from './psi.ts';

/** Bins of a column with the reference's counts, to judge later samples without the reference. Plain JSON. */
export type BaselineBins =
  | {
      kind: 'numeric';
      /** Inner edges, ascending: n edges part n + 1 bins, the outer ones open. A value on an edge lies above it. */
      edges: number[];
      counts: number[];
    }
  | { kind: 'categorical'; values: string[]; counts: number[] };

export interface BaselineVerdict {
  psi: number;
  js_distance_2: number;
  nReference: number;
  nCurrent: number;
}

/**
 * Bins with about equal counts of the weighted ascending values, by default ten; equal edges are merged. Null without
 * values.
 */
export function numericBaseline(values: ArrayLike<number>, weights: ArrayLike<number>, bins = 10): BaselineBins | null {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] ?? 0;
  if (total === 0) return null;
  const edges: number[] = [];
  let below = 0;
  let next = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    // An edge is the first value that has at least its share of the values below it.
    if (below > 0 && below * bins >= next * total * (1 - 1e-12) && edges.at(-1) !== value) {
      edges.push(value);
      next = Math.floor((below * bins) / total + 1e-9) + 1;
    }
    below += weights[i] ?? 0;
  }
  return { kind: 'numeric', edges, counts: countBetween(values, weights, edges) };
}

/** One bin a category. Null without values. */
export function categoricalBaseline(values: readonly string[], counts: readonly number[]): BaselineBins | null {
  return counts.some((count) => count > 0) ? { kind: 'categorical', values: [...values], counts: [...counts] } : null;
}

/**
 * Compares current values with a baseline of numbers. Values beyond all edges fall into the outer bins. Null without
 * current values or for another kind of bins.
 */
export function judgeNumbers(
  baseline: BaselineBins,
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
): BaselineVerdict | null {
  return baseline.kind === 'numeric' ? judge(baseline.counts, countBetween(values, weights, baseline.edges)) : null;
}

/**
 * Compares current categories with a baseline; those the baseline never had share one bin. Null without current values
 * or for another kind of bins.
 */
export function judgeCategories(
  baseline: BaselineBins,
  values: readonly string[],
  counts: readonly number[],
): BaselineVerdict | null {
  if (baseline.kind !== 'categorical') return null;
  const position = new Map(baseline.values.map((value, i) => [value, i]));
  const now = baseline.counts.map(() => 0);
  let unseen = 0;
  for (const [i, value] of values.entries()) {
    const at = position.get(value);
    if (at === undefined) unseen += counts[i] ?? 0;
    else now[at] = (now[at] ?? 0) + (counts[i] ?? 0);
  }
  return unseen > 0 ? judge([...baseline.counts, 0], [...now, unseen]) : judge(baseline.counts, now);
}

function judge(reference: number[], current: number[]): BaselineVerdict | null {
  const [stability, js] = [psi(reference, current), jensenShannon(reference, current)];
  return stability === null || js === null
    ? null
    : { psi: stability, js_distance_2: js.js_distance_2, ...totalsOf({ reference, current }) };
}

function countBetween(values: ArrayLike<number>, weights: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = Array.from({ length: edges.length + 1 }, () => 0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value >= (edges[middle] ?? Number.POSITIVE_INFINITY)) low = middle + 1;
      else high = middle;
    }
    counts[low] = (counts[low] ?? 0) + (weights[i] ?? 0);
  }
  return counts;
}

import { jensenShannon } from './jensenShannon.ts';
import { countInEdges, linspace } from './numpyBins.ts';
import { distinctOf, type NumberPair } from './pairs.ts';

/** Buckets [low, high] with counts; one of no width is a point mass. */
export interface Bucket {
  low: number;
  high: number;
  count: number;
}

/**
 * The STANDARD histogram of TFDV: ten buckets of equal width over the finite values of one side; a constant gets one
 * bucket without width. Empty without values.
 */
export function standardHistogram(values: Float64Array, weights: Float64Array, buckets = 10): Bucket[] {
  const seen = values.filter((_, i) => (weights[i] ?? 0) > 0);
  const [low, high] = [seen[0], seen.at(-1)];
  if (low === undefined || high === undefined) return [];
  if (low === high) return [{ low, high, count: weights.reduce((sum, weight) => sum + weight, 0) }];
  const edges = linspace(low, high, buckets);
  return Array.from(countInEdges(values, weights, edges), (count, i) => ({
    low: edges[i] ?? 0,
    high: edges[i + 1] ?? 0,
    count,
  }));
}

/** Values of a side that match no value of the other side, not even equal ones: NaN and both infinities. */
export interface Unmatched {
  reference: readonly number[];
  current: readonly number[];
}

/**
 * Jensen-Shannon divergence, base 2, of two histograms cut at the edges of both, the mass of a bucket being uniform in
 * it, as TFDV's `metrics.cc`. Null when a side is empty.
 */
export function histogramDivergence(
  reference: readonly Bucket[],
  current: readonly Bucket[],
  unmatched: Unmatched = { reference: [], current: [] },
): number | null {
  const edges = [...new Set([...reference, ...current].flatMap(({ low, high }) => [low, high]))].toSorted(
    (a, b) => a - b,
  );
  const [before, now] = [rebucket(reference, edges), rebucket(current, edges)];
  const [alone, others] = [unmatched.reference, unmatched.current];
  const counts = (own: number[], first: readonly number[], second: readonly number[]) => [...own, ...first, ...second];
  return (
    jensenShannon(
      counts(
        before,
        alone,
        others.map(() => 0),
      ),
      counts(
        now,
        alone.map(() => 0),
        others,
      ),
    )?.js_divergence_2 ?? null
  );
}

/** TFDV's divergence of the two standard histograms of a pair of finite values: `js_divergence_2`. */
export function tfdvDivergence(pair: NumberPair, unmatched?: Unmatched): number | null {
  if (
    distinctOf(pair.reference) + (unmatched?.reference.length ?? 0) === 0 ||
    distinctOf(pair.current) + (unmatched?.current.length ?? 0) === 0
  )
    return null;
  return histogramDivergence(
    standardHistogram(pair.values, pair.reference),
    standardHistogram(pair.values, pair.current),
    unmatched,
  );
}

/** Counts between the edges, then at each edge (the point masses). */
function rebucket(buckets: readonly Bucket[], edges: readonly number[]): number[] {
  const between = Array.from({ length: Math.max(0, edges.length - 1) }, () => 0);
  const points = edges.map(() => 0);
  for (const { low, high, count } of buckets) {
    if (low === high) {
      const at = edges.indexOf(low);
      points[at] = (points[at] ?? 0) + count;
      continue;
    }
    for (const [i, from] of edges.entries()) {
      const to = edges[i + 1] ?? from;
      if (to <= low || from >= high || to === from) continue;
      between[i] = (between[i] ?? 0) + (count * (Math.min(to, high) - Math.max(from, low))) / (high - low);
    }
  }
  return [...between, ...points];
}

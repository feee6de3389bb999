import { countInEdges, sturgesEdges, type NumpyType } from './numpyBins.ts';
import { distinctOf, type NumberPair } from './pairs.ts';

/** Counts of both sides over common bins. */
export interface BinnedPair {
  reference: ArrayLike<number>;
  current: ArrayLike<number>;
  /** Null where each distinct value is a bin of its own. */
  edges: Float64Array | null;
}

/**
 * Bins as evidently's get_binned_data makes them for PSI, Jensen-Shannon and Kullback-Leibler: with more than 20
 * distinct reference values Sturges over both sides together, else one bin a value. Its `n_bins = 30` has no effect
 * there.
 */
export function evidentlyBins(pair: NumberPair, type: NumpyType = {}): BinnedPair {
  if (distinctOf(pair.reference) <= 20) return { reference: pair.reference, current: pair.current, edges: null };
  const both = new Float64Array(pair.values.length);
  for (let i = 0; i < both.length; i++) both[i] = (pair.reference[i] ?? 0) + (pair.current[i] ?? 0);
  const edges = sturgesEdges(pair.values, both, type);
  return {
    reference: countInEdges(pair.values, pair.reference, edges),
    current: countInEdges(pair.values, pair.current, edges),
    edges,
  };
}

import { deviationOf, momentsOf } from './moments.ts';

/** The type of a column, as far as numpy's bins depend on it. */
export interface NumpyType {
  /** Whole numbers: bins are at least 1 wide (numpy ≥ 2). */
  integer?: boolean;
  /** 32-bit floats: edges are rounded to them. */
  single?: boolean;
}

/**
 * `numpy.histogram_bin_edges(values, "sturges")` of weighted ascending values: the width is range / (log2 n + 1), the
 * number of bins the range over it, rounded up. `weights` null counts every value once.
 */
export function sturgesEdges(
  values: ArrayLike<number>,
  weights: ArrayLike<number> | null,
  type: NumpyType = {},
): Float64Array {
  const n = weights ? total(weights) : values.length;
  const width = range(values) / (Math.log2(n) + 1);
  return edgesOfWidth(values, type.integer && width > 0 && width < 1 ? 1 : width, type);
}

/** `numpy.histogram_bin_edges(values, "doane")` of floats: Sturges with a term for the skewness (Doane 1976). */
export function doaneEdges(values: ArrayLike<number>, weights: ArrayLike<number>): Float64Array {
  const moments = momentsOf(values, weights);
  const { n, mean } = moments;
  const deviation = deviationOf(moments);
  if (n <= 2 || deviation === 0) return edgesOfWidth(values, 0, {});
  let skewness = 0;
  for (let i = 0; i < values.length; i++) skewness += (weights[i] ?? 0) * (((values[i] ?? 0) - mean) / deviation) ** 3;
  const spread = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  const width = range(values) / (1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness / n) / spread));
  return edgesOfWidth(values, width, {});
}

/** `numpy.linspace(first, last, bins + 1)`, bit for bit. */
export function linspace(first: number, last: number, bins: number, single = false): Float64Array {
  const round = single ? Math.fround : (x: number) => x;
  const step = round(round(last - first) / bins);
  const edges = new Float64Array(bins + 1);
  for (let i = 0; i < bins; i++)
    edges[i] = step === 0 ? round(round(i / bins) * round(last - first)) + first : round(round(i * step) + first);
  edges[bins] = last;
  return edges;
}

/**
 * `numpy.histogram(values, edges)` of weighted ascending values: bins are closed below and open above, the last closed;
 * values outside are not counted.
 */
export function countInEdges(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  edges: ArrayLike<number>,
): Float64Array {
  const bins = edges.length - 1;
  const counts = new Float64Array(bins);
  let bin = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value < (edges[0] ?? 0) || value > (edges[bins] ?? 0)) continue;
    while (bin < bins - 1 && value >= (edges[bin + 1] ?? 0)) bin++;
    counts[bin] = (counts[bin] ?? 0) + (weights[i] ?? 0);
  }
  return counts;
}

function edgesOfWidth(values: ArrayLike<number>, width: number, { single = false }: NumpyType): Float64Array {
  let [first, last] = [values[0] ?? 0, values[values.length - 1] ?? 1];
  if (first === last) [first, last] = [first - 0.5, last + 0.5];
  const bins = width > 0 ? Math.ceil((last - first) / width) : 1;
  return linspace(first, last, bins, single);
}

function range(values: ArrayLike<number>): number {
  return (values[values.length - 1] ?? 0) - (values[0] ?? 0);
}

function total(weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] ?? 0;
  return sum;
}

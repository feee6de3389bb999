/**
 * Counts of values in bins with the given edges (ascending, one longer than the bins). The outermost bins count
 * the values beyond. NaN is left out.
 */
export function countBins(values: ArrayLike<number>, edges: ArrayLike<number>): number[] {
  const bins = edges.length - 1;
  const counts = Array.from({ length: Math.max(0, bins) }, () => 0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value) || bins < 1) continue;
    let low = 0;
    let high = bins - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value >= (edges[middle + 1] ?? Number.POSITIVE_INFINITY)) low = middle + 1;
      else high = middle;
    }
    counts[low] = (counts[low] ?? 0) + 1;
  }
  return counts;
}

/**
 * Equal bins between the smallest and largest finite value; a constant gets one bin of width 1 around it. Empty without
 * values.
 */
export function equalEdges(values: ArrayLike<number>, bins: number): number[] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [];
  if (low === high) return [low - 0.5, high + 0.5];
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + ((high - low) * i) / bins));
}

/** Bins that hold about equal counts of the sorted values; equal edges are merged. */
export function quantileEdges(sorted: ArrayLike<number>, bins: number): number[] {
  if (sorted.length === 0) return [];
  const edges: number[] = [];
  for (let i = 0; i <= bins; i++) {
    const at = (i / bins) * (sorted.length - 1);
    const below = sorted[Math.floor(at)] ?? 0;
    const edge = below + ((sorted[Math.ceil(at)] ?? below) - below) * (at - Math.floor(at));
    if (edges.length === 0 || edge > (edges.at(-1) ?? 0)) edges.push(edge);
  }
  return edges.length === 1 ? [(edges[0] ?? 0) - 0.5, (edges[0] ?? 0) + 0.5] : edges;
}

/**
 * Counts of texts over the categories of both sides, in the order given then as they appear. Null values are left out.
 */
export function countCategories(
  values: readonly (string | null)[],
  known: readonly string[] = [],
): Map<string, number> {
  const counts = new Map<string, number>(known.map((value) => [value, 0]));
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

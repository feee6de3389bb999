/** The quantile of sorted values by linear interpolation (type 7: numpy's and R's default). NaN of nothing. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  return quantileOfRanks(sorted.length, q, (rank) => sorted[rank]);
}

/** The same from the values at the two ranks that it lies between; ranks are counted from 0. */
export function quantileOfRanks(count: number, q: number, valueAt: (rank: number) => number | undefined): number {
  if (count === 0) return Number.NaN;
  const [lower, upper] = quantileRanks(count, q);
  const below = valueAt(lower) ?? Number.NaN;
  const above = valueAt(upper) ?? below;
  const part = q * (count - 1) - lower;
  const distance = above - below;
  // The distance of two finite numbers can overflow.
  return Number.isFinite(distance) ? below + distance * part : below * (1 - part) + above * part;
}

/** The ranks that a quantile of so many values lies between. */
export function quantileRanks(count: number, q: number): [number, number] {
  const at = q * (count - 1);
  return [Math.floor(at), Math.ceil(at)];
}

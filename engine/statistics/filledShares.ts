/**
 * Shares of counts with no zero among them: an empty bin counts as the share 0.0001, or a millionth of the side's
 * smallest share when that is not above 0.0001 (evidently's zero fill; the sum is then above 1 and left so). Null when
 * all counts are 0.
 */
export function filledShares(counts: ArrayLike<number>, bins: number): Float64Array | null {
  const shares = new Float64Array(bins);
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] ?? 0;
  if (total === 0) return null;
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < bins; i++) {
    const share = (counts[i] ?? 0) / total;
    shares[i] = share;
    if (share > 0 && share < smallest) smallest = share;
  }
  const fill = smallest <= 0.0001 ? smallest / 1e6 : 0.0001;
  for (let i = 0; i < bins; i++) if (shares[i] === 0) shares[i] = fill;
  return shares;
}

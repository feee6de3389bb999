/** With fewer rows one of them is always a large part. */
const fewestRows = 20;
/** A mean of which one row makes up this share varies more than its rows show; squared errors vary more anyway. */
const large = { absolute: 0.18, squared: 0.25 };
/** Of few rows a share counts from as many times that of one row on. */
const times = { absolute: 5, squared: 10 };

/**
 * The share of the largest loss in the sum of all, where one row makes up so much of a mean that its interval may be too
 * narrow: the next rows may hold a larger one. Null for losses that are spread over the rows, and below 0.
 */
export function largestShare(
  losses: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  kind: 'absolute' | 'squared' = 'absolute',
): number | null {
  let [n, sum, most] = [0, 0, 0];
  for (let i = 0; i < losses.length; i++) {
    const loss = (losses[i] ?? Number.NaN) * (weights ? (weights[i] ?? 0) : 1);
    if (Number.isNaN(loss)) continue;
    if (loss < 0) return null;
    n++;
    sum += loss;
    if (loss > most) most = loss;
  }
  return n >= fewestRows && most > Math.max(large[kind], times[kind] / n) * sum ? most / sum : null;
}

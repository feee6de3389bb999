/** Shares of the quantiles in a profile. */
const shares = { q05: 0.05, q25: 0.25, median: 0.5, q75: 0.75, q95: 0.95 };
export const quantileShares = Object.keys(shares) as (keyof typeof shares)[];

/** Statistics of the finite values, from a sorted copy and sums whose lost digits are kept; null without a value. */
export function plainNumbers(values: Float64Array) {
  const sorted = values.filter(Number.isFinite).sort();
  const n = sorted.length;
  if (n === 0) return null;
  const quantile = (share: number) => {
    const at = share * (n - 1);
    const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
    const part = at - Math.floor(at);
    return Number.isFinite(high - low) ? low + (high - low) * part : low * (1 - part) + high * part;
  };
  const most = Math.max(Math.abs(sorted[0] ?? 0), Math.abs(sorted[n - 1] ?? 0)) || 1;
  // In units of a power of two near the largest value, so that no square overflows and no digit is lost.
  const unit = 2 ** Math.max(-1022, Math.floor(Math.log2(most)));
  const mean = sum(sorted, (value) => value / unit) / n;
  const rest = sum(sorted, (value) => value / unit - mean);
  const variance = n > 1 ? (sum(sorted, (value) => (value / unit - mean) ** 2) - rest ** 2 / n) / (n - 1) : 0;
  const count = (test: (value: number) => boolean) => sorted.reduce((found, value) => found + (test(value) ? 1 : 0), 0);
  return {
    finite: n,
    min: sorted[0] ?? 0,
    max: sorted[n - 1] ?? 0,
    q05: quantile(shares.q05),
    q25: quantile(shares.q25),
    median: quantile(shares.median),
    q75: quantile(shares.q75),
    q95: quantile(shares.q95),
    mean: mean * unit,
    std: Math.sqrt(variance) * unit,
    zeros: count((value) => value === 0),
    negative: count((value) => value < 0),
    infinite: values.reduce((found, value) => found + (Math.abs(value) === Number.POSITIVE_INFINITY ? 1 : 0), 0),
  };
}

/** Neumaier's sum. */
function sum(values: Float64Array, of: (value: number) => number): number {
  let [total, lost] = [0, 0];
  for (const value of values) {
    const next = of(value);
    const both = total + next;
    lost += Math.abs(total) >= Math.abs(next) ? total - both + next : next - both + total;
    total = both;
  }
  return total + lost;
}

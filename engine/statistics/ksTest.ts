export interface KsResult {
  /** Largest distance of the two empirical distribution functions. */
  statistic: number;
  /** Two-sided p-value by the limiting Kolmogorov distribution with n·m/(n+m) rows: `ks_asymptotic`. */
  pValue: number;
}

/** Two-sample Kolmogorov-Smirnov test of sorted samples; null when a side is empty. */
export function ksTest(a: ArrayLike<number>, b: ArrayLike<number>): KsResult | null {
  if (a.length === 0 || b.length === 0) return null;
  let i = 0;
  let j = 0;
  let statistic = 0;
  while (i < a.length && j < b.length) {
    const x = Math.min(a[i] ?? 0, b[j] ?? 0);
    while (i < a.length && a[i] === x) i++;
    while (j < b.length && b[j] === x) j++;
    statistic = Math.max(statistic, Math.abs(i / a.length - j / b.length));
  }
  return { statistic, pValue: kolmogorovTail(statistic * Math.sqrt((a.length * b.length) / (a.length + b.length))) };
}

/** P(K > x) of the Kolmogorov distribution, scipy's `special.kolmogorov`; the two series of Marsaglia, Tsang and Wang (2003). */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  if (x < 1) {
    let sum = 0;
    for (let k = 1; k <= 20; k++) sum += Math.exp((-((2 * k - 1) ** 2) * Math.PI ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  let sum = 0;
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, 2 * sum));
}

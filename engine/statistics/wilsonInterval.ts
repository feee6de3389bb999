import { normalQuantile } from './normalQuantile.ts';

/**
 * The score interval of a share after `successes` of `n` draws (Wilson 1927, as statsmodels' `proportion_confint` with
 * `wilson`). Its mean coverage is the confidence, where an exact interval covers more. Without draws it is [0, 1].
 */
export function wilsonInterval(successes: number, n: number, confidence = 0.95): { low: number; high: number } {
  if (n === 0) return { low: 0, high: 1 };
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / n;
  const scale = 1 + (z * z) / n;
  const middle = (share + (z * z) / (2 * n)) / scale;
  const half = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / scale;
  return { low: successes <= 0 ? 0 : middle - half, high: successes >= n ? 1 : middle + half };
}

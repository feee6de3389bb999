import { normalTail } from './normal.ts';

export interface ProportionsResult {
  /** (p_reference − p_current) over its pooled standard error. */
  z: number;
  /** p_current − p_reference, the effect. */
  difference: number;
  pValue: number;
}

/**
 * Two-sided z test of two proportions with pooled variance, success being any category but the first: `z_proportions`,
 * as evidently's z. Two constant sides of the same value give p 1. NaN where all values are the same kind otherwise;
 * null when a side is empty.
 */
export function proportionsTest(reference: ArrayLike<number>, current: ArrayLike<number>): ProportionsResult | null {
  let [n, m, failures, currentFailures] = [0, 0, 0, 0];
  let first = true;
  for (let i = 0; i < Math.max(reference.length, current.length); i++) {
    const [r, c] = [reference[i] ?? 0, current[i] ?? 0];
    if (r + c === 0) continue;
    if (first) [failures, currentFailures] = [r, c];
    first = false;
    n += r;
    m += c;
  }
  if (n === 0 || m === 0) return null;
  const [p, q] = [(n - failures) / n, (m - currentFailures) / m];
  if (failures === n && currentFailures === m) return { z: 0, difference: 0, pValue: 1 };
  const pooled = (n - failures + m - currentFailures) / (n + m);
  const z = (p - q) / Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  return { z, difference: q - p, pValue: 2 * normalTail(Math.abs(z)) };
}

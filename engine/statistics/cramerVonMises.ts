import { logGamma } from './gammaTail.ts';
import { totalsOf, type NumberPair } from './pairs.ts';

export interface CramerVonMisesResult {
  /** T of Anderson (1962). */
  statistic: number;
  pValue: number;
  /**
   * `exact` counts orders of up to 20 values a side, `asymptotic` is the limiting distribution of the normalised
   * statistic.
   */
  method: 'exact' | 'asymptotic';
}

/**
 * Two-sample Cramér-von Mises test with midranks for ties, as scipy's `cramervonmises_2samp`: `cramer_von_mises`. Null
 * with fewer than two values on a side.
 */
export function cramerVonMises(pair: NumberPair): CramerVonMisesResult | null {
  const { nReference: n, nCurrent: m } = totalsOf(pair);
  if (n < 2 || m < 2) return null;
  const u = n * squaredRanks(pair, pair.reference) + m * squaredRanks(pair, pair.current);
  const [k, all] = [n * m, n + m];
  const statistic = u / (k * all) - (4 * k - 1) / (6 * all);
  if (Math.max(n, m) <= 20 && Number.isInteger(n) && Number.isInteger(m))
    return { statistic, pValue: exactTail(u, n, m), method: 'exact' };
  const mean = (1 + 1 / all) / 6;
  const variance = ((all + 1) * (4 * k * all - 3 * (n * n + m * m) - 2 * k)) / (45 * all * all * 4 * k);
  const normalised = 1 / 6 + (statistic - mean) / Math.sqrt(45 * variance);
  return {
    statistic,
    pValue: normalised < 0.003 ? 1 : Math.max(0, 1 - limitingDistribution(normalised)),
    method: 'asymptotic',
  };
}

/**
 * Σ (midrank in the pool − rank in the own side)² over the values of a side, ties in the side ranked one after the
 * other.
 */
function squaredRanks(pair: NumberPair, side: Float64Array): number {
  let [pooled, own, sum] = [0, 0, 0];
  for (let i = 0; i < pair.values.length; i++) {
    const count = side[i] ?? 0;
    const tied = (pair.reference[i] ?? 0) + (pair.current[i] ?? 0);
    // Σ over t = 1 … count of (distance − t)², distance being the midrank less the values of the side before.
    const distance = pooled + (tied + 1) / 2 - own;
    const centred = distance - (count + 1) / 2;
    sum += count * centred * centred + (count * (count * count - 1)) / 12;
    pooled += tied;
    own += count;
  }
  return sum;
}

/**
 * P(U ≥ u) over all orders of n and m values without ties: the frequency table of Xiao, Gordon and Yakovlev (2006,
 * algorithm 1).
 */
function exactTail(u: number, n: number, m: number): number {
  const lcm = (n * m) / greatestDivisor(n, m);
  const [a, b] = [lcm / n, lcm / m];
  const k = n * m;
  const zeta = Math.floor((lcm * lcm * (n + m) * (6 * u - k * (4 * k - 1))) / (6 * k * k));
  let tables: Map<number, number>[] = Array.from({ length: n + 1 }, (_, v) => new Map(v === 0 ? [[0, 1]] : []));
  for (let y = 0; y <= m; y++) {
    const next: Map<number, number>[] = [];
    let last = new Map<number, number>();
    for (const [x, table] of tables.entries()) {
      const shift = (a * x - b * y) ** 2;
      const merged = new Map<number, number>();
      for (const source of [last, table])
        for (const [value, count] of source) merged.set(value + shift, (merged.get(value + shift) ?? 0) + count);
      next.push(merged);
      last = merged;
    }
    tables = next;
  }
  let [above, total] = [0, 0];
  for (const [value, count] of tables[n] ?? []) {
    total += count;
    if (value >= zeta) above += count;
  }
  return above / total;
}

/**
 * The distribution function of the one-sample statistic in the limit (Csörgő and Faraway 1996, equation 1.2), terms
 * down to 1e-7 as scipy.
 */
function limitingDistribution(x: number): number {
  let sum = 0;
  for (let k = 0; k < 1000; k++) {
    const order = 4 * k + 1;
    const q = (order * order) / (16 * x);
    const term =
      (Math.exp(logGamma(k + 0.5) - logGamma(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x))) *
      Math.sqrt(order) *
      scaledBessel(q) *
      Math.exp(-2 * q);
    sum += term;
    if (Math.abs(term) < 1e-7) break;
  }
  return sum;
}

/**
 * e^x·K_¼(x) by the trapezoidal rule on ∫₀^∞ exp(−x·(cosh t − 1))·cosh(t/4) dt, whose error falls exponentially with
 * the step.
 */
function scaledBessel(x: number): number {
  const step = 1 / 64;
  let sum = 0.5;
  for (let i = 1; i < 10_000; i++) {
    const t = i * step;
    const term = Math.exp(-2 * x * Math.sinh(t / 2) ** 2) * Math.cosh(t / 4);
    sum += term;
    if (term < 1e-18 * sum) break;
  }
  return sum * step;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

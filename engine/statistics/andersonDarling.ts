import { totalsOf, type NumberPair } from './pairs.ts';

export interface AndersonDarlingResult {
  /** A² of Scholz and Stephens (1987, equation 7, midranks), less its mean and over its standard deviation. */
  statistic: number;
  /** Between 0.001 and 0.25: interpolated in their table 2, clipped at its ends. */
  pValue: number;
}

const levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
const table = [
  [0.675, -0.245, -0.105],
  [1.281, 0.25, -0.305],
  [1.645, 0.678, -0.362],
  [1.96, 1.149, -0.391],
  [2.326, 1.822, -0.396],
  [2.573, 2.364, -0.345],
  [3.085, 3.615, -0.154],
];

/**
 * Two-sample Anderson-Darling test, as scipy's `anderson_ksamp`: `anderson_darling`. Null when a side is empty, there
 * is one distinct value, or fewer than four values in all.
 */
export function andersonDarling(pair: NumberPair): AndersonDarlingResult | null {
  const { nReference: n, nCurrent: m } = totalsOf(pair);
  const all = n + m;
  if (n === 0 || m === 0 || all < 4 || pair.values.length < 2) return null;
  let a2 = 0;
  for (const [side, size] of [
    [pair.reference, n],
    [pair.current, m],
  ] as const) {
    let [before, own, sum] = [0, 0, 0];
    for (let i = 0; i < pair.values.length; i++) {
      const tied = (pair.reference[i] ?? 0) + (pair.current[i] ?? 0);
      const count = side[i] ?? 0;
      const [b, mid] = [before + tied / 2, own + count / 2];
      sum += ((tied / all) * (all * mid - b * size) ** 2) / (b * (all - b) - (all * tied) / 4);
      before += tied;
      own += count;
    }
    a2 += sum / size;
  }
  a2 *= (all - 1) / all;
  const statistic = (a2 - 1) / Math.sqrt(variance(n, m));
  return { statistic, pValue: interpolate(statistic) };
}

/** The variance of A² for k = 2 samples (Scholz and Stephens 1987, equation 4). */
function variance(n: number, m: number): number {
  const all = Math.round(n + m);
  let [harmonic, g] = [0, 0];
  for (let i = all - 1; i > 1; i--) {
    harmonic += 1 / i;
    g += harmonic / (all - i + 1);
  }
  const h = harmonic + 1;
  const big = 1 / n + 1 / m;
  const a = 4 * g - 6 + (10 - 6 * g) * big;
  const b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * big - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * big + 4 * h;
  const d = (2 * h + 6) * 4 - 8 * h;
  return (a * all ** 3 + b * all ** 2 + c * all + d) / ((all - 1) * (all - 2) * (all - 3));
}

/** exp of the parabola of least squares through (critical value, ln level), clipped at the ends of the table. */
function interpolate(statistic: number): number {
  const critical = table.map(([b0 = 0, b1 = 0, b2 = 0]) => b0 + b1 + b2);
  if (statistic < Math.min(...critical)) return 0.25;
  if (statistic > Math.max(...critical)) return 0.001;
  const [c0, c1, c2] = parabola(critical, levels.map(Math.log));
  return Math.exp(c0 + c1 * statistic + c2 * statistic * statistic);
}

/** Coefficients of the least-squares parabola, by the normal equations and Cramer's rule. */
function parabola(x: readonly number[], y: readonly number[]): [number, number, number] {
  const power = (k: number) => x.reduce((sum, v) => sum + v ** k, 0);
  const moment = (k: number) => x.reduce((sum, v, i) => sum + v ** k * (y[i] ?? 0), 0);
  const [s0, s1, s2, s3, s4] = [x.length, power(1), power(2), power(3), power(4)] as const;
  const [t0, t1, t2] = [moment(0), moment(1), moment(2)] as const;
  const determinant = (
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    f: number,
    g: number,
    h: number,
    i: number,
  ) => a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const whole = determinant(s0, s1, s2, s1, s2, s3, s2, s3, s4);
  return [
    determinant(t0, s1, s2, t1, s2, s3, t2, s3, s4) / whole,
    determinant(s0, t0, s2, s1, t1, s3, s2, t2, s4) / whole,
    determinant(s0, s1, t0, s1, s2, t1, s2, s3, t2) / whole,
  ];
}

export interface ChiSquareResult {
  statistic: number;
  degreesOfFreedom: number;
  pValue: number;
}

/** Chi-square test that two count vectors come from one distribution: scipy's `chi2_contingency` of the 2 × k table without Yates' correction. Columns that are zero on both sides do not count. Null when a side is empty or fewer than two columns remain. */
export function chiSquareTest(a: ArrayLike<number>, b: ArrayLike<number>): ChiSquareResult | null {
  const columns: [number, number][] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) if ((a[i] ?? 0) + (b[i] ?? 0) > 0) columns.push([a[i] ?? 0, b[i] ?? 0]);
  const totalA = columns.reduce((sum, [x]) => sum + x, 0);
  const totalB = columns.reduce((sum, [, y]) => sum + y, 0);
  if (totalA === 0 || totalB === 0 || columns.length < 2) return null;
  let statistic = 0;
  for (const [x, y] of columns) {
    const expectedA = ((x + y) * totalA) / (totalA + totalB);
    const expectedB = ((x + y) * totalB) / (totalA + totalB);
    statistic += (x - expectedA) ** 2 / expectedA + (y - expectedB) ** 2 / expectedB;
  }
  const degreesOfFreedom = columns.length - 1;
  return { statistic, degreesOfFreedom, pValue: chiSquareTail(statistic, degreesOfFreedom) };
}

/** P(X > x) of the chi-square distribution: the regularised upper incomplete gamma function Q(df/2, x/2); scipy's `chi2.sf`. */
export function chiSquareTail(x: number, degreesOfFreedom: number): number {
  return x <= 0 ? 1 : upperGamma(degreesOfFreedom / 2, x / 2);
}

/** Q(a, x) by its power series below a + 1 and by Lentz's continued fraction above (DLMF 8.11.4 and 8.9.2). */
function upperGamma(a: number, x: number): number {
  const scale = Math.exp(-x + a * Math.log(x) - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 10_000 && Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return Math.max(0, 1 - sum * scale);
  }
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 10_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b || tiny);
    c = b + an / c || tiny;
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return Math.min(1, scale * h);
}

const lanczos = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];

/** ln Γ(a) for a > 0, Lanczos approximation (g = 7, n = 9). */
function logGamma(a: number): number {
  if (a < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * a)) - logGamma(1 - a);
  const z = a - 1;
  let sum = lanczos[0] ?? 0;
  for (let i = 1; i < lanczos.length; i++) sum += (lanczos[i] ?? 0) / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

import { logGamma } from './gammaTail.ts';

/**
 * The regularised incomplete beta function I_x(a, b) for a, b > 0 and x in [0, 1]: Lentz's continued fraction (Press et
 * al., Numerical Recipes, 6.4).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** P(|T| ≥ |t|) of Student's t with `df` degrees of freedom, df > 0 and not necessarily whole. */
export function studentTwoSided(t: number, df: number): number {
  if (Number.isNaN(t) || Number.isNaN(df)) return Number.NaN;
  return Math.abs(t) === Number.POSITIVE_INFINITY ? 0 : incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

function logBeta(a: number, b: number): number {
  // Far out the difference of two large logarithms of Γ loses digits: Γ(a + b) / Γ(a) by Stirling's series instead (b
  // is 1/2 there).
  const [large, small] = [Math.max(a, b), Math.min(a, b)];
  if (large < 1e5) return logGamma(a) + logGamma(b) - logGamma(a + b);
  const ratio = (large - 0.5) * Math.log1p(small / large) + small * Math.log(large + small) - small;
  return logGamma(small) - ratio - (1 / (large + small) - 1 / large) / 12;
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let value = d;
  for (let m = 1; m < 100_000; m++) {
    for (const step of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / (1 + step * d || tiny);
      c = 1 + step / c || tiny;
      value *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return value;
}

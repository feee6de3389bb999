import { studentTwoSided } from './betaTail.ts';
import { normalQuantile } from './normalQuantile.ts';

/**
 * The interval of a mean from its standard error, by Student's t with `df` degrees of freedom; without degrees of
 * freedom it is everything.
 */
export function studentInterval(
  mean: number,
  error: number,
  df: number,
  confidence = 0.95,
): { low: number; high: number } {
  if (!(df > 0) || !Number.isFinite(error)) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const half = studentQuantile(df, confidence) * error;
  return { low: mean - half, high: mean + half };
}

/** The t with P(|T| ≤ t) = `confidence`. */
function studentQuantile(df: number, confidence: number): number {
  const z = normalQuantile((1 + confidence) / 2);
  // Cornish and Fisher's terms are exact to 1e-9 here.
  if (df > 5000) return z + (z ** 3 + z) / (4 * df) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * df * df);
  let [low, high] = [0, 1];
  while (studentTwoSided(high, df) > 1 - confidence) high *= 2;
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, df) > 1 - confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

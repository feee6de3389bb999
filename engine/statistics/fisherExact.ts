import { logGamma } from './gammaTail.ts';

export interface FisherResult {
  /** The sample odds ratio ad / bc; NaN or Infinity where a margin is empty. */
  oddsRatio: number;
  /** Two-sided: the sum of all tables with the same margins that are no likelier. */
  pValue: number;
}

/**
 * Fisher's exact test of the table [[a, b], [c, d]], as scipy's `fisher_exact`: `fisher_exact`. A table with an empty
 * row or column has p 1.
 */
export function fisherExact(a: number, b: number, c: number, d: number): FisherResult {
  const oddsRatio = (a * d) / (b * c);
  const [row, column, all] = [a + b, a + c, a + b + c + d];
  if (row === 0 || column === 0 || row === all || column === all) return { oddsRatio: Number.NaN, pValue: 1 };
  const [low, high] = [Math.max(0, row + column - all), Math.min(row, column)];
  const logShare = (k: number) => logChoose(column, k) + logChoose(all - column, row - k);
  // Ratios to the observed table, so that no large logarithms cancel; scipy's tolerance for equal likelihood is
  // 1e-14 relative, rounding here needs more.
  const found = logShare(a);
  let [extreme, total] = [0, 0];
  for (let k = low; k <= high; k++) {
    const ratio = logShare(k) - found;
    total += Math.exp(Math.min(700, ratio));
    if (ratio <= 1e-9 * Math.max(1, Math.abs(found) / 1e3)) extreme += Math.exp(ratio);
  }
  return { oddsRatio, pValue: Math.min(1, extreme / total) };
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

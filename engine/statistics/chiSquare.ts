import { gammaTail } from './gammaTail.ts';

export interface ChiSquareResult {
  statistic: number;
  df: number;
  pValue: number;
}

/**
 * Goodness of fit of current counts to the shares of the reference (scipy's chisquare with f_exp = reference ·
 * n_current / n_reference, df = k − 1), as evidently tests categories. A category unseen in the reference but seen now
 * gives an infinite statistic and p 0; one with no count on either side is left out. Null when a side is empty or fewer
 * than two categories are left.
 */
export function chiSquareFit(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquareResult | null {
  const cells = paired(reference, current);
  const [nReference, nCurrent] = totals(cells);
  if (nReference === 0 || nCurrent === 0 || cells.length < 2) return null;
  const statistic = cells.reduce((sum, [r, c]) => {
    const expected = (r * nCurrent) / nReference;
    return sum + (expected === 0 ? Number.POSITIVE_INFINITY : (c - expected) ** 2 / expected);
  }, 0);
  return result(statistic, cells.length - 1);
}

/**
 * Independence in the 2 × k table of the two count vectors, as scipy's chi2_contingency (NannyML's choice): df = k − 1,
 * with Yates' correction only for k = 2. Categories with no count on either side are left out. Null when a side is
 * empty or fewer than two categories are left.
 */
export function chiSquareContingency(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquareResult | null {
  const cells = paired(reference, current);
  const [nReference, nCurrent] = totals(cells);
  if (nReference === 0 || nCurrent === 0 || cells.length < 2) return null;
  const n = nReference + nCurrent;
  const df = cells.length - 1;
  let statistic = 0;
  for (const [r, c] of cells) {
    for (const [found, side] of [
      [r, nReference],
      [c, nCurrent],
    ] as const) {
      const expected = ((r + c) * side) / n;
      const distance = Math.abs(found - expected);
      statistic += (df === 1 ? distance - Math.min(0.5, distance) : distance) ** 2 / expected;
    }
  }
  return result(statistic, df);
}

function result(statistic: number, df: number): ChiSquareResult {
  return { statistic, df, pValue: statistic === Number.POSITIVE_INFINITY ? 0 : gammaTail(df / 2, statistic / 2) };
}

function paired(reference: ArrayLike<number>, current: ArrayLike<number>): [number, number][] {
  return Array.from({ length: Math.max(reference.length, current.length) }, (_, i): [number, number] => [
    reference[i] ?? 0,
    current[i] ?? 0,
  ]).filter(([r, c]) => r + c > 0);
}

function totals(cells: readonly [number, number][]): [number, number] {
  return cells.reduce<[number, number]>(([a, b], [r, c]) => [a + r, b + c], [0, 0]);
}

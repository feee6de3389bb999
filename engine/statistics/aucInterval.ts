import { normalQuantile } from './normalQuantile.ts';

/**
 * The interval of an area under the ROC curve of some positives and negatives (Newcombe 2006, method 5): the areas from
 * which the measured one is within the quantile of its standard error, with the variance of Hanley and McNeil 1982. It
 * does not vanish at 1, where DeLong's variance is 0.
 */
export function aucInterval(
  area: number,
  [positives, negatives]: readonly [number, number],
  confidence: number,
): { low: number; high: number } {
  const z = normalQuantile((1 + confidence) / 2);
  const half = (positives + negatives) / 2 - 1;
  const isWithin = (other: number) => {
    const spread = 1 + (half * (1 - other)) / (2 - other) + (half * other) / (1 + other);
    return (area - other) ** 2 <= (z * z * other * (1 - other) * spread) / (positives * negatives);
  };
  return { low: area <= 0 ? 0 : border(0, area, isWithin), high: area >= 1 ? 1 : border(1, area, isWithin) };
}

/** Where a condition begins to hold between a value that does not meet it and one that does. */
function border(outside: number, inside: number, holds: (value: number) => boolean): number {
  while (Math.abs(inside - outside) > 1e-12) {
    const middle = (outside + inside) / 2;
    if (holds(middle)) inside = middle;
    else outside = middle;
  }
  return inside;
}

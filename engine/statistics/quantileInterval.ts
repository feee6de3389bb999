import { binomialAtMost } from './binomialInterval.ts';

/**
 * The interval of the q-quantile from order statistics, whatever the distribution (David & Nagaraja, Order Statistics,
 * 7.1). A side is null where no value of the sample is sure enough to be beyond the quantile: of 20 values, none is
 * above the 0.95 quantile with probability 0.975.
 */
export function quantileInterval(
  sorted: ArrayLike<number>,
  q: number,
  confidence = 0.95,
): { low: number | null; high: number | null } {
  const { low, high } = quantileRanks(sorted.length, q, confidence);
  return { low: sorted[low - 1] ?? null, high: sorted[high - 1] ?? null };
}

/** The ranks, from 1 on, of the values of `quantileInterval` among `n`; 0 or n + 1 where there is none. */
export function quantileRanks(n: number, q: number, confidence: number): { low: number; high: number } {
  const tail = (1 - confidence) / 2;
  return {
    // The value of rank r is above the quantile when fewer than r values are below it.
    low: lastRank(n, (rank) => binomialAtMost(rank - 1, n, q) <= tail),
    high: n + 1 - lastRank(n, (rank) => binomialAtMost(rank - 1, n, 1 - q) <= tail),
  };
}

/** The largest rank of 1 to n for which a condition that holds from 1 on still holds; 0 for none. */
function lastRank(n: number, holds: (rank: number) => boolean): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

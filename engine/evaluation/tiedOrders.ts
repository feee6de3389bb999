import type { RankedQuery } from './rankedQuery.ts';

/*
 * Measures of a ranking where rows have the same score: the mean over all orders of the tied rows (McSherry and Najork
 * 2008). Only rows up to rank `k` count. A query without a relevant row gives 0.
 */

const discounts: number[] = [0];

/** Sum of 1 / log2(rank + 1) over the first ranks. */
function discountsUpTo(rank: number): number {
  while (discounts.length <= rank) {
    const last = discounts.length - 1;
    discounts.push((discounts[last] ?? 0) + 1 / Math.log2(discounts.length + 1));
  }
  return discounts[rank] ?? 0;
}

/** Normalised discounted cumulative gain, as scikit-learn's `ndcg_score`. */
export function ndcgOf({ tied, ideal }: RankedQuery, k = Number.POSITIVE_INFINITY): number {
  let gained = 0;
  for (const { before, rows, gain } of tied) {
    if (before >= k) break;
    gained += (gain / rows) * (discountsUpTo(Math.min(k, before + rows)) - discountsUpTo(before));
  }
  let best = 0;
  for (let i = 0; i < Math.min(k, ideal.length); i++) best += (ideal[i] ?? 0) / Math.log2(i + 2);
  return best === 0 ? 0 : gained / best;
}

/** Average precision over all relevant rows, as `map` and `map_cut` of trec_eval. */
export function averagePrecisionOf({ tied, relevant: all }: RankedQuery, k = Number.POSITIVE_INFINITY): number {
  let sum = 0;
  for (const { before, relevantBefore, rows, relevant } of tied) {
    if (before >= k) break;
    if (relevant === 0) continue;
    const others = rows > 1 ? (relevant - 1) / (rows - 1) : 0;
    for (let i = 1; i <= rows && before + i <= k; i++)
      sum += ((relevant / rows) * (relevantBefore + 1 + (i - 1) * others)) / (before + i);
  }
  return all === 0 ? 0 : sum / all;
}

/** 1 / the rank of the first relevant row, as `recip_rank` of trec_eval. */
export function reciprocalRankOf({ tied }: RankedQuery, k = Number.POSITIVE_INFINITY): number {
  const first = tied.find(({ relevant }) => relevant > 0);
  if (!first) return 0;
  let [sum, none] = [0, 1];
  for (let i = 1; i <= first.rows - first.relevant + 1 && first.before + i <= k; i++) {
    const left = first.rows - i + 1;
    sum += (none * (first.relevant / left)) / (first.before + i);
    none *= 1 - first.relevant / left;
  }
  return sum;
}

/** The expected number of relevant rows among the first `k`. */
export function relevantAmong({ tied }: RankedQuery, k: number): number {
  let found = 0;
  for (const { before, rows, relevant } of tied) {
    if (before >= k) break;
    found += relevant * Math.min(1, (k - before) / rows);
  }
  return found;
}

/** The probability that a relevant row is among the first `k`. */
export function hitAmong({ tied }: RankedQuery, k: number): number {
  const first = tied.find(({ relevant }) => relevant > 0);
  if (!first || first.before >= k) return 0;
  let none = 1;
  for (let i = 0; i < Math.min(first.rows, k - first.before); i++)
    none *= Math.max(0, first.rows - first.relevant - i) / (first.rows - i);
  return 1 - none;
}

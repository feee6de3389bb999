import { binomialInterval } from '../../statistics/binomialInterval.ts';
import type { Interval } from '../intervals.ts';
import { differenceInterval, ratioInterval, type Limits } from '../recoveredInterval.ts';
import { rowsBehind, type GroupRates, type Rate } from './groupRates.ts';
import type { FairnessMeasure } from './measure.ts';

/**
 * The interval of a fairness measure; null with fewer than two groups.
 *
 * The largest difference of some groups is never negative, so its resamples are all above the 0 of equal groups. Each
 * pair of groups has an interval of its signed difference instead. The lower end of the measure is the largest lower
 * end of a pair, corrected for the number of pairs (Bonferroni), and 0 where each of these intervals contains 0. The
 * upper end is the largest upper end of a pair. So is the ratio, whose best value is 1.
 */
export function fairnessInterval(
  { rates, compares }: Pick<FairnessMeasure, 'rates' | 'compares'>,
  groups: readonly GroupRates[],
  confidence: number,
): Interval | null {
  if (groups.length < 2) return null;
  const pairs = (rates.length * groups.length * (groups.length - 1)) / 2;
  const [single, simultaneous] = [confidence, 1 - (1 - confidence) / pairs].map((level) =>
    rates.flatMap((rate) => pairsOf(groups.map((group) => limitsOf(group, rate, level)))),
  );
  if (!single || !simultaneous) return null;
  const [wide, sure] =
    compares === 'difference'
      ? [single.map(largestDifference), simultaneous.map(largestDifference)]
      : [single.map(smallestRatio), simultaneous.map(smallestRatio)];
  return compares === 'difference'
    ? { low: Math.max(...sure.map(({ low }) => low)), high: Math.min(1, Math.max(...wide.map(({ high }) => high))) }
    : { low: Math.min(...wide.map(({ low }) => low)), high: Math.min(...sure.map(({ high }) => high)) };
}

function limitsOf(group: GroupRates, rate: Rate, confidence: number): Limits {
  const n = rowsBehind(group, rate);
  return { value: group[rate], ...binomialInterval(group[rate] * n, n, confidence) };
}

function pairsOf(all: readonly Limits[]): [Limits, Limits][] {
  return all.flatMap((a, i) => all.slice(i + 1).map((b): [Limits, Limits] => [a, b]));
}

/** The interval of |a − b|: it reaches 0 where that of a − b contains 0. */
function largestDifference([a, b]: [Limits, Limits]): Interval {
  const { low, high } = differenceInterval(a, b);
  return { low: Math.max(0, low, -high), high: Math.max(-low, high) };
}

/** The interval of the smaller over the larger of two rates: it reaches 1 where that of a / b contains 1. */
function smallestRatio([a, b]: [Limits, Limits]): Interval {
  const [forth, back] = [ratioInterval(a, b), ratioInterval(b, a)];
  const high = forth.high < 1 ? forth.high : back.high < 1 ? back.high : 1;
  return { low: Math.min(1, forth.low, back.low), high };
}

import { fewestRows } from '../fewestRows.ts';
import type { Interval } from '../intervals.ts';
import { differenceInterval, ratioInterval, type Limits } from '../recoveredInterval.ts';
import type { FairnessMeasure } from './fairnessMeasures.ts';
import type { GroupRate, GroupTable } from './groupTable.ts';
import { isShare, type Rate } from './rates.ts';

/** One rate of one class, whose groups are compared. */
export interface Comparison {
  rate: Rate;
  /** Number of the class; 0 unless there are several. */
  ofClass: number;
  /** The largest difference, or the smallest ratio. */
  value: number;
  /** The groups that differ most; `high` is null where a group is compared with all rows. */
  low: number;
  high: number | null;
  /** Groups with at least 10 rows behind the rate. */
  enough: number;
}

/** The numbers that a measure compares: the groups of each of its rates and classes, by their places in the table. */
export interface Compared {
  comparisons: Comparison[];
  /** The comparison that counts. */
  worst: Comparison;
  /** Groups with enough rows, of the rate with the fewest; fewer than two give no verdict. */
  enough: number;
}

/**
 * Compares the groups by a measure. A group with fewer than 10 rows behind a rate is not compared, and of several
 * classes one with fewer than two larger groups is left out. With no such class all groups are compared, as fairlearn
 * does, and `enough` says that this gives no verdict. Takes a table with at least one group.
 */
export function compareGroups(measure: FairnessMeasure, table: GroupTable, fewest = fewestRows): Compared {
  const byRate = measure.rates.map((rate) => {
    const all = classesOf(rate, table).map((ofClass) => {
      const large = groupsWithRows(table, rate, ofClass, fewest);
      const used = large.length < 2 ? table.groups.map((_, group) => group) : large;
      return { ...compareRate(measure, table, { rate, ofClass, groups: used }), enough: large.length };
    });
    const known = all.filter(({ enough }) => enough >= 2);
    return known.length > 0 ? known : all;
  });
  const comparisons = byRate.flat();
  const sign = measure.compares === 'difference' ? 1 : -1;
  const worst = comparisons.reduce((a, b) => (sign * b.value > sign * a.value ? b : a));
  const enough = Math.min(...byRate.map((rates) => rates.reduce((most, one) => Math.max(most, one.enough), 0)));
  return { comparisons, worst, enough };
}

function classesOf(rate: Rate, { classes }: GroupTable): number[] {
  return isShare(rate) ? Array.from({ length: classes }, (_, c) => c) : [0];
}

function groupsWithRows(table: GroupTable, rate: Rate, ofClass: number, fewest = fewestRows): number[] {
  return table.groups.flatMap((_, group) => (table.rate(rate, group, ofClass).behind >= fewest ? [group] : []));
}

interface RateGroups {
  rate: Rate;
  ofClass: number;
  groups: readonly number[];
}

function compareRate(
  { compares, method }: FairnessMeasure,
  table: GroupTable,
  { rate, ofClass, groups }: RateGroups,
): Omit<Comparison, 'enough'> {
  const values = groups.map((group) => ({ group, value: table.rate(rate, group, ofClass).value }));
  const smallest = values.reduce((a, b) => (b.value < a.value ? b : a));
  const largest = values.reduce((a, b) => (b.value > a.value ? b : a));
  const found = { rate, ofClass };
  if (method === 'between_groups') {
    const value = compares === 'difference' ? largest.value - smallest.value : ratio(smallest.value, largest.value);
    return { ...found, value, low: smallest.group, high: largest.group };
  }
  const overall = table.rate(rate, -1, ofClass).value;
  const distances = values.map(({ group, value }) => ({
    group,
    value: compares === 'difference' ? Math.abs(value - overall) : folded(value, overall),
  }));
  const sign = compares === 'difference' ? 1 : -1;
  const worst = distances.reduce((a, b) => (sign * b.value > sign * a.value ? b : a));
  return { ...found, value: worst.value, low: worst.group, high: null };
}

/** A ratio of two numbers that are not negative; 1 where both are 0, and so are all others. */
function ratio(smaller: number, larger: number): number {
  return larger === 0 ? 1 : smaller / larger;
}

/** The ratio to all rows, the other way round where it is above 1. */
function folded(value: number, overall: number): number {
  return value === 0 && overall === 0 ? 1 : Math.min(value / overall, overall / value);
}

/**
 * The interval of what a measure compares; null with fewer than two groups.
 *
 * The largest difference of some groups is never negative, so its resamples are all above the 0 of equal groups:
 * percentiles of them never cover it. Each pair of groups (or each group and the rows of the others) has an interval of
 * its signed difference instead (Newcombe 1998, by Wilson's limits; of means by Student's). The lower end of the measure
 * is the largest lower end of a pair, corrected for the number of pairs (Bonferroni), and 0 where each of these
 * intervals contains 0. The upper end is the largest upper end of a pair. So is the ratio, whose best value is 1.
 */
export function comparedInterval(
  measure: FairnessMeasure,
  table: GroupTable,
  { comparisons }: Pick<Compared, 'comparisons'>,
  confidence: number,
): Interval | null {
  if (table.groups.length < 2) return null;
  const sides = comparisons.map(({ rate, ofClass }) => {
    const large = groupsWithRows(table, rate, ofClass);
    const groups = large.length < 2 ? table.groups.map((_, group) => group) : large;
    return { rate, ofClass, groups };
  });
  const number = sides.reduce(
    (sum, { groups: { length: n } }) => sum + (measure.method === 'to_overall' ? n : (n * (n - 1)) / 2),
    0,
  );
  const corrected = 1 - (1 - confidence) / number;
  const isDifference = measure.compares === 'difference';
  const ends = sides.map((side) => {
    const pairs = (level: number, end: 'far' | 'near') =>
      measure.method === 'to_overall'
        ? restPairs(table, side, level)
        : groupPairs(table, side, level, { end, isDifference });
    const of = isDifference ? (pair: Pair) => largestDifference(pair) : (pair: Pair) => smallestRatio(pair);
    return { wide: pairs(confidence, 'far').map(of), sure: pairs(corrected, 'near').map(of) };
  });
  const [wide, sure] = [ends.flatMap((end) => end.wide), ends.flatMap((end) => end.sure)];
  const most = (of: readonly number[]) => of.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const least = (of: readonly number[]) => of.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return isDifference
    ? { low: most(sure.map(({ low }) => low)), high: Math.min(measure.range[1], most(wide.map(({ high }) => high))) }
    : { low: least(wide.map(({ low }) => low)), high: least(sure.map(({ high }) => high)) };
}

/** Two numbers with their limits; `weight` is the share of the first in both, where the second is the rest. */
interface Pair {
  a: Limits;
  b: Limits;
  weight?: number;
}

/** Up to as many groups each pair is compared; of more only those that can be the worst. */
const mostGroups = 60;

function groupPairs(
  table: GroupTable,
  { rate, ofClass, groups }: RateGroups,
  confidence: number,
  { end, isDifference }: { end: 'far' | 'near'; isDifference: boolean },
): Pair[] {
  const limits = groups.map((group) => limitsOf(table.rate(rate, group, ofClass), confidence, !isDifference));
  if (groups.length <= mostGroups) return limits.flatMap((a, i) => limits.slice(i + 1).map((b): Pair => ({ a, b })));
  // The upper end is largest for wide intervals, the lower one for narrow ones.
  const sign = end === 'far' ? 1 : -1;
  const large = frontier(
    limits,
    (one) => one.value,
    (one) => sign * (end === 'far' ? one.high - one.value : one.value - one.low),
  );
  const small = frontier(
    limits,
    (one) => -one.value,
    (one) => sign * (end === 'far' ? one.value - one.low : one.high - one.value),
  );
  return large.flatMap((a) => small.map((b): Pair => ({ a, b })));
}

/** The items that no other one exceeds in both numbers. */
function frontier(all: readonly Limits[], first: (one: Limits) => number, second: (one: Limits) => number): Limits[] {
  let best = Number.NEGATIVE_INFINITY;
  return all
    .toSorted((a, b) => first(b) - first(a) || second(b) - second(a))
    .filter((one) => {
      const isBeyond = second(one) > best;
      if (isBeyond) best = second(one);
      return isBeyond;
    });
}

/** Each group with the rows of all others, which are independent of it. */
function restPairs(table: GroupTable, { rate, ofClass, groups }: RateGroups, confidence: number): Pair[] {
  const overall = table.rate(rate, -1, ofClass);
  return groups.flatMap((group) => {
    const own = table.rate(rate, group, ofClass);
    const rest = own.restOf(overall);
    return rest.behind === 0
      ? []
      : [
          {
            a: limitsOf(own, confidence, false),
            b: limitsOf(rest, confidence, false),
            weight: own.behind / overall.behind,
          },
        ];
  });
}

/** A rate with its limits; one that is divided is not negative. */
function limitsOf(rate: GroupRate, confidence: number, isDivided: boolean): Limits {
  const { low, high } = rate.limits(confidence);
  return { value: rate.value, low: isDivided ? Math.max(0, low) : low, high };
}

/** The interval of |a − b|: it reaches 0 where that of a − b contains 0. Of a group and all rows that of |a − all|. */
function largestDifference({ a, b, weight = 0 }: Pair): Interval {
  const { low, high } = differenceInterval(a, b);
  const scale = 1 - weight;
  return { low: scale * Math.max(0, low, -high), high: scale * Math.max(-low, high) };
}

/** The interval of the smaller over the larger of two rates: it reaches 1 where that of a / b contains 1. */
function smallestRatio({ a, b, weight = 0 }: Pair): Interval {
  const positive = (one: Limits) => ({ ...one, low: Math.max(0, one.low) });
  const [forth, back] = [ratioInterval(positive(a), positive(b)), ratioInterval(positive(b), positive(a))];
  // a / (w·a + (1 − w)·b) falls with b / a.
  const toAll = (other: number) => (other === Number.POSITIVE_INFINITY ? 0 : 1 / (weight + (1 - weight) * other));
  const own = weight === 0 ? forth : { low: toAll(back.high), high: toAll(back.low) };
  const its =
    weight === 0
      ? back
      : { low: 1 / Math.max(1e-300, own.high), high: own.low === 0 ? Number.POSITIVE_INFINITY : 1 / own.low };
  const high = own.high < 1 ? own.high : its.high < 1 ? its.high : 1;
  return { low: Math.min(1, own.low, its.low), high };
}

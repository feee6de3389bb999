import { chiSquareContingency } from '../../statistics/chiSquare.ts';
import { categoryDistances } from '../../statistics/categoryDistances.ts';
import { hellinger } from '../../statistics/hellinger.ts';
import { jensenShannon } from '../../statistics/jensenShannon.ts';
import { ksOfPair } from '../../statistics/ksTest.ts';
import { countInEdges, doaneEdges, linspace } from '../../statistics/numpyBins.ts';
import { totalsOf, type CategoryPair, type NumberPair } from '../../statistics/pairs.ts';
import { wassersteinOfPair } from '../../statistics/wasserstein.ts';
import type { Measured } from '../measure.ts';

// The methods of NannyML 0.13.1: univariate, fitted on the reference, one value for a chunk of rows.

/** A method of NannyML. It compares a chunk with the whole reference. */
export interface NannymlMethod {
  name: string;
  displayName: string;
  aliases: readonly string[];
  types: readonly ('numeric' | 'categorical')[];
  /**
   * Chi-square alerts on its p-value below 0.05, the others above the mean of the reference's chunks and three standard
   * deviations.
   */
  judgesP: boolean;
  /** The threshold is at most this. */
  limit: number | null;
  numbers?: (pair: NumberPair) => Measured;
  categories?: (pair: CategoryPair) => Measured;
}

const plain = (value: number | null, bins?: string): Measured => ({
  value,
  pValue: null,
  effect: null,
  ...(bins === undefined ? {} : { bins }),
});

/** Counts in Doane's bins of the reference; values of the other side outside of them share one more bin. */
function doaneCounts(pair: NumberPair): { reference: number[]; current: number[]; bins: string } {
  const points = pair.values.filter((_, i) => (pair.reference[i] ?? 0) > 0);
  if (!Number.isFinite(points[0] ?? 0) || !Number.isFinite(points.at(-1) ?? 0))
    throw new Error('the reference has infinite values, which NannyML cannot bin');
  const edges = doaneEdges(
    points,
    pair.reference.filter((count) => count > 0),
  );
  const [before, now] = [
    countInEdges(pair.values, pair.reference, edges),
    countInEdges(pair.values, pair.current, edges),
  ];
  const inside = now.reduce((sum, count) => sum + count, 0);
  return {
    reference: [...before, 0],
    current: [...now, totalsOf(pair).nCurrent - inside],
    bins: `${edges.length - 1} Doane bins of the reference, one for what lies outside`,
  };
}

/** Counts of the reference's categories; all others share one bin. */
function knownCounts(pair: CategoryPair): { reference: number[]; current: number[] } {
  const known = [...pair.values.keys()].filter((i) => (pair.reference[i] ?? 0) > 0);
  const now = known.map((i) => pair.current[i] ?? 0);
  const rest = totalsOf(pair).nCurrent - now.reduce((sum, count) => sum + count, 0);
  return { reference: [...known.map((i) => pair.reference[i] ?? 0), 0], current: [...now, rest] };
}

/** From this many reference values on, NannyML bins them for Kolmogorov-Smirnov and Wasserstein. */
const binnedFrom = 10_000;

function binnedKs(pair: NumberPair): number | null {
  const { nReference, nCurrent } = totalsOf(pair);
  if (nCurrent === 0) return null;
  const edges = rangeEdges(pair, 0);
  const [before, now] = [
    countInEdges(pair.values, pair.reference, edges),
    countInEdges(pair.values, pair.current, edges),
  ];
  let [r, c, largest] = [0, countBelow(pair, edges[0] ?? 0) / nCurrent, 0];
  for (let i = 0; i < before.length; i++) {
    r += (before[i] ?? 0) / nReference;
    c += (now[i] ?? 0) / nCurrent;
    largest = Math.max(largest, Math.abs(r - c));
  }
  return largest;
}

/**
 * NannyML's estimate: between the ends of the reference by bins, outside by the values themselves with one point at the
 * end, whose weight it counts twice.
 */
function binnedWasserstein(pair: NumberPair): number | null {
  const { nReference, nCurrent } = totalsOf(pair);
  if (nCurrent === 0) return null;
  const edges = rangeEdges(pair, 0.5);
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  const [below, above] = [countBelow(pair, low), countAbove(pair, high)];
  const [shareBelow, shareAbove] = [below > 0 ? (below + 1) / nCurrent : 0, above > 0 ? (above + 1) / nCurrent : 0];
  let [outside, seen] = [0, 0];
  for (let i = 0; i < pair.values.length && (pair.values[i] ?? 0) < low; i++) {
    seen += pair.current[i] ?? 0;
    if ((pair.current[i] ?? 0) > 0)
      outside += (seen / (below + 1)) * shareBelow * (nextCurrent(pair, i, low) - (pair.values[i] ?? 0));
  }
  let [passed, last] = [1, high];
  for (let i = 0; i < pair.values.length; i++) {
    const value = pair.values[i] ?? 0;
    if (value <= high || (pair.current[i] ?? 0) === 0) continue;
    outside += (1 - passed / (above + 1)) * shareAbove * (value - last);
    passed += pair.current[i] ?? 0;
    last = value;
  }
  const [before, now] = [
    countInEdges(pair.values, pair.reference, edges),
    countInEdges(pair.values, pair.current, edges),
  ];
  const width = (edges[1] ?? 0) - low;
  let [r, c, within] = [0, 0, 0];
  for (let i = 0; i < before.length; i++) {
    r += (before[i] ?? 0) / nReference;
    c += (now[i] ?? 0) / nCurrent;
    within += Math.abs(r - (c + shareBelow)) * width;
  }
  return within + outside;
}

function nextCurrent(pair: NumberPair, i: number, end: number): number {
  for (let k = i + 1; k < pair.values.length && (pair.values[k] ?? 0) < end; k++)
    if ((pair.current[k] ?? 0) > 0) return pair.values[k] ?? end;
  return end;
}

/** 10,000 equal bins between the ends of the reference; a constant is widened by `half` on both sides. */
function rangeEdges(pair: NumberPair, half: number): Float64Array {
  const points = pair.values.filter((_, i) => (pair.reference[i] ?? 0) > 0);
  let [low, high] = [points[0] ?? 0, points.at(-1) ?? 0];
  if (!Number.isFinite(low) || !Number.isFinite(high))
    throw new Error('the reference has infinite values, which NannyML cannot bin');
  if (low === high) [low, high] = [low - half, high + half];
  return linspace(low, high, 10_000);
}

function countBelow(pair: NumberPair, low: number): number {
  return pair.current.reduce((sum, count, i) => sum + ((pair.values[i] ?? 0) < low ? count : 0), 0);
}

function countAbove(pair: NumberPair, high: number): number {
  return pair.current.reduce((sum, count, i) => sum + ((pair.values[i] ?? 0) > high ? count : 0), 0);
}

const big = (pair: NumberPair) => totalsOf(pair).nReference >= binnedFrom;

export const nannymlMethods: readonly NannymlMethod[] = [
  {
    name: 'js_distance_2',
    displayName: 'Jensen-Shannon distance',
    aliases: ['jensen_shannon'],
    types: ['numeric', 'categorical'],
    judgesP: false,
    limit: null,
    numbers: (pair) => {
      const { reference, current, bins } = doaneCounts(pair);
      return plain(jensenShannon(reference, current)?.js_distance_2 ?? null, bins);
    },
    categories: (pair) =>
      plain(jensenShannon(knownCounts(pair).reference, knownCounts(pair).current)?.js_distance_2 ?? null),
  },
  {
    name: 'hellinger',
    displayName: 'Hellinger distance',
    aliases: [],
    types: ['numeric', 'categorical'],
    judgesP: false,
    limit: null,
    numbers: (pair) => {
      const { reference, current, bins } = doaneCounts(pair);
      return plain(hellinger(reference, current), bins);
    },
    categories: (pair) => plain(hellinger(knownCounts(pair).reference, knownCounts(pair).current)),
  },
  {
    name: 'ks_statistic',
    displayName: 'Kolmogorov-Smirnov statistic',
    aliases: ['kolmogorov_smirnov', 'ks'],
    types: ['numeric'],
    judgesP: false,
    limit: 1,
    numbers: (pair) => {
      if (big(pair)) return plain(binnedKs(pair), '10,000 bins between the ends of the reference');
      const result = ksOfPair(pair, 'scipy');
      return { value: result?.statistic ?? null, pValue: result?.pValue ?? null, effect: null };
    },
  },
  {
    name: 'wasserstein',
    displayName: 'Wasserstein distance',
    aliases: [],
    types: ['numeric'],
    judgesP: false,
    limit: null,
    numbers: (pair) =>
      big(pair)
        ? plain(binnedWasserstein(pair), '10,000 bins between the ends of the reference')
        : plain(wassersteinOfPair(pair)),
  },
  {
    name: 'chi_square',
    displayName: 'Chi2 statistic',
    aliases: ['chi2'],
    types: ['categorical'],
    judgesP: true,
    limit: null,
    categories: (pair) => {
      const { nReference, nCurrent } = totalsOf(pair);
      const result = chiSquareContingency(pair.reference, pair.current);
      if (nReference > 0 && nCurrent > 0 && !result) return { value: 0, pValue: 1, effect: null };
      return { value: result?.statistic ?? null, pValue: result?.pValue ?? null, effect: null };
    },
  },
  {
    name: 'l_infinity',
    displayName: 'L-Infinity distance',
    aliases: [],
    types: ['categorical'],
    judgesP: false,
    limit: null,
    categories: (pair) => plain(categoryDistances(pair.reference, pair.current)?.lInfinity ?? null),
  },
];

/**
 * Rows of a chunk of the reference: a tenth, rounded down; the rest is one chunk more. NannyML refuses fewer than 10
 * rows.
 */
export function chunkSize(rows: number): number {
  return Math.floor(rows / 10);
}

/**
 * Mean and three standard deviations (ddof 0) of the chunks' values, at most the method's limit. Null without a value.
 */
export function alertAbove(values: readonly (number | null)[], limit: number | null): number | null {
  const known = values.filter((value) => value !== null && !Number.isNaN(value)) as number[];
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
  return Math.min(mean + 3 * deviation, limit ?? Number.POSITIVE_INFINITY);
}

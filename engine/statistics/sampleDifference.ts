import { chiSquareContingency } from './chiSquare.ts';
import { fisherExact } from './fisherExact.ts';
import { ksOfPair } from './ksTest.ts';
import { mannWhitney } from './mannWhitney.ts';
import { totalsOf, type NumberPair } from './pairs.ts';

// P-values that hold for any population and any size: whether two samples can come from one distribution. Each test
// chooses its bins by the values of both sides together, so the choice does not depend on which side a value is on.

/** The count that a bin must be expected to have on the smaller side (Cochran 1954). */
const fewestExpected = 5;
/** Shares of the pooled values at which bins of numbers end: fine in the tails, where Kolmogorov-Smirnov is blind. */
const ends = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995];

/** Counts of both sides in one bin. */
type Bin = [reference: number, current: number];

/**
 * P-value of two samples of numbers: four times the smallest (Bonferroni) of Mann-Whitney's, which finds shifts soonest,
 * Kolmogorov-Smirnov's, and the two of bins of the pooled values, which find changes of the tails and of point masses.
 * Null when a side is empty.
 */
export function numbersDiffer(pair: NumberPair): number | null {
  const ks = ksOfPair(pair);
  if (!ks) return null;
  const { all, single } = binTests(pooledBins(pair));
  return Math.min(1, 4 * Math.min(ks.pValue, mannWhitney(pair)?.pValue ?? 1, all, single));
}

/**
 * P-value of two samples of categories: twice the smaller of the two of bins. Each category is a bin, but rare ones are
 * pooled until 5 values of the smaller side are expected. Null when a side is empty.
 */
export function categoriesDiffer(reference: ArrayLike<number>, current: ArrayLike<number>): number | null {
  const { nReference, nCurrent } = totalsOf({ reference, current });
  if (nReference === 0 || nCurrent === 0) return null;
  const cells = Array.from({ length: Math.max(reference.length, current.length) }, (_, i): Bin => [
    reference[i] ?? 0,
    current[i] ?? 0,
  ])
    .filter((cell) => totalOf(cell) > 0)
    .toSorted((a, b) => totalOf(b) - totalOf(a));
  const bins = merged(cells, fewestInBin(nReference, nCurrent));
  const { all, single } = binTests(bins);
  return bins.length < 3 ? all : Math.min(1, 2 * Math.min(all, single));
}

/** Two-sided p-value of two proportions, a of n and b of m: chi-square with Yates' correction, exact for small counts. */
export function proportionsDiffer([a, n]: [number, number], [b, m]: [number, number]): number {
  return binsDiffer([
    [a, b],
    [n - a, m - b],
  ]);
}

/**
 * `all`: chi-square of independence, which finds changes of many bins. `single`: the bin that changed most, times the
 * number of bins (Bonferroni).
 */
function binTests(bins: readonly Bin[]): { all: number; single: number } {
  const all = binsDiffer(bins);
  if (bins.length < 3) return { all, single: all };
  const [n, m] = bins.reduce(sum, [0, 0]);
  return { all, single: bins.length * Math.min(...bins.map(([r, c]) => proportionsDiffer([r, n], [c, m]))) };
}

/** Chi-square of independence; of two bins with few values Fisher's exact test. */
function binsDiffer(bins: readonly Bin[]): number {
  const [first, second] = bins;
  if (!first || !second) return 1;
  const [n, m] = bins.reduce(sum, [0, 0]);
  const exact = bins.length === 2 && Math.min(totalOf(first), totalOf(second)) < fewestInBin(n, m);
  if (exact) return fisherExact(first[0], first[1], second[0], second[1]).pValue;
  const [reference, current] = [bins.map(([r]) => r), bins.map(([, c]) => c)];
  return chiSquareContingency(reference, current)?.pValue ?? 1;
}

/** Bins of tied values in their order. Two where the values are too few for more. */
function pooledBins(pair: NumberPair): Bin[] {
  const { nReference, nCurrent } = totalsOf(pair);
  const [all, fewest] = [nReference + nCurrent, fewestInBin(nReference, nCurrent)];
  const bins: Bin[] = [];
  let [reference, current, end] = [0, 0, 0];
  let [openReference, openCurrent] = [0, 0];
  // The place between two values that divides all of them most evenly.
  let halves: [Bin, Bin] | null = null;
  let evenly = 0;
  for (let i = 0; i < pair.values.length; i++) {
    const [r, c] = [pair.reference[i] ?? 0, pair.current[i] ?? 0];
    reference += r;
    current += c;
    openReference += r;
    openCurrent += c;
    const seen = reference + current;
    if (Math.min(seen, all - seen) > evenly) {
      evenly = Math.min(seen, all - seen);
      halves = [
        [reference, current],
        [nReference - reference, nCurrent - current],
      ];
    }
    if (seen < (ends[end] ?? 1) * all || openReference + openCurrent < fewest) continue;
    bins.push([openReference, openCurrent]);
    [openReference, openCurrent] = [0, 0];
    while (end < ends.length && (ends[end] ?? 1) * all <= seen) end++;
  }
  const closed = withRest(bins, [openReference, openCurrent], fewest);
  return closed.length > 1 || !halves ? closed : halves;
}

/** Bins with a last one, which joins the one before where it is too small. */
function withRest(bins: readonly Bin[], rest: Bin, fewest: number): Bin[] {
  if (totalOf(rest) === 0) return [...bins];
  const last = bins.at(-1);
  return !last || totalOf(rest) >= fewest ? [...bins, rest] : [...bins.slice(0, -1), sum(last, rest)];
}

/** Cells in this order, those that are too small put together; two where one would be left. */
function merged(cells: readonly Bin[], fewest: number): Bin[] {
  const bins: Bin[] = [];
  let open: Bin = [0, 0];
  for (const cell of cells) {
    open = sum(open, cell);
    if (totalOf(open) < fewest) continue;
    bins.push(open);
    open = [0, 0];
  }
  const closed = withRest(bins, open, fewest);
  const [most, ...rest] = cells;
  return closed.length > 1 || !most ? closed : [most, rest.reduce(sum, [0, 0])];
}

/** How many values both sides need in a bin, so that the smaller one is expected to have 5. */
function fewestInBin(nReference: number, nCurrent: number): number {
  return (fewestExpected * (nReference + nCurrent)) / Math.min(nReference, nCurrent);
}

function sum([a, b]: Bin, [c, d]: Bin): Bin {
  return [a + c, b + d];
}

function totalOf([reference, current]: Bin): number {
  return reference + current;
}

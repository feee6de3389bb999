import { totalsOf, type NumberPair } from './pairs.ts';

// The mean of a distance between two samples of one distribution: what a table shows when nothing has changed. It falls
// with the root of the sizes, so that small samples are beyond any fixed threshold. Derivations:
// docs/decisions/drift-measures.md, simulation: test/statistics/chanceDistance.test.ts.

/** √(1/n + 1/m): the spread of the difference of two shares in units of √(p(1 − p)). */
function spread(pair: { reference: ArrayLike<number>; current: ArrayLike<number> }): number | null {
  const { nReference, nCurrent } = totalsOf(pair);
  return nReference === 0 || nCurrent === 0 ? null : Math.sqrt(1 / nReference + 1 / nCurrent);
}

/**
 * The mean of the Wasserstein distance, in the unit of the values. F − G is near normal with variance F(1 − F)·(1/n +
 * 1/m), whose mean absolute value is √(2/π) of its deviation. F comes from both sides together. Null when a side is
 * empty.
 */
export function chanceWasserstein(pair: NumberPair): number | null {
  const width = spread(pair);
  if (width === null) return null;
  const { nReference, nCurrent } = totalsOf(pair);
  let [below, integral] = [0, 0];
  for (let i = 0; i + 1 < pair.values.length; i++) {
    below += (pair.reference[i] ?? 0) + (pair.current[i] ?? 0);
    const share = below / (nReference + nCurrent);
    integral += Math.sqrt(share * (1 - share)) * ((pair.values[i + 1] ?? 0) - (pair.values[i] ?? 0));
  }
  return Math.sqrt(2 / Math.PI) * width * integral;
}

/**
 * The mean of the Jensen-Shannon distance, base 2: 8·ln 2·(n·m / (n + m)) times the divergence is near chi-square with
 * one degree less than there are bins. Bins that hardly occur make it smaller. Null when a side is empty.
 */
export function chanceJensenShannon(reference: ArrayLike<number>, current: ArrayLike<number>): number | null {
  const width = spread({ reference, current });
  if (width === null) return null;
  let bins = 0;
  for (let i = 0; i < Math.max(reference.length, current.length); i++)
    if ((reference[i] ?? 0) + (current[i] ?? 0) > 0) bins++;
  return width * Math.sqrt(Math.max(0, bins - 1) / (8 * Math.LN2));
}

import { totalsOf, type NumberPair } from './pairs.ts';

/**
 * Energy distance √(2·∫ (F − G)²) in the root of the unit, as scipy's `energy_distance` (Székely 2002):
 * `energy_distance`. Null when a side is empty.
 */
export function energyDistance(pair: NumberPair): number | null {
  const { nReference, nCurrent } = totalsOf(pair);
  if (nReference === 0 || nCurrent === 0) return null;
  let [below, belowCurrent, area] = [0, 0, 0];
  for (let i = 0; i + 1 < pair.values.length; i++) {
    below += pair.reference[i] ?? 0;
    belowCurrent += pair.current[i] ?? 0;
    area += (below / nReference - belowCurrent / nCurrent) ** 2 * ((pair.values[i + 1] ?? 0) - (pair.values[i] ?? 0));
  }
  return Math.sqrt(2 * area);
}

import { normalDraw } from './gammaDraw.ts';
import type { Random } from './random.ts';

/** From this mean on the expansion misses the distribution function by less than 0.002. */
const large = 20;

/**
 * A number of the Poisson distribution: by the product of uniform numbers (Knuth), of a large mean by the expansion of
 * Cornish and Fisher 1938.
 */
export function poissonDraw(random: Random, mean: number): number {
  if (mean >= large) {
    const z = normalDraw(random);
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * z + (z * z - 1) / 6));
  }
  const end = Math.exp(-mean);
  let drawn = 0;
  for (let left = random.next(); left > end; left *= random.next()) drawn++;
  return drawn;
}

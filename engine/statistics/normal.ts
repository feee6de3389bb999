import { gammaTail } from './gammaTail.ts';

/** P(Z > z) of the standard normal, by erfc(x) = Q(1/2, x²). Relatively accurate in the tail too. */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (Math.abs(z) === Number.POSITIVE_INFINITY) return z > 0 ? 0 : 1;
  const half = gammaTail(0.5, (z * z) / 2) / 2;
  return z >= 0 ? half : 1 - half;
}

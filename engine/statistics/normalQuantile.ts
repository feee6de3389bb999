import { normalTail } from './normal.ts';

/** The z with P(Z ≤ z) = `probability`, for probabilities in [0, 1], by bisection of the smaller tail. */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return Number.NaN;
  const tail = Math.min(probability, 1 - probability);
  if (tail === 0) return probability === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const cached = known.get(tail) ?? ofTail(tail);
  if (known.size > 1000) known.clear();
  known.set(tail, cached);
  return probability < 0.5 ? -cached : cached;
}

/** Intervals of many groups ask for the same few. */
const known = new Map<number, number>();

function ofTail(tail: number): number {
  let [low, high] = [0, 40];
  for (let round = 0; round < 100; round++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

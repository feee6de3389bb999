/**
 * Jensen-Shannon of two count vectors over the same bins, in the three conventions that tools print; null when a side
 * is empty.
 */
export interface JensenShannon {
  /** Square root, natural logarithm: evidently, scipy's `jensenshannon`. At most √ln 2 ≈ 0.8326. */
  js_distance_e: number;
  /** Square root, base 2: NannyML. At most 1. */
  js_distance_2: number;
  /** No root, base 2: TensorFlow Data Validation. At most 1. */
  js_divergence_2: number;
}

export function jensenShannon(reference: ArrayLike<number>, current: ArrayLike<number>): JensenShannon | null {
  let a = 0;
  let b = 0;
  for (let i = 0; i < reference.length; i++) a += reference[i] ?? 0;
  for (let i = 0; i < current.length; i++) b += current[i] ?? 0;
  if (a === 0 || b === 0) return null;
  let divergence = 0;
  for (let i = 0; i < Math.max(reference.length, current.length); i++) {
    const p = (reference[i] ?? 0) / a;
    const q = (current[i] ?? 0) / b;
    const m = (p + q) / 2;
    if (p > 0) divergence += (p * Math.log(p / m)) / 2;
    if (q > 0) divergence += (q * Math.log(q / m)) / 2;
  }
  const nats = Math.max(0, divergence);
  const bits = Math.min(1, nats / Math.LN2);
  return { js_distance_e: Math.sqrt(nats), js_distance_2: Math.sqrt(bits), js_divergence_2: bits };
}

/** Population stability index Σ (r − c)·ln(r / c) of two count vectors over the same bins; an empty bin counts as the share 0.0001 (evidently's fill). Null when a side is empty. */
export function psi(reference: ArrayLike<number>, current: ArrayLike<number>): number | null {
  const a = total(reference);
  const b = total(current);
  if (a === 0 || b === 0) return null;
  let sum = 0;
  for (let i = 0; i < Math.max(reference.length, current.length); i++) {
    const r = (reference[i] ?? 0) / a || 0.0001;
    const c = (current[i] ?? 0) / b || 0.0001;
    sum += (r - c) * Math.log(r / c);
  }
  return sum;
}

function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] ?? 0;
  return sum;
}

/**
 * P-values adjusted for the false discovery rate (Benjamini and Hochberg 1995): p·m / rank, made monotonic from the
 * largest down, at most 1; the order is kept. Null stays null and does not count among the m tests.
 */
export function benjaminiHochberg(pValues: readonly (number | null)[]): (number | null)[] {
  const tests = pValues
    .flatMap((p, i) => (p === null || Number.isNaN(p) ? [] : [{ p, i }]))
    .toSorted((x, y) => y.p - x.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let smallest = 1;
  for (const [k, { p, i }] of tests.entries()) {
    smallest = Math.min(smallest, (p * tests.length) / (tests.length - k));
    adjusted[i] = smallest;
  }
  return adjusted;
}

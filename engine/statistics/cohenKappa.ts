export interface Kappa {
  /**
   * (observed − expected) / (1 − expected); 1 full agreement, 0 as by chance. Null without a case, and where chance
   * alone would agree on all.
   */
  kappa: number | null;
  /** Share of cases on which both say the same; null without a case. */
  observed: number | null;
  n: number;
}

/**
 * Cohen's kappa of two raters over the same cases, unweighted (Cohen 1960, A Coefficient of Agreement for Nominal
 * Scales); the same as scikit-learn's
 * `cohen_kappa_score(first, second)`. Throws RangeError when the lists differ in length.
 */
export function cohenKappa(first: readonly string[], second: readonly string[]): Kappa {
  const n = first.length;
  if (second.length !== n) throw new RangeError(`${n} and ${second.length} ratings cannot be compared`);
  if (n === 0) return { kappa: null, observed: null, n };
  const counts = new Map<string, [number, number]>();
  const countOf = (label: string) => {
    const known = counts.get(label) ?? [0, 0];
    counts.set(label, known);
    return known;
  };
  let same = 0;
  for (let i = 0; i < n; i++) {
    const [a, b] = [first[i] ?? '', second[i] ?? ''];
    countOf(a)[0]++;
    countOf(b)[1]++;
    if (a === b) same++;
  }
  let chance = 0;
  for (const [a, b] of counts.values()) chance += a * b;
  const room = n * n - chance;
  return { kappa: room === 0 ? null : (n * same - chance) / room, observed: same / n, n };
}

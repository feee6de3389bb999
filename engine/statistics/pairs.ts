/**
 * Two samples of numbers over their common values: weighted points. Counts need not be whole; ±Infinity is allowed only
 * where a function says so.
 */
export interface NumberPair {
  /** Distinct values, ascending. */
  values: Float64Array;
  /** How often the reference has each value. */
  reference: Float64Array;
  /** How often the current side has each value. */
  current: Float64Array;
}

/** Two samples of categories over their common categories, ascending in the order of their type. */
export interface CategoryPair {
  values: string[];
  reference: number[];
  current: number[];
}

export interface Totals {
  nReference: number;
  nCurrent: number;
}

/** A pair of two samples in any order, with the number of values that were not finite and are left out. */
export function numberPair(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
): NumberPair & { dropped: { reference: number; current: number } } {
  const [r, c] = [
    Float64Array.from(reference).filter(Number.isFinite).sort(),
    Float64Array.from(current).filter(Number.isFinite).sort(),
  ];
  const values = new Float64Array(r.length + c.length);
  const [before, now] = [new Float64Array(values.length), new Float64Array(values.length)];
  let [n, i, j] = [0, 0, 0];
  while (i < r.length || j < c.length) {
    const value = Math.min(r[i] ?? Number.POSITIVE_INFINITY, c[j] ?? Number.POSITIVE_INFINITY);
    const [fromReference, fromCurrent] = [i, j];
    while (i < r.length && r[i] === value) i++;
    while (j < c.length && c[j] === value) j++;
    values[n] = value;
    before[n] = i - fromReference;
    now[n] = j - fromCurrent;
    n++;
  }
  return {
    values: values.slice(0, n),
    reference: before.slice(0, n),
    current: now.slice(0, n),
    dropped: { reference: reference.length - r.length, current: current.length - c.length },
  };
}

/** A pair of two lists of texts; null is left out. Categories ascend by code point, as Python sorts them. */
export function categoryPair(reference: readonly (string | null)[], current: readonly (string | null)[]): CategoryPair {
  const counts = new Map<string, [number, number]>();
  for (const [side, values] of [reference, current].entries()) {
    for (const value of values) {
      if (value === null) continue;
      const count = counts.get(value) ?? [0, 0];
      counts.set(value, count);
      count[side === 0 ? 0 : 1]++;
    }
  }
  const sorted = [...counts].toSorted(([a], [b]) => compareCodePoints(a, b));
  return {
    values: sorted.map(([value]) => value),
    reference: sorted.map(([, count]) => count[0]),
    current: sorted.map(([, count]) => count[1]),
  };
}

/** The pair's numbers as categories: each distinct value one. */
export function numbersAsCategories(pair: NumberPair): CategoryPair {
  return {
    values: Array.from(pair.values, String),
    reference: Array.from(pair.reference),
    current: Array.from(pair.current),
  };
}

export function totalsOf(pair: { reference: ArrayLike<number>; current: ArrayLike<number> }): Totals {
  return { nReference: sumOf(pair.reference), nCurrent: sumOf(pair.current) };
}

/** The sum, compensated (Neumaier 1974), so that millions of fractions keep their digits. */
export function sumOf(values: ArrayLike<number>): number {
  let [sum, lost] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}

/** How many distinct values a side has. */
export function distinctOf(counts: ArrayLike<number>): number {
  let n = 0;
  for (let i = 0; i < counts.length; i++) if ((counts[i] ?? 0) > 0) n++;
  return n;
}

function compareCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

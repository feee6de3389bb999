import { argsort } from '../statistics/argsort.ts';

/** Cells of alike rows. */
export interface Cells {
  /** How many rows are in each cell. */
  counts: Float64Array;
  /** The means of a number of the kept rows, by cell; `rows` are their numbers among those given. */
  mean: (values: ArrayLike<number>, rows: Uint32Array) => Float64Array;
}

/** Groups rows by their cell; −1 leaves a row out. `areKept` says that the codes are those of the kept rows alone. */
export function cellsOf(codes: Int32Array, areKept = false): Cells {
  let size = 0;
  for (const code of codes) if (code >= size) size = code + 1;
  const counts = new Float64Array(size);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1;
  return {
    counts,
    mean: (values, rows) => {
      const sums = new Float64Array(size);
      for (let k = 0; k < rows.length; k++) {
        const code = codes[areKept ? k : (rows[k] ?? 0)] ?? -1;
        if (code >= 0) sums[code] = (sums[code] ?? 0) + (values[k] ?? 0);
      }
      return sums.map((sum, code) => sum / (counts[code] ?? 1));
    },
  };
}

/** Arrays of this length are made to number pairs of codes; longer ones would cost more than a map. */
const mostDirect = 1 << 24;

/** Numbers the pairs of two codes, dense from 0; −1 where either is −1. */
export function combine(a: Int32Array, b: Int32Array): Int32Array {
  let [largestA, largestB] = [0, 0];
  for (const code of a) if (code > largestA) largestA = code;
  for (const code of b) if (code > largestB) largestB = code;
  const width = largestB + 1;
  const pairs = (largestA + 1) * width;
  const direct = pairs <= mostDirect ? new Int32Array(pairs).fill(-1) : null;
  const known = new Map<number, number>();
  const combined = new Int32Array(a.length);
  let next = 0;
  for (let i = 0; i < a.length; i++) {
    const [first, second] = [a[i] ?? -1, b[i] ?? -1];
    if (first < 0 || second < 0) {
      combined[i] = -1;
      continue;
    }
    const pair = first * width + second;
    let code = direct ? (direct[pair] ?? -1) : (known.get(pair) ?? -1);
    if (code < 0) {
      code = next++;
      if (direct) direct[pair] = code;
      else known.set(pair, code);
    }
    combined[i] = code;
  }
  return combined;
}

/**
 * Bins of numbers by their rank: single ranks at both ends, wider ones towards the middle, `bins` of equal size there.
 * Equal numbers may be in two bins. `order` is that of the numbers, where it is known.
 */
export function rankBins(values: Float64Array, bins: number, order = argsort(values)): Int32Array {
  const n = values.length;
  const codes = new Int32Array(n);
  const widest = Math.max(1, Math.floor(n / bins));
  for (let start = 0, bin = 0; start < n; bin++) {
    const fromEnd = Math.min(start, n - 1 - start);
    const width = Math.min(widest, Math.max(1, Math.floor(fromEnd / (bins / 8))));
    const end = Math.min(n, start + width);
    for (let k = start; k < end; k++) codes[order[k] ?? 0] = bin;
    start = end;
  }
  return codes;
}

/** Codes of distinct numbers where there are few, else bins of them. */
export function valueBins(values: Float64Array, bins: number): Int32Array {
  const known = new Map<number, number>();
  for (const value of values) {
    if (!known.has(value)) known.set(value, known.size);
    if (known.size > bins) return rankBins(values, bins);
  }
  return Int32Array.from(values, (value) => known.get(value) ?? 0);
}

/** Codes of kept rows as codes of all rows; −1 for the others. */
export function spreadCodes(
  codes: Int32Array,
  { kept, rowsGiven: rows, isSorted }: { kept: Uint32Array; rowsGiven: number; isSorted?: true },
): Int32Array {
  if (kept.length === rows && !isSorted) return codes;
  const all = new Int32Array(rows).fill(-1);
  for (let k = 0; k < kept.length; k++) all[kept[k] ?? 0] = codes[k] ?? -1;
  return all;
}

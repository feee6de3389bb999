import type { Groups } from './groups.ts';

/** The bins of a numeric column: `edges` rise, and bin i holds the numbers from edges[i − 1] up to below edges[i]. */
export interface Bins {
  edges: readonly number[];
  /** One more than edges. */
  names: readonly string[];
}

/**
 * Bins of about equal counts with edges that are easy to read. `quantiles` are sorted values at equal steps of
 * probability, at least as many as `most` · 4; each edge is the number with the fewest digits between the quantiles
 * around it. Of fewer distinct values fewer bins come; null for a constant.
 */
export function readableBins(quantiles: readonly number[], most = 8): Bins | null {
  const finite = quantiles.filter(Number.isFinite);
  const [lowest, highest] = [finite[0], finite.at(-1)];
  if (lowest === undefined || highest === undefined || lowest === highest) return null;
  const at = (p: number) => finite[Math.min(finite.length - 1, Math.max(0, Math.round(p * (finite.length - 1))))] ?? 0;
  const edges: number[] = [];
  for (let b = 1; b < most; b++) {
    const [from, to] = [at((b - 0.25) / most), at((b + 0.25) / most)];
    // An edge starts its bin, so one at the lowest value would leave the bin before it empty.
    const edge = from === to ? from : simplestBetween(from, to);
    if (edge > lowest && edge <= highest && (edges.length === 0 || edge > (edges.at(-1) ?? 0))) edges.push(edge);
  }
  // One value that nearly all rows have is a bin of its own.
  return binsOf(edges.length > 0 ? edges : [finite.find((value) => value > lowest) ?? highest]);
}

/** Bins with names, from their inner edges. */
export function binsOf(edges: readonly number[]): Bins {
  const shown = edges.map(String);
  return {
    edges,
    names: [
      `< ${shown[0] ?? ''}`,
      ...shown.slice(1).map((edge, i) => `${shown[i] ?? ''} to < ${edge}`),
      `≥ ${shown.at(-1) ?? ''}`,
    ],
  };
}

/** The number with the fewest significant digits in [low, high], for low < high. */
export function simplestBetween(low: number, high: number): number {
  if (low <= 0 && high >= 0) return 0;
  if (high < 0) return -simplestBetween(-high, -low);
  for (let power = Math.ceil(Math.log10(high)); power > -308; power--) {
    const unit = 10 ** power;
    // The whole number of units nearest the middle, so that bins stay about equal.
    const [first, last] = [Math.ceil(low / unit), Math.floor(high / unit)];
    if (first > last) continue;
    const middle = Math.round((low + high) / 2 / unit);
    return decimal(Math.min(last, Math.max(first, middle)), power);
  }
  return low;
}

/** `units` · 10^`power` without the rounding of a product. */
function decimal(units: number, power: number): number {
  return Number(`${units}e${power}`);
}

/** Numbers the bins of a column as parts of it arrive. */
export class BinCodes {
  readonly #bins: Bins;
  readonly #codes: Int8Array;
  #rows = 0;

  /** `rows` is the length of the whole column. */
  constructor(rows: number, bins: Bins) {
    this.#bins = bins;
    this.#codes = new Int8Array(rows).fill(-1);
  }

  add(values: ArrayLike<number>): void {
    const { edges } = this.#bins;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isNaN(value)) {
        let bin = 0;
        while (bin < edges.length && value >= (edges[bin] ?? 0)) bin++;
        this.#codes[this.#rows + i] = bin;
      }
    }
    this.#rows += values.length;
  }

  groups(): Groups {
    return { names: this.#bins.names, codes: this.#codes };
  }
}

import type { Groups } from '../groups.ts';
import { searchColumn, sumAll, sumSlice, type Literal, type SearchColumn } from './cells.ts';
import { rankCrossings, type Ranking } from './rankCrossings.ts';
import { pValueOf, welch, without, type LossSums } from './welch.ts';

/** A crossing of up to three values on whose rows the model loses more than on the others. */
export interface FoundSlice {
  /** In the order of the columns. */
  conditions: { column: string; value: string }[];
  n: number;
  /** Mean loss on its rows, and on all other rows. */
  loss: number;
  restLoss: number;
  /** Difference of the means over their standard deviation. */
  effect: number;
  /** Of the one-sided Welch test, times the crossings that were tried, at most 1. */
  pValue: number;
}

/** How the slices of the largest loss were searched, and what was found. */
export interface SliceSearch {
  /** Name of the loss, such as `log_loss` or `squared_error`. */
  loss: string;
  /** Crossings with enough rows: each was a chance to find one, and the p-values are corrected for all. */
  tried: number;
  depth: number;
  /** Rows that a slice must have to be tried. */
  minRows: number;
  /** Columns that were crossed. */
  columns: string[];
  /** Columns that were not: no value has enough rows, or there are too many values. */
  leftOut: string[];
  /** The worst first. */
  slices: FoundSlice[];
}

export interface SearchRequest {
  columns: readonly { name: string; groups: Groups }[];
  loss: string;
  /** The loss of each row; NaN leaves a row out. */
  losses: Float64Array;
  /** How many values a slice may cross: 1, 2 or 3. */
  depth: number;
  /** Rows that a slice needs; default 1 in 200, at least 50. */
  minRows?: number | undefined;
  signal?: AbortSignal | undefined;
}

const mostShown = 20;
/** The chance of finding any slice where there is none. */
const level = 0.05;
/** Two slices that share more of their rows (Jaccard) are told as one. */
const mostShared = 0.5;

/**
 * Searches the crossings of up to `depth` values for those with the largest losses, by the ideas of Slice Finder (Chung
 * et al. 2019: Welch's test and effect size against the rest of the rows) and SliceLine (Sagadeeva and Boehm 2021:
 * pruning by support). The score is the effect times the fourth root of the share of rows. P-values are corrected for
 * all crossings with enough rows (Bonferroni). A slice is left out when one of its conditions does not make it worse,
 * when it shares most of its rows with one before it, and when it is worse only because one before it is a part of it.
 */
export function findSlices(request: SearchRequest): SliceSearch {
  const { loss, losses, depth, signal } = request;
  const whole = sumAll(losses);
  const minRows = request.minRows ?? Math.max(50, Math.ceil(whole.n / 200));
  const columns: SearchColumn[] = [];
  const leftOut: string[] = [];
  for (const { name, groups } of request.columns) {
    const column = searchColumn(name, groups, losses, minRows);
    if (column) columns.push(column);
    else leftOut.push(name);
  }
  const ranking = rankCrossings({ columns, losses, depth, minRows, signal });
  return {
    loss,
    tried: ranking.tried,
    depth,
    minRows,
    columns: columns.map(({ name }) => name),
    leftOut,
    slices: chooseSlices(columns, { losses, whole, minRows }, ranking),
  };
}

interface Chosen {
  literals: readonly Literal[];
  part: LossSums;
  bits: Uint32Array;
  n: number;
}

/** Measures the candidates on all rows, the best first, and keeps those that tell something new. */
function chooseSlices(
  columns: readonly SearchColumn[],
  { losses, whole, minRows }: { losses: Float64Array; whole: LossSums; minRows: number },
  { tried, best, rows }: Ranking,
): FoundSlice[] {
  const bitsOf = literalBits(columns, rows);
  const chosen: Chosen[] = [];
  const found: FoundSlice[] = [];
  const significant = (part: LossSums, rest: LossSums) => {
    const result = part.n >= minRows ? welch(part, rest) : null;
    const pValue = result && result.t > 0 ? Math.min(1, pValueOf(result) * tried) : 1;
    return result && pValue < level ? { ...result, pValue } : null;
  };
  for (const { literals } of best) {
    if (found.length === mostShown) break;
    const bits = literals.map(bitsOf).reduce((a, b) => a.map((word, w) => word & (b[w] ?? 0)));
    const n = countBits(bits);
    if (chosen.some((other) => isShared(other, bits, n))) continue;
    const part = sumSlice(columns, literals, losses);
    const rest = without(whole, part);
    const result = significant(part, rest);
    if (!result) continue;
    const parts = chosen.filter((other) => isPartOf(other.literals, literals));
    if (parts.some((other) => !significant(without(part, other.part), rest))) continue;
    chosen.push({ literals, part, bits, n });
    found.push({
      conditions: literals.map(({ column, value }) => ({
        column: columns[column]?.name ?? '',
        value: columns[column]?.values[value] ?? '',
      })),
      n: part.n,
      loss: part.sum / part.n,
      restLoss: rest.sum / rest.n,
      effect: result.effect,
      pValue: result.pValue,
    });
  }
  return found;
}

/** Whether the rows of some conditions are among those of fewer of them. */
function isPartOf(conditions: readonly Literal[], fewer: readonly Literal[]): boolean {
  return fewer.every(({ column, value }) =>
    conditions.some((other) => other.column === column && other.value === value),
  );
}

function isShared(other: Chosen, bits: Uint32Array, n: number): boolean {
  let shared = 0;
  for (let w = 0; w < bits.length; w++) shared += ones((bits[w] ?? 0) & (other.bits[w] ?? 0));
  return shared > mostShared * (n + other.n - shared);
}

/** The counted rows of a literal, as bits; each is made once. */
function literalBits(columns: readonly SearchColumn[], rows: Uint32Array): (literal: Literal) => Uint32Array {
  const known = new Map<string, Uint32Array>();
  return ({ column, value }) => {
    const key = `${column} ${value}`;
    const made = known.get(key);
    if (made) return made;
    const bits = new Uint32Array(Math.ceil(rows.length / 32));
    const codes = columns[column]?.codes ?? new Uint8Array();
    for (const [k, row] of rows.entries())
      if (codes[row] === value) bits[k >>> 5] = (bits[k >>> 5] ?? 0) | (1 << (k & 31));
    known.set(key, bits);
    return bits;
  };
}

function countBits(bits: Uint32Array): number {
  return bits.reduce((n, word) => n + ones(word), 0);
}

function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

import type { Groups } from '../groups.ts';
import type { LossSums } from './welch.ts';

/** A column of the search: its values with enough rows, numbered from 0. */
export interface SearchColumn {
  name: string;
  values: readonly string[];
  /** A number of `values` for each row; `values.length` for a row with another value or none. */
  codes: Uint8Array;
}

/** One value of a column, as a part of a slice. */
export interface Literal {
  column: number;
  value: number;
}

/** More values make no slice that a person can act on, and the cells of three columns too many. */
export const mostValues = 64;

/** The values of a column that at least `minRows` rows with a loss have; null with none, or when it has too many. */
export function searchColumn(
  name: string,
  { names, codes }: Groups,
  losses: Float64Array,
  minRows: number,
): SearchColumn | null {
  if (names.length > mostValues) return null;
  const counts = new Float64Array(names.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? -1;
    if (code >= 0 && !Number.isNaN(losses[i])) counts[code] = (counts[code] ?? 0) + 1;
  }
  const kept = names.flatMap((value, code) => ((counts[code] ?? 0) >= minRows ? [{ value, code }] : []));
  if (kept.length === 0) return null;
  const numbers = new Uint8Array(names.length).fill(kept.length);
  for (const [number, { code }] of kept.entries()) numbers[code] = number;
  const all = new Uint8Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? -1;
    all[i] = code >= 0 ? (numbers[code] ?? 0) : kept.length;
  }
  return { name, values: kept.map(({ value }) => value), codes: all };
}

/** Of each cell of a crossing three numbers: rows, the sum of their losses, and that of their squares. */
export type Cells = Float64Array;

/** Sums losses by cell; `at` gives the cell of each row. */
export function sumCells(cells: number, at: Uint32Array, losses: Float64Array): Cells {
  const sums = new Float64Array(3 * cells);
  for (let k = 0; k < losses.length; k++) {
    const cell = 3 * (at[k] as number);
    const loss = losses[k] as number;
    sums[cell] = (sums[cell] as number) + 1;
    sums[cell + 1] = (sums[cell + 1] as number) + loss;
    sums[cell + 2] = (sums[cell + 2] as number) + loss * loss;
  }
  return sums;
}

/** The sums of one cell. */
export function cellOf(cells: Cells, cell: number): LossSums {
  return { n: cells[3 * cell] ?? 0, sum: cells[3 * cell + 1] ?? 0, squares: cells[3 * cell + 2] ?? 0 };
}

/** The sums of the rows of a slice, among the rows with a loss. */
export function sumSlice(
  columns: readonly SearchColumn[],
  literals: readonly Literal[],
  losses: Float64Array,
): LossSums {
  const own = literals.map(({ column, value }) => ({ codes: columns[column]?.codes ?? new Uint8Array(), value }));
  const [first, second, third] = own;
  const sums = { n: 0, sum: 0, squares: 0 };
  if (!first) return sums;
  for (let i = 0; i < losses.length; i++) {
    if (
      first.codes[i] !== first.value ||
      (second && second.codes[i] !== second.value) ||
      (third && third.codes[i] !== third.value)
    )
      continue;
    const loss = losses[i] as number;
    if (Number.isNaN(loss)) continue;
    sums.n++;
    sums.sum += loss;
    sums.squares += loss * loss;
  }
  return sums;
}

/** The sums of all rows with a loss. */
export function sumAll(losses: Float64Array): LossSums {
  const sums = { n: 0, sum: 0, squares: 0 };
  for (const loss of losses) {
    if (Number.isNaN(loss)) continue;
    sums.n++;
    sums.sum += loss;
    sums.squares += loss * loss;
  }
  return sums;
}

import { effectiveRows, pick } from '../weights.ts';
import type { TaskRows } from '../taskRows.ts';

/** The rows that a task keeps, and their weights. */
export interface KeptRows {
  rowsGiven: number;
  /** Their numbers, ascending unless they are sorted by something else. */
  kept: Uint32Array;
  isSorted?: true;
  weights: Float64Array | undefined;
}

/** The numbers of the rows that are known, of those with a weight above 0. */
export function keepRows(rows: number, weights: Float64Array | undefined, isKnown: (row: number) => boolean): KeptRows {
  const isKept = (i: number) => (weights === undefined || (weights[i] ?? 0) > 0) && isKnown(i);
  let size = 0;
  for (let i = 0; i < rows; i++) if (isKept(i)) size++;
  const kept = new Uint32Array(size);
  for (let i = 0, k = 0; i < rows; i++) if (isKept(i)) kept[k++] = i;
  return { rowsGiven: rows, kept, weights: weights && pick(weights, kept) };
}

/** The parts of a task that follow from its rows. */
export function partsOfRows({
  rowsGiven,
  kept,
  weights,
  isSorted,
}: KeptRows): Pick<TaskRows<never>, 'rowsGiven' | 'size' | 'effective' | 'weights' | 'keep'> {
  return {
    rowsGiven,
    size: kept.length,
    effective: weights ? effectiveRows(weights) : null,
    weights,
    keep: (all) => (kept.length === rowsGiven && !isSorted ? all : pick(all, kept)),
  };
}

/** The number of equal rows behind all rows of a weight and its squares. */
export function equalRows(weight: number, squares: number): number {
  return squares > 0 ? (weight * weight) / squares : 0;
}

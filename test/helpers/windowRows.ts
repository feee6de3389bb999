import type { Column } from '../../engine/data/table.ts';
import type { WindowRows } from '../../engine/monitoring/windowRows.ts';

/** The rows of a window with these features and scores, all answered by version 1. */
export function windowRows(columns: Record<string, Column>, scores: ArrayLike<number>): WindowRows {
  const rows = scores.length;
  return {
    features: { rows, columns },
    scores: Float64Array.from(scores),
    predictions: Array.from({ length: rows }, () => null),
    keys: Array.from({ length: rows }, () => null),
    latencies: new Float64Array(rows),
    errors: 0,
    versions: new Map([[1, rows]]),
    fileTypes: new Map(),
  };
}

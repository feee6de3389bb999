import type { RunSummary } from '../../protocol/runs.ts';
import type { Column } from './columns.ts';

export interface Sort {
  column: string;
  descending: boolean;
}

export const newestFirst: Sort = { column: 'started', descending: true };

/** Sorted by a column; runs without a value stand last either way. */
export function sorted(runs: readonly RunSummary[], columns: readonly Column[], sort: Sort): RunSummary[] {
  const column = columns.find((one) => one.id === sort.column);
  if (!column) return [...runs];
  const sign = sort.descending ? -1 : 1;
  return runs.toSorted((a, b) => {
    const left = column.value(a);
    const right = column.value(b);
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right), 'en', { numeric: true });
  });
}

/** Text starts ascending, numbers descending; a second click turns it round. */
export function nextSort(sort: Sort, column: Column): Sort {
  return sort.column === column.id ? { ...sort, descending: !sort.descending } : { column: column.id, descending: column.numeric };
}

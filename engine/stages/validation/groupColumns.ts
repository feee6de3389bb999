import { columnsOfGroupings } from '../../evaluation/grouping.ts';
import type { Validation } from '../../project/schema/validateStage.ts';

/** The columns that slices, fairness and the search for slices read beside the features, each once. */
export function groupColumnsOf({ slices = [], fairness, find_slices: search }: Validation): string[] {
  const searched = typeof search === 'object' ? (search.columns ?? []) : [];
  return [...new Set([...columnsOfGroupings([...slices, ...(fairness?.attributes ?? [])]), ...searched])];
}

import { findSlices, type SliceSearch } from '../../evaluation/foundSlices/findSlices.ts';
import type { EvaluationOptions } from '../../evaluation/evaluate.ts';
import { rowLosses } from '../../evaluation/rowLosses.ts';
import type { Validation } from '../../project/schema/validateStage.ts';
import type { PredictorMeta } from '../../models/predictor.ts';
import { groupColumnsOf } from './groupColumns.ts';
import type { ScoredRows } from './scoreRows.ts';

/** The columns that only the search reads. */
export function searchColumns(inputs: Validation, meta: PredictorMeta): string[] {
  const { find_slices: search = true } = inputs;
  return search === false || (typeof search === 'object' && search.columns)
    ? []
    : meta.features.map(({ name }) => name);
}

/** Searches the test rows for slices of large losses; null where the project asks for none, or nothing is lost. */
export function searchSlices(
  { truth, predictions, groups }: ScoredRows,
  inputs: Validation,
  options: EvaluationOptions,
  meta: PredictorMeta,
  signal: AbortSignal,
): SliceSearch | null {
  const { find_slices: search = true } = inputs;
  const found = search === false ? null : rowLosses(truth, predictions, options);
  if (!found) return null;
  const { columns, depth = 3, min_rows: minRows } = typeof search === 'object' ? search : {};
  const names = columns ?? [...new Set([...meta.features.map(({ name }) => name), ...groupColumnsOf(inputs)])];
  return findSlices({
    columns: names
      .filter((name) => name !== meta.target)
      .flatMap((name) => {
        const read = groups.get(name);
        return read ? [{ name, groups: read }] : [];
      }),
    ...found,
    depth,
    minRows,
    signal,
  });
}

import type { ViewAction } from '../../../protocol/webview.ts';
import type { ShownColumns } from '../columns/shownColumns.ts';
import type { Actions, PersistedState } from '../model.ts';
import { plainSettings, queryOf } from '../state/settings.ts';

/** Exports runs as a table; with `isFilterWrong`, without the filter that the engine rejected. */
export function exportRuns(
  [format, what, runs]: Parameters<Actions['export']>,
  state: PersistedState,
  columns: ShownColumns,
  isFilterWrong: boolean,
): Extract<ViewAction, { do: 'exportRuns' }> {
  const { which, order, selected } = state;
  const query =
    runs === 'matching'
      ? queryOf(state, isFilterWrong ? '' : undefined)
      : queryOf({ ...plainSettings, which, order }, `run_id in (${selected.map((id) => `'${id}'`).join(', ')})`);
  return {
    do: 'exportRuns',
    query,
    columns:
      what === 'shown' ? columns.columns.map((column) => column.id) : columns.available.map(({ column }) => column.id),
    format,
  };
}

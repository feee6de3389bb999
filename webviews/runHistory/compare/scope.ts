import type { RunQuery, RunSummary } from '../../../protocol/runs.ts';
import { queryOf } from '../state/settings.ts';
import type { Settings } from '../state/settings.ts';

/**
 * The scope of a chart of runs: the selected runs, all runs of the table, or all runs of the sweep that the selected
 * ones belong to.
 */
export type Scope = 'selected' | 'table' | 'sweep';

export const scopes: readonly Scope[] = ['selected', 'table', 'sweep'];

const sweepTag = 'loopwright.sweep';

/** The query for all runs of the common parent of these runs, such as a sweep; null without a common parent. */
export function sweepQuery(runs: readonly RunSummary[]): RunQuery | null {
  const sweep = common(runs, (run) => run.tags[sweepTag]);
  if (sweep !== null) return { filter: `tags.\`${sweepTag}\` = ${quoted(sweep)}` };
  const parent = common(runs, (run) => run.parent);
  return parent === null ? null : { filter: `parent = ${quoted(parent)}` };
}

/** The query of the table, without an order. */
export function tableQuery(settings: Settings): RunQuery {
  const { order: _order, ...query } = queryOf(settings);
  return query;
}

/** The query of a scope; null for the selected runs and for a scope that does not exist. */
export function scopeQuery(scope: Scope, selected: readonly RunSummary[], settings: Settings): RunQuery | null {
  if (scope === 'table') return tableQuery(settings);
  return scope === 'sweep' ? sweepQuery(selected) : null;
}

/** The available scopes for these runs, with their labels. */
export function scopeNames(selected: number, isSweep: boolean, settings: Settings): [Scope, string][] {
  const narrowed = settings.filter.trim() !== '' || settings.search.trim() !== '' || settings.experiment !== null;
  return [
    ['selected', `the ${selected} selected`],
    ['table', narrowed ? 'all that match the filter' : 'all of the table'],
    ...(isSweep ? [['sweep', 'all of this sweep'] satisfies [Scope, string]] : []),
  ];
}

/** The common value; null when the values differ or are missing. */
function common<T>(runs: readonly RunSummary[], read: (run: RunSummary) => T | null | undefined): T | null {
  const [first] = runs;
  const value = first ? (read(first) ?? null) : null;
  return value !== null && runs.every((run) => read(run) === value) ? value : null;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

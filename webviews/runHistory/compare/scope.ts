import type { RunQuery, RunSummary } from '../../../protocol/runs.ts';
import { queryOf } from '../state/settings.ts';
import type { Settings } from '../state/settings.ts';

/**
 * Which runs a chart of runs is about: those that are selected, all that the table shows, or all of the sweep that the
 * selected ones are from.
 */
export type Scope = 'selected' | 'table' | 'sweep';

export const scopes: readonly Scope[] = ['selected', 'table', 'sweep'];

const sweepTag = 'loopwright.sweep';

/**
 * The sweep, or another common parent, that all these runs are from, as a query for all of its runs; null when there is
 * none.
 */
export function sweepQuery(runs: readonly RunSummary[]): RunQuery | null {
  const sweep = common(runs, (run) => run.tags[sweepTag]);
  if (sweep !== null) return { filter: `tags.\`${sweepTag}\` = ${quoted(sweep)}` };
  const parent = common(runs, (run) => run.parent);
  return parent === null ? null : { filter: `parent = ${quoted(parent)}` };
}

/** What the table shows, in no order. */
export function tableQuery(settings: Settings): RunQuery {
  const { order: _order, ...query } = queryOf(settings);
  return query;
}

/** The query of a scope; null for the selected runs, and where there is no such scope. */
export function scopeQuery(scope: Scope, selected: readonly RunSummary[], settings: Settings): RunQuery | null {
  if (scope === 'table') return tableQuery(settings);
  return scope === 'sweep' ? sweepQuery(selected) : null;
}

/** The scopes that there are for these runs, with what a person reads. */
export function scopeNames(selected: number, isSweep: boolean, settings: Settings): [Scope, string][] {
  const narrowed = settings.filter.trim() !== '' || settings.search.trim() !== '' || settings.experiment !== null;
  return [
    ['selected', `the ${selected} selected`],
    ['table', narrowed ? 'all that the filter finds' : 'all of the table'],
    ...(isSweep ? [['sweep', 'all of this sweep'] satisfies [Scope, string]] : []),
  ];
}

/** The value that all have; null when they differ or have none. */
function common<T>(runs: readonly RunSummary[], read: (run: RunSummary) => T | null | undefined): T | null {
  const [first] = runs;
  const value = first ? (read(first) ?? null) : null;
  return value !== null && runs.every((run) => read(run) === value) ? value : null;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

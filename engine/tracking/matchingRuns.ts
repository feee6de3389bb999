import type { FilterProblem, RunQuery } from '../../protocol/runs.ts';
import { compileFilter, listOf } from './filter/compileFilter.ts';
import { parseFilter, type Filter } from './filter/parseFilter.ts';
import { FilterError } from './filter/tokens.ts';
import { listed, momentOf, type Moment } from './moment.ts';
import { both, either, runsIn, sizeOf, without, type RunSet } from './runSet.ts';
import { runsWithWord, wordsOf } from './runWords.ts';
import type { Sql } from '../store/sql.ts';

/** The runs of a query, without order and page. */
export interface Matching {
  runs: RunSet;
  total: number;
  /** The error of an invalid filter; the set then ignores the filter. */
  problem: FilterProblem | null;
}

/** Up to this number, runs are tested one by one. */
const few = 2000;

/**
 * Finds the runs of a query as a set: an index answers each comparison, and `and`, `or` and `not` are set operations.
 * This takes a few milliseconds for 100,000 runs with any filter, and gives the total.
 */
export function matchingRuns(sql: Sql, query: RunQuery): Matching {
  const moment = momentOf(sql);
  let runs = ofKind(sql, moment, query.which ?? 'active');
  if (query.experiment !== undefined)
    runs = both(runs, listed(sql, moment, 'SELECT r.id FROM runs r WHERE r.experiment = ?', [query.experiment]));
  let problem: FilterProblem | null = null;
  try {
    const filter = parseFilter(query.filter ?? '');
    if (filter) runs = meeting(sql, moment, filter, runs);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    problem = error.problem;
  }
  for (const word of wordsOf(query.search)) runs = runsWithWord(sql, moment, word, runs);
  return { runs, total: sizeOf(runs), problem };
}

/**
 * The runs of some experiments that match a filter, including archived ones. Throws FilterError for an invalid
 * comparison.
 */
export function runsOfExperiments(
  sql: Sql,
  experiments: readonly string[],
  which: 'kept' | 'deleted' | 'all',
  filter: Filter | null,
): Pick<Matching, 'runs' | 'total'> {
  const moment = momentOf(sql);
  // One index answers each; one statement for both would read every run.
  const kind = which === 'all' ? moment.all : ofKind(sql, moment, which === 'kept' ? 'all' : 'deleted');
  const among = both(
    kind,
    listed(
      sql,
      moment,
      `SELECT r.id FROM runs r WHERE r.experiment IN (${experiments.map(() => '?').join(', ')})`,
      experiments,
    ),
  );
  const runs = filter ? meeting(sql, moment, filter, among) : among;
  return { runs, total: sizeOf(runs) };
}

/** Deleted runs are few and have an index of their own. */
function ofKind(sql: Sql, moment: Moment, which: NonNullable<RunQuery['which']>): RunSet {
  const away = (more: string): RunSet =>
    listed(sql, moment, `SELECT r.id FROM runs r WHERE (r.deleted_at IS NOT NULL OR r.archived = 1) ${more}`, []);
  switch (which) {
    case 'active':
      return without(moment.all, away(''));
    case 'archived':
      return away('AND r.deleted_at IS NULL AND r.archived = 1');
    case 'deleted':
      return away('AND r.deleted_at IS NOT NULL');
    case 'all':
      return without(moment.all, away('AND r.deleted_at IS NOT NULL'));
  }
}

/** The runs of a set that match a filter. Comparisons with a missing value do not match. */
function meeting(sql: Sql, moment: Moment, filter: Filter, among: RunSet): RunSet {
  switch (filter.kind) {
    case 'not':
      return without(among, meeting(sql, moment, filter.part, among));
    case 'or':
      return filter.parts.map((part) => meeting(sql, moment, part, among)).reduce(either);
    case 'and':
      return filter.parts
        .toSorted((a, b) => effortOf(a) - effortOf(b))
        .reduce((runs, part) => meeting(sql, moment, part, runs), among);
    case 'compare': {
      if (filter.operator === 'is null')
        return without(among, meeting(sql, moment, { ...filter, operator: 'is not null' }, among));
      const condition = compileFilter(sql, filter);
      if (effortOf(filter) > 0 && sizeOf(among) <= few)
        return both(
          among,
          listed(
            sql,
            moment,
            `SELECT r.id FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value WHERE ${condition.sql}`,
            [JSON.stringify(runsIn(among)), ...condition.values],
          ),
        );
      const list = listOf(condition);
      return both(among, listed(sql, moment, list.sql, list.values));
    }
  }
}

/** The cost class of a filter: 0 uses an index, 1 reads each run, 2 reads further rows of each run. */
function effortOf(filter: Filter): number {
  switch (filter.kind) {
    case 'not':
      return effortOf(filter.part);
    case 'and':
    case 'or':
      return Math.max(...filter.parts.map(effortOf));
    case 'compare': {
      const { of, key } = filter.field;
      if (of === 'metrics' || of === 'params' || of === 'tags') return 0;
      return of === 'datasets' || ['model', 'artifact_uri', 'note', 'parent'].includes(key) ? 2 : 1;
    }
  }
}

import type { FilterProblem, RunPage, RunQuery } from '../../protocol/runs.ts';
import type { Condition } from './filter/compileFilter.ts';
import { matchingRuns } from './matchingRuns.ts';
import { momentOf } from './moment.ts';
import { pageOfRuns } from './pageOfRuns.ts';
import { indexesOf, newestFirst, orderBy, type ColumnOrder } from './runOrder.ts';
import { runsIn } from './runSet.ts';
import type { Sql, SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { summariseRuns, type RunRow } from './runSummaries.ts';

/**
 * A page of runs with the total number of matches. An invalid filter is reported as `problem`, and the page ignores it.
 */
export function listRuns(store: Pick<Store, 'sql'>, query: RunQuery = {}): RunPage {
  const { sql } = store;
  return sql.read(() => {
    const { runs, total, problem } = matchingRuns(sql, query);
    const page = pageOfRuns(
      sql,
      momentOf(sql),
      { runs, total },
      query.order ?? [],
      Math.min(query.limit ?? 200, 5000),
      query.offset ?? 0,
    );
    return { runs: summariseRuns(store, rowsOf(sql, page)), total, problem };
  });
}

/** The rows of some runs, in their order. */
export function rowsOf(sql: Sql, runs: readonly number[]): RunRow[] {
  return sql.all<RunRow>('SELECT r.* FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value', JSON.stringify(runs));
}

/**
 * The runs of a query as a condition on `runs r`, for statements that read more of them; `few` when looking them up one
 * by one is fastest.
 */
export function conditionOf(
  sql: Sql,
  query: RunQuery,
): { where: Condition; problem: FilterProblem | null; few: boolean } {
  const { runs, total, problem } = matchingRuns(sql, query);
  return {
    where: { sql: 'r.id IN (SELECT value FROM json_each(?))', values: [JSON.stringify(runsIn(runs))] },
    problem,
    few: total <= fewRuns,
  };
}

const fewRuns = 5000;

export function allOf(parts: readonly Condition[]): Condition {
  return { sql: parts.map((part) => part.sql).join(' AND ') || '1', values: parts.flatMap((part) => part.values) };
}

/**
 * The rows of a page in an order; runs without a value come last. For an order by a metric or a numeric param, the
 * index of its values is read from its end until the page is full, so that the cost depends on the page.
 */
export function findRows(
  sql: Sql,
  where: Condition,
  order: readonly ColumnOrder[],
  limit: number,
  offset: number,
  few = false,
): RunRow[] {
  const first = order[0];
  const indexes = first && !few ? indexesOf(sql, first) : [];
  if (!first || indexes.length === 0) return ordered(sql, where, order, limit, offset, few);
  const rest = order.slice(1).map((one) => orderBy(sql, one));
  const joins = rest.map((one, i) => one.join(i)).join(' ');
  const ties = [...rest.map((one, i) => one.by(i)), newestFirst].join(', ');
  const found: RunRow[] = [];
  let before = 0;
  for (const index of indexes) {
    const text = `FROM ${index.table} o CROSS JOIN runs r ON r.id = o.run ${joins} WHERE o.key = ? AND ${index.present('o')} AND ${where.sql}`;
    const values: SqlValue[] = [...rest.flatMap((one) => one.values), index.key, ...where.values];
    const skip = Math.max(0, offset - before);
    const rows = sql.all<RunRow>(
      `SELECT r.* ${text} ORDER BY o.${index.column} ${first.descending ? 'DESC' : 'ASC'}, ${ties} LIMIT ? OFFSET ?`,
      ...values,
      limit - found.length,
      skip,
    );
    found.push(...rows);
    if (found.length === limit) return found;
    before +=
      rows.length > 0 || skip === 0
        ? skip + rows.length
        : (sql.get<{ n: number }>(`SELECT count(*) AS n ${text}`, ...values)?.n ?? 0);
  }
  const without = allOf([
    where,
    ...indexes.map((index): Condition => ({
      sql: `NOT EXISTS (SELECT 1 FROM ${index.table} o WHERE o.run = r.id AND o.key = ? AND ${index.present('o')})`,
      values: [index.key],
    })),
  ]);
  return [...found, ...ordered(sql, without, order, limit - found.length, Math.max(0, offset - before), few)];
}

function ordered(
  sql: Sql,
  where: Condition,
  order: readonly ColumnOrder[],
  limit: number,
  offset: number,
  few: boolean,
): RunRow[] {
  const orders = order.map((one) => orderBy(sql, one));
  const joins = orders.map((one, i) => one.join(i)).join(' ');
  // The unary plus prevents SQLite from using an index of all runs for a few of them.
  const by = [...orders.map((one, i) => one.by(i)), newestFirst].join(', ').replace(/^r\./, few ? '+r.' : 'r.');
  return sql.all<RunRow>(
    `SELECT r.* FROM runs r ${joins} WHERE ${where.sql} ORDER BY ${by} LIMIT ? OFFSET ?`,
    ...orders.flatMap((one) => one.values),
    ...where.values,
    limit,
    offset,
  );
}

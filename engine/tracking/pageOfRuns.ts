import { knownOrder, orderedBy, type Moment } from './moment.ts';
import type { Matching } from './matchingRuns.ts';
import { indexesOf, newestFirst, orderBy, type ColumnOrder, type IndexedOrder } from './runOrder.ts';
import { runsIn, setOf, sizeOf, type RunSet } from './runSet.ts';
import type { Sql, SqlValue } from '../store/sql.ts';

/** Up to this number, runs are sorted directly instead of found along an order of all. */
const few = 2000;
/**
 * An order that is read beyond this length is read completely and cached; an order without an index sorts all runs for
 * each prefix.
 */
const longWalk = { indexed: 20_000, sorted: 2000 };
const indexed = new Set(['started', 'start_time', 'name', 'run_name']);

/** Runs in an order: a statement that lists row numbers. With `ties`, runs with equal values come in any order. */
interface Stretch {
  sql: string;
  values: SqlValue[];
  ties: Ties | null;
  /** True when an index has the order: a prefix is then read without the rest. */
  isIndexed: boolean;
}

interface Ties {
  /** The runs with the same value as a run. */
  same(run: number): number[];
  /** Runs by value, then newest first. */
  settle(runs: readonly number[]): number[];
}

/**
 * The row numbers of a page of runs: by the columns of the order, then newest first. Runs without a value come last in
 * both directions.
 */
export function pageOfRuns(
  sql: Sql,
  moment: Moment,
  { runs, total }: Pick<Matching, 'runs' | 'total'>,
  order: readonly ColumnOrder[],
  limit: number,
  offset: number,
): number[] {
  if (offset >= total || limit <= 0) return [];
  if (total <= few) return sorted(sql, runsIn(runs), order).slice(offset, offset + limit);
  const left = runs.slice();
  const page: number[] = [];
  let [skip, remaining] = [offset, total];
  for (const stretch of stretchesOf(sql, order)) {
    const wanted = skip + limit - page.length;
    const found = walk(sql, moment, stretch, left, wanted, remaining);
    page.push(
      ...(stretch.ties ? settled(sql, moment, stretch.ties, left, found, skip, wanted) : found.slice(skip, wanted)),
    );
    if (page.length >= limit || page.length + offset >= total) return page;
    skip = Math.max(0, skip - found.length);
    remaining -= found.length;
    for (const run of found) left[run] = 0;
  }
  return page;
}

/** A small set of runs, sorted. */
function sorted(sql: Sql, runs: readonly number[], order: readonly ColumnOrder[]): number[] {
  const { joins, by, values } = ordering(sql, order);
  return sql.numbers(
    `SELECT r.id FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value ${joins} ORDER BY ${by}`,
    JSON.stringify(runs),
    ...values,
  );
}

function ordering(sql: Sql, order: readonly ColumnOrder[]): { joins: string; by: string; values: SqlValue[] } {
  const orders = order.map((one) => orderBy(sql, one));
  return {
    joins: orders.map((one, i) => one.join(i)).join(' '),
    by: [...orders.map((one, i) => one.by(i)), newestFirst].join(', '),
    values: orders.flatMap((one) => one.values),
  };
}

/** The parts of an order: the runs with values, in index order, then all other runs. */
function stretchesOf(sql: Sql, order: readonly ColumnOrder[]): Stretch[] {
  const [first, ...rest] = order;
  const whole = ordering(sql, order);
  const others: Stretch = {
    sql: `SELECT r.id FROM runs r ${whole.joins} ORDER BY ${whole.by}`,
    values: whole.values,
    ties: null,
    isIndexed:
      !first || (rest.length === 0 && indexed.has(first.column) && !(first.plain && first.column.endsWith('name'))),
  };
  const indexes = first ? indexesOf(sql, first) : [];
  if (!first || indexes.length === 0) return [others];
  const direction = first.descending ? 'DESC' : 'ASC';
  const stretches = indexes.map((index): Stretch => {
    const { table, column, key, present } = index;
    if (rest.length === 0)
      return {
        sql: `SELECT o.run FROM ${table} o WHERE o.key = ? ${narrowed(index, 'o')} ORDER BY o.${column} ${direction}`,
        values: [key],
        ties: tiesOf(sql, index, direction),
        isIndexed: true,
      };
    const { joins, by, values } = ordering(sql, rest);
    return {
      sql: `SELECT r.id FROM ${table} o CROSS JOIN runs r ON r.id = o.run ${joins} WHERE o.key = ? AND ${present('o')} ORDER BY o.${column} ${direction}, ${by}`,
      values: [...values, key],
      ties: null,
      isIndexed: true,
    };
  });
  // NaN values of a metric are ordered separately, among the runs without a value.
  if (first.column.startsWith('metrics.')) {
    const { joins, by, values } = ordering(sql, rest);
    stretches.push({
      sql: `SELECT r.id FROM latest o CROSS JOIN runs r ON r.id = o.run ${joins} WHERE o.key = ? AND o.is_nan = 1 ORDER BY ${by}`,
      values: [...values, indexes[0]?.key ?? -1],
      ties: null,
      isIndexed: true,
    });
  }
  return [...stretches, ...stretchesOf(sql, rest)];
}

/**
 * Numeric params were handled before the text ones and are skipped here; selecting only the others would not use the
 * index.
 */
function narrowed({ table, column, present }: IndexedOrder, alias: string): string {
  return table === 'params' && column === 'value' ? '' : `AND ${present(alias)}`;
}

function tiesOf(sql: Sql, index: IndexedOrder, direction: string): Ties {
  const { table, column, key } = index;
  const inOrder = `SELECT r.id FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value CROSS JOIN ${table} o ON o.run = r.id AND o.key = ? ORDER BY o.${column} ${direction}, ${newestFirst}`;
  return {
    same: (run) =>
      sql.numbers(
        `SELECT x.run FROM ${table} x WHERE x.key = ? ${narrowed(index, 'x')} AND x.${column} = (SELECT o.${column} FROM ${table} o WHERE o.run = ? AND o.key = ?)`,
        key,
        run,
        key,
      ),
    settle: (runs) => (runs.length < 2 ? [...runs] : sql.numbers(inOrder, JSON.stringify(runs), key)),
  };
}

/** The runs of a set along a part of the order: at least the wanted number, or all. */
function walk(sql: Sql, moment: Moment, stretch: Stretch, among: RunSet, wanted: number, remaining: number): number[] {
  const known = knownOrder(moment, stretch.sql, stretch.values);
  // The expected number of rows to read if the runs of the set were evenly distributed.
  let steps = 64 + Math.ceil((1.2 * wanted * moment.runs) / Math.max(1, remaining));
  const most = stretch.isIndexed ? longWalk.indexed : longWalk.sorted;
  for (; !known && steps <= most; steps *= 4) {
    const runs = sql.numbers(`${stretch.sql} LIMIT ?`, ...stretch.values, steps);
    const found = chosen(runs, among);
    if (found.length >= wanted || runs.length < steps) return found;
  }
  return chosen(known ?? orderedBy(sql, moment, stretch.sql, stretch.values), among);
}

function chosen(order: ArrayLike<number>, among: RunSet): number[] {
  const runs: number[] = [];
  for (let i = 0; i < order.length; i++) {
    const run = order[i] ?? 0;
    if (among[run] === 1) runs.push(run);
  }
  return runs;
}

/**
 * Sorts runs with equal values newest first. The runs with the first and the last value of the page may extend beyond
 * it, and beyond the rows read.
 */
function settled(
  sql: Sql,
  moment: Moment,
  ties: Ties,
  among: RunSet,
  found: readonly number[],
  skip: number,
  wanted: number,
): number[] {
  const page = found.slice(skip, wanted);
  const [head, tail] = [page[0], page.at(-1)];
  if (head === undefined || tail === undefined) return [];
  const sameAs = (run: number): RunSet =>
    setOf(
      among,
      ties.same(run).filter((one) => among[one] === 1),
    );
  const newest = (runs: RunSet): number[] =>
    sizeOf(runs) <= few
      ? ties.settle(runsIn(runs))
      : chosen(orderedBy(sql, moment, `SELECT r.id FROM runs r ORDER BY ${newestFirst}`, []), runs);
  const first = sameAs(head);
  let from = skip;
  while (from > 0 && first[found[from - 1] ?? 0] === 1) from--;
  if (first[tail] === 1) return newest(first).slice(skip - from, skip - from + page.length);
  const last = sameAs(tail);
  let to = Math.min(wanted, found.length);
  while (to > 0 && last[found[to - 1] ?? 0] === 1) to--;
  return [
    ...newest(first).slice(skip - from),
    ...ties.settle(found.slice(from + sizeOf(first), to)),
    ...newest(last),
  ].slice(0, page.length);
}

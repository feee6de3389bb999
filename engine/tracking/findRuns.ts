import type { FilterProblem, RunOrder, RunPage, RunQuery } from '../../protocol/runs.ts';
import { compileFilter, type Condition } from './filter/compileFilter.ts';
import { parseFilter } from './filter/parseFilter.ts';
import { FilterError } from './filter/tokens.ts';
import type { Sql, SqlValue } from './sql.ts';
import type { Store } from './store.ts';
import { summariseRuns, type RunRow } from './runSummaries.ts';
import { findKey } from './writeRun.ts';

const newestFirst = 'r.started_at DESC, r.run_id';

/** A page of runs. A filter that cannot be read is told as `problem`, and the page is the one without it. */
export function listRuns(store: Pick<Store, 'sql'>, query: RunQuery = {}): RunPage {
  const { sql } = store;
  const { where, problem, few } = conditionOf(sql, query);
  const limit = Math.min(query.limit ?? 200, 5000);
  const rows = findRows(sql, where, query.order ?? [], limit, query.offset ?? 0, few);
  return { runs: summariseRuns(store, rows), total: countRuns(sql, where, rows.length, limit, query.offset ?? 0), problem };
}

/** What a query asks of `runs r`; with the problem of a filter that cannot be read. */
export function conditionOf(sql: Sql, query: RunQuery): { where: Condition; problem: FilterProblem | null; few: boolean } {
  const parts: Condition[] = [whichRuns(query.which ?? 'active')];
  let few = Infinity;
  if (query.experiment !== undefined) parts.push({ sql: 'r.experiment = ?', values: [query.experiment] });
  for (const word of (query.search ?? '').trim().split(/\s+/).filter(Boolean)) parts.push(containing(word));
  let problem: FilterProblem | null = null;
  if (query.filter !== undefined && query.filter.trim() !== '') {
    try {
      const filter = parseFilter(query.filter);
      if (filter) {
        const narrow = rarestFirst(sql, (filter.kind === 'and' ? filter.parts : [filter]).map((part) => compileFilter(sql, part)));
        parts.push(...narrow.parts);
        few = narrow.most;
      }
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      problem = error.problem;
    }
  }
  return { where: allOf(parts), problem, few: few <= fewRuns };
}

export function allOf(parts: readonly Condition[]): Condition {
  return { sql: parts.map((part) => part.sql).join(' AND ') || '1', values: parts.flatMap((part) => part.values) };
}

export function whichRuns(which: NonNullable<RunQuery['which']>): Condition {
  const sql = { active: 'r.deleted_at IS NULL AND r.archived = 0', archived: 'r.deleted_at IS NULL AND r.archived = 1', deleted: 'r.deleted_at IS NOT NULL', all: 'r.deleted_at IS NULL' }[which];
  return { sql, values: [] };
}

const fewRuns = 5000;
const manyRuns = 40_000;

/** Of parts that must all hold, the one that the fewest runs meet is answered by an index; the others are asked of those runs alone. */
function rarestFirst(sql: Sql, parts: Condition[]): { parts: Condition[]; most: number } {
  let best: { at: number; runs: string; found: number } | null = null;
  for (const [at, part] of parts.entries()) {
    const inner = /^EXISTS \(SELECT 1 FROM (latest|params|tags) x WHERE x\.run = r\.id AND (.*)\)$/s.exec(part.sql);
    if (!inner) continue;
    const runs = `SELECT x.run FROM ${inner[1]} x WHERE ${inner[2]}`;
    const limit: number = best?.found ?? manyRuns;
    const found: number = sql.get<{ n: number }>(`SELECT count(*) AS n FROM (${runs} LIMIT ${limit + 1})`, ...part.values)?.n ?? 0;
    if (found <= limit && found < manyRuns) best = { at, runs, found };
  }
  if (!best) return { parts, most: Infinity };
  const { at, runs, found } = best;
  return { parts: parts.map((part, i) => (i === at ? { sql: `r.id IN (${runs})`, values: part.values } : part)), most: found };
}

/** A word somewhere in a run. */
function containing(word: string): Condition {
  const like = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return {
    sql: `(r.name LIKE ? ESCAPE '\\' OR r.run_id LIKE ? ESCAPE '\\' OR r.status LIKE ? ESCAPE '\\' OR r.experiment LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM params p WHERE p.run = r.id AND (p.key || '=' || p.value) LIKE ? ESCAPE '\\') OR EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND (t.key NOT LIKE 'mlflow.%' OR t.key = 'mlflow.note.content') AND (t.key || '=' || t.value) LIKE ? ESCAPE '\\'))`,
    values: [like, like, like, like, like, like],
  };
}

/** Counts stay good until somebody writes. */
const counts = new WeakMap<Sql, Map<string, { version: string; n: number }>>();

export function countRuns(sql: Sql, where: Condition, found: number, limit: number, offset: number): number {
  // A page that is not full is the last one.
  if (found < limit && (found > 0 || offset === 0)) return offset + found;
  const known = counts.get(sql) ?? new Map<string, { version: string; n: number }>();
  const key = JSON.stringify(where);
  const version = sql.version();
  const before = known.get(key);
  if (before?.version === version) return before.n;
  const n = sql.get<{ n: number }>(`SELECT count(*) AS n FROM runs r WHERE ${where.sql}`, ...where.values)?.n ?? 0;
  if (known.size > 100) known.clear();
  counts.set(sql, known.set(key, { version, n }));
  return n;
}

/**
 * The rows of a page in an order; runs without a value of it stand last. Ordered by a metric or by the number of a param, the index of those
 * values is walked from its end until the page is full, so that a page costs what it shows.
 */
export function findRows(sql: Sql, where: Condition, order: readonly RunOrder[], limit: number, offset: number, few = false): RunRow[] {
  const first = order[0];
  const indexes = first && !few ? indexesOf(sql, first) : [];
  if (!first || indexes.length === 0) return ordered(sql, where, order, limit, offset, few);
  const rest = order.slice(1).map((one) => orderOf(sql, one));
  const joins = rest.map((one, i) => one.join(i)).join(' ');
  const ties = [...rest.map((one, i) => one.by(i)), newestFirst].join(', ');
  const found: RunRow[] = [];
  let before = 0;
  for (const index of indexes) {
    const text = `FROM ${index.table} o CROSS JOIN runs r ON r.id = o.run ${joins} WHERE o.key = ? AND ${index.present('o')} AND ${where.sql}`;
    const values: SqlValue[] = [...rest.flatMap((one) => one.values), index.key, ...where.values];
    const skip = Math.max(0, offset - before);
    const rows = sql.all<RunRow>(`SELECT r.* ${text} ORDER BY o.${index.column} ${first.descending ? 'DESC' : 'ASC'}, ${ties} LIMIT ? OFFSET ?`, ...values, limit - found.length, skip);
    found.push(...rows);
    if (found.length === limit) return found;
    before += rows.length > 0 || skip === 0 ? skip + rows.length : (sql.get<{ n: number }>(`SELECT count(*) AS n ${text}`, ...values)?.n ?? 0);
  }
  const without = allOf([where, ...indexes.map((index): Condition => ({ sql: `NOT EXISTS (SELECT 1 FROM ${index.table} o WHERE o.run = r.id AND o.key = ? AND ${index.present('o')})`, values: [index.key] }))]);
  return [...found, ...ordered(sql, without, order, limit - found.length, Math.max(0, offset - before), few)];
}

function ordered(sql: Sql, where: Condition, order: readonly RunOrder[], limit: number, offset: number, few: boolean): RunRow[] {
  const orders = order.map((one) => orderOf(sql, one));
  const joins = orders.map((one, i) => one.join(i)).join(' ');
  // The plus keeps a few runs from being looked for along an index of all.
  const by = [...orders.map((one, i) => one.by(i)), newestFirst].join(', ').replace(/^r\./, few ? '+r.' : 'r.');
  return sql.all<RunRow>(`SELECT r.* FROM runs r ${joins} WHERE ${where.sql} ORDER BY ${by} LIMIT ? OFFSET ?`, ...orders.flatMap((one) => one.values), ...where.values, limit, offset);
}

interface Indexed {
  table: 'latest' | 'params';
  column: 'value' | 'number';
  key: SqlValue;
  present(alias: string): string;
}

/** The indexes that have the values of a column in order, numbers before text. */
function indexesOf(sql: Sql, { column }: RunOrder): Indexed[] {
  const [group, key] = splitColumn(column);
  if (group === 'metrics') return [{ table: 'latest', column: 'value', key: findKey({ sql }, key) ?? -1, present: (alias) => `${alias}.is_nan = 0` }];
  if (group !== 'params') return [];
  return [
    { table: 'params', column: 'number', key, present: (alias) => `${alias}.number IS NOT NULL` },
    { table: 'params', column: 'value', key, present: (alias) => `${alias}.number IS NULL` },
  ];
}

interface Order {
  join(index: number): string;
  by(index: number): string;
  values: SqlValue[];
}

const attributes: Record<string, string> = {
  name: 'r.name COLLATE NOCASE', run_name: 'r.name COLLATE NOCASE', status: 'r.status', experiment: 'r.experiment', started: 'r.started_at', start_time: 'r.started_at', ended: 'r.ended_at', end_time: 'r.ended_at',
  duration: `(ifnull(r.ended_at, unixepoch('subsec') * 1000) - r.started_at)`, commit: 'r.commit_hash', starred: 'r.starred', run_id: 'r.run_id', user: `nullif(r.user_id, '')`, user_id: `nullif(r.user_id, '')`,
  model: '(SELECT max(v.version) FROM model_versions v WHERE v.run_id = r.run_id)', artifact_uri: 'r.artifact_uri', note: `(SELECT n.value FROM tags n WHERE n.run = r.id AND n.key = 'mlflow.note.content')`,
};

function orderOf(sql: Sql, { column, descending }: RunOrder): Order {
  const direction = descending ? 'DESC' : 'ASC';
  const [group, key] = splitColumn(column);
  switch (group) {
    case 'metrics': return { join: (i) => `LEFT JOIN latest o${i} ON o${i}.run = r.id AND o${i}.key = ?`, by: (i) => `o${i}.value IS NULL, o${i}.is_nan, o${i}.value ${direction}`, values: [findKey({ sql }, key) ?? -1] };
    case 'params': return { join: (i) => `LEFT JOIN params o${i} ON o${i}.run = r.id AND o${i}.key = ?`, by: (i) => `o${i}.value IS NULL, o${i}.number IS NULL, o${i}.number ${direction}, o${i}.value ${direction}`, values: [key] };
    case 'tags': return { join: (i) => `LEFT JOIN tags o${i} ON o${i}.run = r.id AND o${i}.key = ?`, by: (i) => `o${i}.value IS NULL, o${i}.value ${direction}`, values: [key] };
    default: {
      const expression = attributes[key] ?? attributes.started ?? '';
      // A column that is never empty can be walked by its index.
      const nulls = /started_at|r\.name|r\.status|r\.experiment|r\.starred|r\.run_id/.test(expression) ? '' : `${expression} IS NULL, `;
      return { join: () => '', by: () => `${nulls}${expression} ${direction}`, values: [] };
    }
  }
}

/** `metrics.a.b` is the metric `a.b`; a name without a group is an attribute. */
export function splitColumn(column: string): ['metrics' | 'params' | 'tags' | 'attributes', string] {
  const dot = column.indexOf('.');
  const group = column.slice(0, Math.max(0, dot));
  return group === 'metrics' || group === 'params' || group === 'tags' ? [group, column.slice(dot + 1)] : ['attributes', column];
}

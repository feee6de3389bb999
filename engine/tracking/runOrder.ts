import type { RunOrder } from '../../protocol/runs.ts';
import type { Sql, SqlValue } from '../store/sql.ts';
import { versionOfRun } from './runVersions.ts';
import { findNamedKey } from './shortMetric.ts';
import { findKey } from './writeRun.ts';

/**
 * A column to order by. `plain` orders as MLflow's server does: params as text, upper case first, and states by
 * MLflow's names.
 */
export interface ColumnOrder extends RunOrder {
  plain?: boolean;
}

/** The SQL that orders `runs r` by a column: the join under a number, and the expression of ORDER BY. */
export interface OrderBy {
  join(index: number): string;
  by(index: number): string;
  values: SqlValue[];
}

/** An index with the values of a column in order. */
export interface IndexedOrder {
  table: 'latest' | 'params';
  column: 'value' | 'number';
  key: SqlValue;
  /** The entries of the key in this order. */
  present(alias: string): string;
}

export const newestFirst = 'r.started_at DESC, r.run_id';

const attributes: Record<string, string> = {
  name: 'r.name COLLATE NOCASE',
  run_name: 'r.name COLLATE NOCASE',
  status: 'r.status',
  experiment: 'r.experiment',
  started: 'r.started_at',
  start_time: 'r.started_at',
  ended: 'r.ended_at',
  end_time: 'r.ended_at',
  duration: `(ifnull(r.ended_at, unixepoch('subsec') * 1000) - r.started_at)`,
  commit: 'r.commit_hash',
  starred: 'r.starred',
  run_id: 'r.run_id',
  user: `nullif(r.user_id, '')`,
  user_id: `nullif(r.user_id, '')`,
  model: versionOfRun,
  artifact_uri: 'r.artifact_uri',
  note: `(SELECT n.value FROM tags n WHERE n.run = r.id AND n.key = 'mlflow.note.content')`,
};

const plainAttributes: Record<string, string> = {
  ...attributes,
  name: 'r.name',
  run_name: 'r.name',
  status: `CASE r.status WHEN 'cancelled' THEN 'killed' WHEN 'interrupted' THEN 'failed' WHEN 'refused' THEN 'finished' ELSE r.status END`,
};

/** Runs without a value come last in both directions, after NaN values of metrics. */
export function orderBy(sql: Sql, { column, descending, plain = false }: ColumnOrder): OrderBy {
  const direction = descending ? 'DESC' : 'ASC';
  const [group, key] = splitColumn(column);
  switch (group) {
    case 'metrics':
      return {
        join: (i) => `LEFT JOIN latest o${i} ON o${i}.run = r.id AND o${i}.key = ?`,
        by: (i) => `o${i}.value IS NULL, o${i}.is_nan, o${i}.value ${direction}`,
        values: [keyOf(sql, key, plain)],
      };
    case 'params': {
      const byNumber = (i: number) =>
        `o${i}.number IS NULL, o${i}.number ${direction}, CASE WHEN o${i}.number IS NULL THEN o${i}.value END ${direction}`;
      return {
        join: (i) => `LEFT JOIN params o${i} ON o${i}.run = r.id AND o${i}.key = ?`,
        by: (i) => `o${i}.value IS NULL, ${plain ? `o${i}.value ${direction}` : byNumber(i)}`,
        values: [key],
      };
    }
    case 'tags':
      return {
        join: (i) => `LEFT JOIN tags o${i} ON o${i}.run = r.id AND o${i}.key = ?`,
        by: (i) => `o${i}.value IS NULL, o${i}.value ${direction}`,
        values: [key],
      };
    default: {
      const expression = (plain ? plainAttributes : attributes)[key] ?? attributes.started ?? '';
      // A column without missing values can be read along its index.
      const nulls = /started_at|r\.name|r\.status|r\.experiment|r\.starred|r\.run_id/.test(expression)
        ? ''
        : `${expression} IS NULL, `;
      return { join: () => '', by: () => `${nulls}${expression} ${direction}`, values: [] };
    }
  }
}

/** MLflow knows a metric by its whole name only. */
function keyOf(sql: Sql, name: string, plain: boolean): number {
  return (plain ? findKey({ sql }, name) : findNamedKey({ sql }, name)) ?? -1;
}

/** The indexes with the values of a column in order, numbers before text; none for most columns. */
export function indexesOf(sql: Sql, { column, plain = false }: ColumnOrder): IndexedOrder[] {
  const [group, key] = splitColumn(column);
  if (group === 'metrics')
    return [
      { table: 'latest', column: 'value', key: keyOf(sql, key, plain), present: (alias) => `${alias}.is_nan = 0` },
    ];
  if (group !== 'params') return [];
  if (plain) return [{ table: 'params', column: 'value', key, present: () => '1' }];
  return [
    { table: 'params', column: 'number', key, present: (alias) => `${alias}.number IS NOT NULL` },
    { table: 'params', column: 'value', key, present: (alias) => `${alias}.number IS NULL` },
  ];
}

/** `metrics.a.b` is the metric `a.b`; a name without a group is an attribute. */
export function splitColumn(column: string): ['metrics' | 'params' | 'tags' | 'attributes', string] {
  const dot = column.indexOf('.');
  const group = column.slice(0, Math.max(0, dot));
  return group === 'metrics' || group === 'params' || group === 'tags'
    ? [group, column.slice(dot + 1)]
    : ['attributes', column];
}

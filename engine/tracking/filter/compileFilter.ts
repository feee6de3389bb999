import { versionOfRun } from '../runVersions.ts';
import { severalText, storedMetricsNamed } from '../shortMetric.ts';
import { findKey } from '../writeRun.ts';
import type { Sql, SqlValue } from '../../store/sql.ts';
import type { Field, Filter, FilterValue, Operator } from './parseFilter.ts';
import { FilterError } from './tokens.ts';

/** A condition on `runs r`, with its bound values in order. */
export interface Condition {
  sql: string;
  values: SqlValue[];
  /** The row numbers of the matching runs, where an index has them; duplicates are possible. */
  list?: { sql: string; values: SqlValue[] };
}

/** The matching runs of a condition, as a separate statement. */
export function listOf({ sql, values, list }: Condition): { sql: string; values: SqlValue[] } {
  return list ?? { sql: `SELECT r.id FROM runs r WHERE ${sql}`, values };
}

/**
 * An index contains the values of tags up to 250 bytes; longer ones have an index of their keys. The conditions repeat
 * those of the indexes.
 */
export const shortTag = 'length(CAST(x.value AS BLOB)) <= 250';
export const longTag = 'length(CAST(x.value AS BLOB)) > 250';

type Compare = Extract<Filter, { kind: 'compare' }>;

const columns: Record<string, { sql: string; kind: 'text' | 'number' | 'time' | 'seconds' | 'flag' | 'status' }> = {
  run_id: { sql: 'r.run_id', kind: 'text' },
  id: { sql: 'r.run_id', kind: 'text' },
  name: { sql: 'r.name', kind: 'text' },
  run_name: { sql: 'r.name', kind: 'text' },
  'run name': { sql: 'r.name', kind: 'text' },
  'Run name': { sql: 'r.name', kind: 'text' },
  'Run Name': { sql: 'r.name', kind: 'text' },
  status: { sql: 'r.status', kind: 'status' },
  state: { sql: 'r.status', kind: 'status' },
  experiment: { sql: 'r.experiment', kind: 'text' },
  user_id: { sql: 'r.user_id', kind: 'text' },
  user: { sql: 'r.user_id', kind: 'text' },
  commit: { sql: 'r.commit_hash', kind: 'text' },
  source: { sql: 'r.source', kind: 'text' },
  artifact_uri: {
    sql: `ifnull(r.artifact_uri, 'mlflow-artifacts:/' || (SELECT e.id FROM experiments e WHERE e.name = r.experiment) || '/' || r.run_id || '/artifacts')`,
    kind: 'text',
  },
  start_time: { sql: 'r.started_at', kind: 'time' },
  started: { sql: 'r.started_at', kind: 'time' },
  created: { sql: 'r.started_at', kind: 'time' },
  Created: { sql: 'r.started_at', kind: 'time' },
  end_time: { sql: 'r.ended_at', kind: 'time' },
  ended: { sql: 'r.ended_at', kind: 'time' },
  age: { sql: `((unixepoch('subsec') * 1000 - r.started_at) / 1000.0)`, kind: 'seconds' },
  duration: { sql: `((ifnull(r.ended_at, unixepoch('subsec') * 1000) - r.started_at) / 1000.0)`, kind: 'seconds' },
  starred: { sql: 'r.starred', kind: 'flag' },
  archived: { sql: 'r.archived', kind: 'flag' },
  dirty: { sql: 'r.dirty', kind: 'flag' },
  note: { sql: `(SELECT n.value FROM tags n WHERE n.run = r.id AND n.key = 'mlflow.note.content')`, kind: 'text' },
  parent: { sql: `(SELECT n.value FROM tags n WHERE n.run = r.id AND n.key = 'mlflow.parentRunId')`, kind: 'text' },
  model: { sql: versionOfRun, kind: 'number' },
  seed: { sql: 'r.seed', kind: 'number' },
};

/** The attributes of a filter, for completion and messages. */
export const attributeNames = [
  'name',
  'status',
  'experiment',
  'started',
  'ended',
  'age',
  'duration',
  'starred',
  'archived',
  'note',
  'commit',
  'dirty',
  'model',
  'seed',
  'user',
  'source',
  'parent',
  'run_id',
] as const;

const statuses: Record<string, string[]> = {
  running: ['running'],
  scheduled: ['scheduled'],
  finished: ['finished', 'refused'],
  failed: ['failed', 'interrupted'],
  killed: ['cancelled'],
};

/** Compiles a filter to SQL over `runs r`. Every value is bound. */
export function compileFilter(sql: Sql, filter: Filter): Condition {
  if (filter.kind === 'not') {
    const inner = compileFilter(sql, filter.part);
    return { sql: `NOT ifnull(${inner.sql}, 0)`, values: inner.values };
  }
  if (filter.kind !== 'compare') {
    const parts = filter.parts.map((part) => compileFilter(sql, part));
    return {
      sql: `(${parts.map((part) => part.sql).join(filter.kind === 'and' ? ' AND ' : ' OR ')})`,
      values: parts.flatMap((part) => part.values),
    };
  }
  return compare(sql, filter);
}

function compare(sql: Sql, filter: Compare): Condition {
  const { field, operator } = filter;
  if (operator === 'is null' || operator === 'is not null') {
    const there = presence(sql, filter);
    return operator === 'is null' ? { sql: `NOT ${there.sql}`, values: there.values } : there;
  }
  switch (field.of) {
    case 'metrics':
      return metric(sql, filter);
    case 'params':
      return param(field, filter);
    case 'tags':
      return tag(field, filter);
    case 'datasets':
      return dataset(field, filter);
    case 'attributes':
      return attribute(field, filter);
  }
}

function presence(sql: Sql, filter: Compare): Condition {
  const { field } = filter;
  switch (field.of) {
    case 'metrics':
      return among('latest', 'x.key = ?', [keyOf(sql, filter)]);
    case 'params':
      return among('params', 'x.key = ?', [field.key]);
    case 'tags':
      return among('tags', 'x.key = ?', [field.key]);
    case 'datasets':
      return {
        sql: '(EXISTS (SELECT 1 FROM dataset_inputs x WHERE x.run = r.id) OR EXISTS (SELECT 1 FROM run_inputs x WHERE x.run_id = r.run_id))',
        values: [],
      };
    case 'attributes':
      return { sql: `(${columnOf(field, 0, 0).sql} IS NOT NULL)`, values: [] };
  }
}

/** The number of the metric of a field; −1 when no run has it. */
function keyOf(sql: Sql, { field, from, to }: Compare): number {
  const found = storedMetricsNamed({ sql }, field.key);
  if (found.length > 1) throw new FilterError(severalText(field.key, found), from, to);
  return findKey({ sql }, found[0] ?? field.key) ?? -1;
}

function metric(sql: Sql, filter: Compare): Condition {
  const key = keyOf(sql, filter);
  const numbers = numbersOf(filter, 'A metric is compared with numbers.');
  const nan = numbers.some((value) => Number.isNaN(value));
  if (nan && (filter.operator === '=' || filter.operator === '!='))
    return among('latest', 'x.key = ? AND x.is_nan = ?', [key, filter.operator === '=' ? 1 : 0]);
  const condition = plain('x.value', filter.operator, numbers, filter);
  // NaN differs from every number, and is neither greater nor less.
  const meets =
    filter.operator === '!=' || filter.operator === 'not in'
      ? `(x.is_nan = 1 OR ${condition.sql})`
      : `x.is_nan = 0 AND ${condition.sql}`;
  return among('latest', `x.key = ? AND ${meets}`, [key, ...condition.values]);
}

function among(table: 'latest' | 'params' | 'tags', meets: string, values: SqlValue[]): Condition {
  return {
    sql: `EXISTS (SELECT 1 FROM ${table} x WHERE x.run = r.id AND ${meets})`,
    values,
    list: { sql: `SELECT x.run FROM ${table} x WHERE ${meets}`, values },
  };
}

/** A param is text; in a comparison with a number it is read as a number. */
function param(field: Field, filter: Compare): Condition {
  if (filter.values.every((value) => value.kind === 'text')) return keyed('params', field.key, 'x.value', filter);
  return keyed('params', field.key, 'x.number', filter);
}

function keyed(table: 'params' | 'tags', key: string, column: string, filter: Compare): Condition {
  const condition = plain(
    column,
    filter.operator,
    filter.values.map((value) => value.value),
    filter,
  );
  return among(table, `x.key = ? AND ${condition.sql}`, [key, ...condition.values]);
}

function tag(field: Field, filter: Compare): Condition {
  const condition = keyed(
    'tags',
    field.key,
    filter.values.every((value) => value.kind === 'text') ? 'x.value' : 'CAST(x.value AS REAL)',
    filter,
  );
  const { list, values } = condition;
  return list
    ? {
        ...condition,
        list: {
          sql: `${list.sql} AND ${shortTag} UNION ALL ${list.sql} AND ${longTag}`,
          values: [...values, ...values],
        },
      }
    : condition;
}

function dataset(field: Field, filter: Compare): Condition {
  const known = {
    name: ['d.name', 'i.dataset'],
    digest: ['d.digest', 's.hash'],
    context: ["json_extract(t.value, '$.value')", null],
  }[field.key];
  if (!known)
    throw new FilterError(
      `A dataset has \`name\`, \`digest\` and \`context\`, no \`${field.key}\`.`,
      filter.from,
      filter.to,
    );
  const [theirs, ours] = known;
  const values = filter.values.map((value) => value.value);
  const one = plain(theirs ?? '', filter.operator, values, filter);
  const context =
    field.key === 'context'
      ? `, json_each(x.tags) t WHERE json_extract(t.value, '$.key') = 'mlflow.data.context' AND`
      : ' WHERE';
  const first = `EXISTS (SELECT 1 FROM dataset_inputs x JOIN mlflow_datasets d ON d.id = x.dataset${context} x.run = r.id AND ${one.sql})`;
  if (ours === null || ours === undefined) return { sql: first, values: one.values };
  const two = plain(ours, filter.operator, values, filter);
  return {
    sql: `(${first} OR EXISTS (SELECT 1 FROM run_inputs i LEFT JOIN snapshots s ON s.id = i.snapshot_id WHERE i.run_id = r.run_id AND ${two.sql}))`,
    values: [...one.values, ...two.values],
  };
}

function attribute(field: Field, filter: Compare): Condition {
  const column = columnOf(field, filter.from, filter.to);
  switch (column.kind) {
    case 'text':
      return plain(
        column.sql,
        filter.operator,
        textsOf(filter, `\`${field.key}\` is compared with text in quotes.`),
        filter,
      );
    case 'number':
      return plain(
        column.sql,
        filter.operator,
        numbersOf(filter, `\`${field.key}\` is compared with a number.`),
        filter,
      );
    case 'flag':
      return plain(
        column.sql,
        filter.operator,
        filter.values.map((value) =>
          value.kind === 'text' ? (/^(true|yes)$/i.test(value.value) ? 1 : 0) : value.value ? 1 : 0,
        ),
        filter,
      );
    case 'seconds':
      return plain(
        column.sql,
        filter.operator,
        filter.values.map((value) =>
          value.kind === 'duration'
            ? value.value / 1000
            : value.kind === 'number'
              ? value.value
              : refuse(`\`${field.key}\` is compared with seconds or a duration such as 10m.`, filter),
        ),
        filter,
      );
    case 'time':
      return plain(
        column.sql,
        filter.operator,
        filter.values.map((value) => timeOf(value, field, filter)),
        filter,
      );
    case 'status':
      return status(column.sql, filter);
  }
}

function columnOf(field: Field, from: number, to: number): (typeof columns)[string] {
  const column = Object.hasOwn(columns, field.key) ? columns[field.key] : undefined;
  if (!column)
    throw new FilterError(
      `A run has no \`${field.key}\`. It has ${attributeNames.join(', ')}; metrics, params and tags are written \`metrics.${field.key}\`.`,
      from,
      to,
    );
  return column;
}

/** Maps MLflow's states: FINISHED is finished or refused, FAILED is failed or interrupted, KILLED is cancelled. */
function status(column: string, filter: Compare): Condition {
  const texts = textsOf(filter, '`status` is compared with text in quotes.');
  if (filter.operator === 'like' || filter.operator === 'ilike') return plain(column, filter.operator, texts, filter);
  const names = texts.flatMap((text) =>
    text === text.toUpperCase() ? (statuses[text.toLowerCase()] ?? [text]) : [text],
  );
  const negated = filter.operator === '!=' || filter.operator === 'not in';
  if (!negated && filter.operator !== '=' && filter.operator !== 'in')
    throw new FilterError('`status` is compared by =, != and in.', filter.from, filter.to);
  return { sql: `${column} ${negated ? 'NOT IN' : 'IN'} (${names.map(() => '?').join(', ')})`, values: names };
}

function timeOf(value: FilterValue, field: Field, filter: Compare): number {
  if (value.kind === 'number') return value.value;
  if (value.kind === 'duration') return Date.now() - Math.abs(value.value);
  const time = Date.parse(value.value);
  return Number.isNaN(time)
    ? refuse(
        `\`${field.key}\` is compared with milliseconds, with a date such as '2026-11-23', or with how long ago it was, such as 7d.`,
        filter,
      )
    : time;
}

function numbersOf(filter: Compare, message: string): number[] {
  return filter.values.map((value) => (value.kind === 'number' ? value.value : refuse(message, filter)));
}

function textsOf(filter: Compare, message: string): string[] {
  return filter.values.map((value) => (value.kind === 'text' ? value.value : refuse(message, filter)));
}

function refuse(message: string, { from, to }: Compare): never {
  throw new FilterError(message, from, to);
}

function plain(column: string, operator: Operator, values: readonly (string | number)[], filter: Compare): Condition {
  const bound = values.map((value) => (typeof value === 'number' && Number.isNaN(value) ? null : value));
  switch (operator) {
    case 'in':
      return { sql: `${column} IN (${bound.map(() => '?').join(', ')})`, values: bound };
    case 'not in':
      return { sql: `${column} NOT IN (${bound.map(() => '?').join(', ')})`, values: bound };
    case 'like':
      return { sql: `${column} GLOB ?`, values: [globOf(textOf(bound[0], filter))] };
    case 'ilike':
      return { sql: `${column} LIKE ?`, values: [textOf(bound[0], filter)] };
    case 'is null':
    case 'is not null':
      throw new Error('presence is asked for by itself');
    default:
      return { sql: `${column} ${operator} ?`, values: bound };
  }
}

function textOf(value: SqlValue | undefined, filter: Compare): string {
  return typeof value === 'string' ? value : refuse('A pattern is text in quotes.', filter);
}

/** Converts a pattern of LIKE to GLOB, which is case-sensitive. */
export function globOf(pattern: string): string {
  return pattern.replaceAll(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?');
}

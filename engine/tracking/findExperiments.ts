import type { SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { experimentById, type Experiment } from './experiments.ts';
import { columnOf, comparisonOf, conjunction, orderOf, type Comparison, type Search } from './filter/conjunction.ts';
import { FilterError } from './filter/tokens.ts';

/** MLflow's name of the default experiment is `Default`; Loopwright's is `default`. */
const nameColumn = `CASE WHEN e.id = 0 AND e.name = 'default' THEN 'Default' ELSE e.name END`;
const columns = {
  name: nameColumn,
  experiment_id: 'e.id',
  creation_time: 'e.created_at',
  last_update_time: 'e.updated_at',
};

/** A filter compares ids as text. */
const filterColumns = { ...columns, experiment_id: 'CAST(e.id AS TEXT)' };
const textColumns = new Set([nameColumn, filterColumns.experiment_id]);

/** A page of experiments for a search in MLflow's grammar, the newest first by default. Throws FilterError. */
export function findExperiments(
  store: Pick<Store, 'sql'>,
  search: Search & { lifecycle: Experiment['lifecycle'] | 'all' },
): Experiment[] {
  const values: SqlValue[] = search.lifecycle === 'all' ? [] : [search.lifecycle];
  const conditions = [
    search.lifecycle === 'all' ? '1' : 'e.lifecycle = ?',
    conjunction(search.filter, (part) => compare(part, values)),
  ];
  const order = [...orderOf(search.order, columns), 'e.created_at DESC', 'e.id DESC'];
  return store.sql
    .numbers(
      `SELECT e.id FROM experiments e WHERE ${conditions.join(' AND ')} ORDER BY ${order.join(', ')} LIMIT ? OFFSET ?`,
      ...values,
      search.limit,
      search.offset,
    )
    .flatMap((id) => experimentById(store, id) ?? []);
}

function compare(part: Comparison, values: SqlValue[]): string {
  const { field, operator, from, to } = part;
  const refuse = (message: string) => new FilterError(message, from, to);
  if (operator === 'in' || operator === 'not in') throw refuse('IN is not supported here.');
  const tag = field.of === 'tags';
  if (!tag && field.of !== 'attributes') throw refuse('Only attributes and tags are compared here.');
  if (tag) values.push(field.key);
  const tagged = 'EXISTS (SELECT 1 FROM experiment_tags x WHERE x.experiment = e.id AND x.key = ?';
  if (operator === 'is null' || operator === 'is not null') {
    if (!tag) throw refuse('IS NULL is for tags.');
    return `${operator === 'is null' ? 'NOT ' : ''}${tagged})`;
  }
  const column = tag ? 'x.value' : columnOf(field.key, filterColumns, part);
  const value = part.values[0]?.value ?? '';
  if ((textColumns.has(column) || tag) !== (typeof value === 'string'))
    throw refuse('Names and tags are compared with quoted text, times with numbers.');
  if (typeof value === 'string' && !['=', '!=', 'like', 'ilike'].includes(operator))
    throw refuse('Names and tags are compared by = != LIKE ILIKE.');
  const comparison = comparisonOf(column, part, values);
  return tag ? `${tagged} AND ${comparison})` : comparison;
}

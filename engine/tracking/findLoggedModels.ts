import type { SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import { columnOf, comparisonOf, conjunction, type Comparison, type Search } from './filter/conjunction.ts';
import { FilterError } from './filter/tokens.ts';
import type { LoggedModelRow } from './loggedModels.ts';

/** A dataset that metrics of a logged model were measured on; without a digest, any version of it. */
export interface MeasuredOn {
  name: string;
  digest: string | null;
}

export interface LoggedModelSearch extends Omit<Search, 'order'> {
  /** Experiment ids. */
  experiments: readonly number[];
  /** Only models that were measured on one of these; empty for all. */
  datasets: readonly MeasuredOn[];
  /** A field `metrics.name` can be ordered by its value on one dataset, given by name, digest, or both. */
  order: readonly (Search['order'][number] & { name: string | null; digest: string | null })[];
}

const columns = {
  name: 'm.name',
  model_id: 'm.model_id',
  model_type: `ifnull(m.model_type, '')`,
  status: "replace(m.status, 'LOGGED_MODEL_', '')",
  source_run_id: 'm.source_run_id',
  creation_timestamp: 'm.created_at',
  creation_time: 'm.created_at',
  last_updated_timestamp: 'm.updated_at',
  last_updated_time: 'm.updated_at',
};

/** A page of logged models for a search in MLflow's grammar, the newest first by default. Throws FilterError. */
export function findLoggedModels({ sql }: Pick<Store, 'sql'>, search: LoggedModelSearch): LoggedModelRow[] {
  const values: SqlValue[] = [JSON.stringify(search.experiments)];
  const conditions = [
    'm.experiment IN (SELECT value FROM json_each(?))',
    'm.deleted_at IS NULL',
    conjunction(search.filter, (part) => compare(part, search.datasets, values)),
  ];
  if (search.datasets.length > 0)
    conditions.push(
      `EXISTS (SELECT 1 FROM logged_model_metrics x
        WHERE x.model_id = m.model_id AND (${onDatasets(search.datasets, values)}))`,
    );
  const order = search.order.map((one) => orderBy(one, values));
  return sql.all<LoggedModelRow>(
    `SELECT m.* FROM logged_models m WHERE ${conditions.join(' AND ')}
     ORDER BY ${[...order, 'm.created_at DESC', 'm.model_id'].join(', ')} LIMIT ? OFFSET ?`,
    ...values,
    search.limit,
    search.offset,
  );
}

/** MLflow orders models by the metric of the latest time, not of the largest step. */
const latestMetric = (condition: string) =>
  `(SELECT x.value FROM logged_model_metrics x WHERE x.model_id = m.model_id AND x.key = ?${condition}
    ORDER BY x.at DESC, x.step DESC, x.run_id LIMIT 1)`;

function orderBy({ field, descending, name, digest }: LoggedModelSearch['order'][number], values: SqlValue[]): string {
  const direction = descending ? 'DESC' : 'ASC';
  const metric = /^metrics\.(.*)$/s.exec(field)?.[1];
  if (metric === undefined) {
    const column = columnOf(field, columns);
    if (name !== null) throw new FilterError(`A dataset is for the order by a metric, not by ${field}.`, 0, 0);
    return `${column} IS NULL, ${column} ${direction}`;
  }
  const bound = [metric, name, digest].filter((value) => value !== null);
  const value = latestMetric(
    `${name === null ? '' : ' AND x.dataset_name = ?'}${digest === null ? '' : ' AND x.dataset_digest = ?'}`,
  );
  values.push(...bound, ...bound);
  return `${value} IS NULL, ${value} ${direction}`;
}

/** Metrics measured on any of these datasets. */
function onDatasets(datasets: readonly MeasuredOn[], values: SqlValue[]): string {
  return datasets
    .map(({ name, digest }) => {
      values.push(name, ...(digest === null ? [] : [digest]));
      return `(x.dataset_name = ?${digest === null ? '' : ' AND x.dataset_digest = ?'})`;
    })
    .join(' OR ');
}

function compare(part: Comparison, datasets: readonly MeasuredOn[], values: SqlValue[]): string {
  const { field, operator, from, to } = part;
  const refuse = (message: string) => new FilterError(message, from, to);
  if (operator === 'is null' || operator === 'is not null') throw refuse('IS NULL is not supported here.');
  const value = part.values[0]?.value ?? '';
  if (typeof value === 'string' && /[<>]/.test(operator)) throw refuse('Text is compared by = != LIKE ILIKE IN.');
  if (field.of === 'attributes') return comparisonOf(columnOf(field.key, columns, part), part, values);
  if (field.of === 'metrics') {
    if (typeof value !== 'number') throw refuse('A metric is compared with a number.');
    values.push(field.key);
    const own = comparisonOf('x.value', part, values);
    const measured = operator === '!=' ? `(x.is_nan = 1 OR ${own})` : `x.is_nan = 0 AND ${own}`;
    const on = datasets.length === 0 ? '' : ` AND (${onDatasets(datasets, values)})`;
    return `EXISTS (SELECT 1 FROM logged_model_metrics x
      WHERE x.model_id = m.model_id AND x.key = ? AND ${measured}${on})`;
  }
  if (field.of === 'datasets') throw refuse('Datasets are not part of the filter here.');
  if (typeof value !== 'string') throw refuse('Params and tags are compared with quoted text.');
  values.push(field.key);
  const table = field.of === 'params' ? 'logged_model_params' : 'logged_model_tags';
  return `EXISTS (SELECT 1 FROM ${table} x
    WHERE x.model_id = m.model_id AND x.key = ? AND ${comparisonOf('x.value', part, values)})`;
}

import type { SqlValue } from '../store/sql.ts';
import type { Store } from '../store/store.ts';
import {
  columnOf,
  comparisonOf,
  conjunction,
  orderOf,
  type Comparison,
  type Search,
  type SearchColumns,
} from '../tracking/filter/conjunction.ts';
import { FilterError } from '../tracking/filter/tokens.ts';
import type { RegisteredModelRow, RegisteredVersionRow } from './registeredModels.ts';

/** The tag that marks prompts in MLflow. Loopwright stores no prompts, and clients exclude them by this tag. */
export const promptTag = 'mlflow.prompt.is_prompt';

const modelColumns = {
  name: 'm.name',
  creation_timestamp: 'm.created_at',
  timestamp: 'm.updated_at',
  last_updated_timestamp: 'm.updated_at',
};
const versionColumns = {
  name: 'm.model',
  version_number: 'm.version',
  version: 'm.version',
  creation_timestamp: 'm.created_at',
  timestamp: 'm.updated_at',
  last_updated_timestamp: 'm.updated_at',
  run_id: 'm.run_id',
  source_path: 'm.source',
  source: 'm.source',
};

/** A page of registered models for a search in MLflow's grammar, ordered by name by default. Throws FilterError. */
export function findRegisteredModels({ sql }: Pick<Store, 'sql'>, search: Search): RegisteredModelRow[] {
  const values: SqlValue[] = [];
  const tags = 'registered_model_tags x WHERE x.model = m.name';
  const where = conjunction(search.filter, (part) => compare(part, modelColumns, tags, values));
  return sql.all<RegisteredModelRow>(
    `SELECT m.* FROM registered_models m WHERE ${where}
     ORDER BY ${[...orderOf(search.order, modelColumns), 'm.name'].join(', ')} LIMIT ? OFFSET ?`,
    ...values,
    search.limit,
    search.offset,
  );
}

/** A page of versions for a search in MLflow's grammar, the last changed first by default. Throws FilterError. */
export function findVersions({ sql }: Pick<Store, 'sql'>, search: Search): RegisteredVersionRow[] {
  const values: SqlValue[] = [];
  const tags = 'model_version_tags x WHERE x.model = m.model AND x.version = m.version';
  const where = conjunction(search.filter, (part) => compare(part, versionColumns, tags, values));
  const order = orderOf(search.order, versionColumns);
  if (order.length === 0) order.push('m.updated_at DESC');
  return sql.all<RegisteredVersionRow>(
    `SELECT m.* FROM model_versions m WHERE ${where}
     ORDER BY ${[...order, 'm.model', 'm.version DESC'].join(', ')} LIMIT ? OFFSET ?`,
    ...values,
    search.limit,
    search.offset,
  );
}

/** `tags` is the table of tags with its join condition. */
function compare(part: Comparison, columns: SearchColumns, tags: string, values: SqlValue[]): string {
  const { field, operator, from, to } = part;
  const refuse = (message: string) => new FilterError(message, from, to);
  const isTag = field.of === 'tags';
  if (!isTag && field.of !== 'attributes') throw refuse('Only attributes and tags are compared here.');
  const column = isTag ? 'x.value' : columnOf(field.key, columns, part);
  if (isTag) values.push(field.key);
  if (operator === 'is null' || operator === 'is not null') {
    if (!isTag) throw refuse('IS NULL is for tags.');
    return `${operator === 'is null' ? 'NOT ' : ''}EXISTS (SELECT 1 FROM ${tags} AND x.key = ?)`;
  }
  const isNumber = column === 'm.version' || column.endsWith('_at');
  if (part.values.some(({ value }) => (typeof value === 'number') !== isNumber))
    throw refuse(`\`${field.key}\` is compared with ${isNumber ? 'a number' : 'text in quotes'}.`);
  if ((isTag || column === 'm.name') && !['=', '!=', 'like', 'ilike'].includes(operator))
    throw refuse(`\`${field.key}\` is compared by = != LIKE ILIKE.`);
  const comparison = comparisonOf(column, part, values);
  if (!isTag) return comparison;
  // Clients exclude prompts by this comparison; a model without the tag is not a prompt.
  if (field.key === promptTag && operator === '!=')
    return `NOT EXISTS (SELECT 1 FROM ${tags} AND x.key = ? AND x.value = ?)`;
  return `EXISTS (SELECT 1 FROM ${tags} AND x.key = ? AND ${comparison})`;
}

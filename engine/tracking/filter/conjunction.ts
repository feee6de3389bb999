import type { SqlValue } from '../../store/sql.ts';
import { globOf } from './compileFilter.ts';
import { parseFilter, type Filter } from './parseFilter.ts';
import { FilterError } from './tokens.ts';

export type Comparison = Extract<Filter, { kind: 'compare' }>;

/** Searchable columns, by the names of their fields. */
export type SearchColumns = Readonly<Record<string, string>>;

/** The parts of a search: conditions, order and page. */
export interface Search {
  filter: string | undefined;
  order: readonly { field: string; descending: boolean }[];
  limit: number;
  offset: number;
}

/**
 * Compiles a filter of comparisons joined by AND, which is what MLflow accepts where it searches other things than
 * runs. `compare` compiles one comparison. Throws FilterError.
 */
export function conjunction(filter: string | undefined, compare: (part: Comparison) => string): string {
  const visit = (part: Filter): string => {
    if (part.kind === 'and') return part.parts.map(visit).join(' AND ');
    if (part.kind !== 'compare')
      throw new FilterError('Only comparisons joined by AND are supported.', 0, filter?.length ?? 0);
    return compare(part);
  };
  const parsed = filter === undefined ? null : parseFilter(filter, true);
  return parsed ? visit(parsed) : '1';
}

/** Compares a column with values, which are bound in order. */
export function comparisonOf(column: string, { operator, values }: Comparison, bound: SqlValue[]): string {
  const [first] = values.map(({ value }) => value);
  switch (operator) {
    case 'in':
    case 'not in':
      bound.push(...values.map(({ value }) => value));
      return `${column} ${operator === 'in' ? 'IN' : 'NOT IN'} (${values.map(() => '?').join(', ')})`;
    case 'like':
      bound.push(globOf(String(first ?? '')));
      return `${column} GLOB ?`;
    case 'ilike':
      bound.push(first ?? '');
      return `${column} LIKE ?`;
    default:
      bound.push(first ?? '');
      return `${column} ${operator} ?`;
  }
}

/** Compiles the order of a search over known columns. Throws FilterError for an unknown field. */
export function orderOf(order: Search['order'], columns: SearchColumns): string[] {
  return order.map(({ field, descending }) => `${columnOf(field, columns)} ${descending ? 'DESC' : 'ASC'}`);
}

/** The column of a field. Throws FilterError when it is unknown. */
export function columnOf(
  field: string,
  columns: SearchColumns,
  at: { from: number; to: number } | null = null,
): string {
  const column = Object.hasOwn(columns, field) ? columns[field] : undefined;
  if (column === undefined)
    throw new FilterError(
      `There is no field \`${field}\`. Known: ${Object.keys(columns).join(', ')}.`,
      at?.from ?? 0,
      at?.to ?? 0,
    );
  return column;
}

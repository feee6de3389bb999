import type { SourceColumn } from '../data/inspectColumns.ts';

/**
 * What pandas calls a column that it read. `object` holds values of no dtype of its own: dates, decimals, booleans with
 * gaps.
 */
export type Dtype =
  'int' | 'uint' | 'float' | 'float32' | 'bool' | 'text' | 'category' | 'datetime' | 'list' | 'object';

/**
 * The dtype that pandas gives a column of this DuckDB type, read from Parquet: whole numbers with gaps become floats,
 * booleans with gaps objects.
 */
export function pandasDtype(sqlType: string, hasMissing: boolean): Dtype {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT)$/.test(sqlType)) return hasMissing ? 'float' : 'int';
  if (/^U(TINYINT|SMALLINT|INTEGER|BIGINT)$/.test(sqlType)) return hasMissing ? 'float' : 'uint';
  if (sqlType === 'FLOAT') return 'float32';
  if (/^(DOUBLE|U?HUGEINT)$/.test(sqlType)) return 'float';
  if (sqlType === 'BOOLEAN') return hasMissing ? 'object' : 'bool';
  if (sqlType.startsWith('TIMESTAMP')) return 'datetime';
  if (sqlType.startsWith('ENUM')) return 'category';
  if (/(\[\]|\[\d+\])$/.test(sqlType)) return 'list';
  return sqlType === 'VARCHAR' || sqlType === 'JSON' || sqlType === 'UUID' ? 'text' : 'object';
}

/** Whether values of a dtype are numbers to Python: True equals 1 there. */
export function isNumberLike(dtype: Dtype): boolean {
  return dtype === 'int' || dtype === 'uint' || dtype === 'float' || dtype === 'float32' || dtype === 'bool';
}

/**
 * evidently 0.7's infer_column_type for the current table (its types come from there): floats are numerical, whole
 * numbers too unless they have at most 10 distinct values, texts are text when more than half of them are distinct.
 * Unsigned numbers, dates and times are not compared: null.
 */
export function evidentlyType(
  dtype: Dtype,
  distinct: number,
  count: number,
): 'numeric' | 'categorical' | 'text' | null {
  if (dtype === 'float' || dtype === 'float32') return 'numeric';
  if (dtype === 'int') return distinct <= 10 ? 'categorical' : 'numeric';
  if (dtype === 'text') return distinct > count * 0.5 ? 'text' : 'categorical';
  return dtype === 'bool' || dtype === 'category' ? 'categorical' : null;
}

/**
 * NannyML's split by the dtype of the reference: all numbers are continuous, texts, booleans and objects categorical,
 * times neither.
 */
export function nannymlType(dtype: Dtype): 'numeric' | 'categorical' | null {
  if (dtype === 'datetime' || dtype === 'list') return null;
  return isNumberLike(dtype) && dtype !== 'bool' ? 'numeric' : 'categorical';
}

/**
 * Loopwright's and TFDV's view of a type: numbers are numeric, texts and booleans categorical; times and nested values
 * are not compared.
 */
export function plainType(column: SourceColumn): 'numeric' | 'categorical' | null {
  if (column.type === 'integer' || column.type === 'number') return 'numeric';
  return column.type === 'string' || column.type === 'boolean' || column.type === 'any' ? 'categorical' : null;
}

import type { SourceColumn } from '../data/inspectColumns.ts';

/**
 * The dtype of a column in pandas. `object` stands for values without a dtype of their own: dates, decimals, booleans
 * with gaps.
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

/** Whether Python compares the values of a dtype as numbers; True equals 1 there. */
export function isNumberLike(dtype: Dtype): boolean {
  return dtype === 'int' || dtype === 'uint' || dtype === 'float' || dtype === 'float32' || dtype === 'bool';
}

/**
 * The `infer_column_type` of evidently 0.7, which looks at the current table alone. Floats are numerical; so are whole
 * numbers of more than 10 distinct values. Texts are text when more than half of them are distinct. Null for unsigned
 * numbers, dates and times, which are not compared.
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
 * NannyML's type by the dtype of the reference: numbers are continuous; texts, booleans and objects are categorical.
 * Null for times and lists.
 */
export function nannymlType(dtype: Dtype): 'numeric' | 'categorical' | null {
  if (dtype === 'datetime' || dtype === 'list') return null;
  return isNumberLike(dtype) && dtype !== 'bool' ? 'numeric' : 'categorical';
}

/**
 * The type for Loopwright and TFDV: numbers are numeric, texts and booleans categorical. Null for times and nested
 * values, which are not compared.
 */
export function plainType(column: SourceColumn): 'numeric' | 'categorical' | null {
  if (column.type === 'integer' || column.type === 'number') return 'numeric';
  return column.type === 'string' || column.type === 'boolean' || column.type === 'any' ? 'categorical' : null;
}

import { DataError } from '../base/errors.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import { isRecord, listIn, textIn, type Imported } from './imported.ts';

/**
 * Converts a schema that pandera wrote with `to_yaml` to a dataset schema: types, nullability, uniqueness and the
 * built-in checks. Throws DataError for any other file.
 */
export function importPandera(document: unknown): Imported {
  const columns = isRecord(document) ? document['columns'] : undefined;
  if (!isRecord(document) || !isRecord(columns))
    throw new DataError('The file has no `columns`: it is not a schema that pandera wrote with `to_yaml`.');
  const notes: string[] = [];
  const fields = Object.entries(columns).map(([name, column]) =>
    importColumn(name, isRecord(column) ? column : {}, notes),
  );
  if (listIn(document, 'index').length > 0) notes.push('The index was left out: tables have columns only.');
  const unique = listIn(document, 'unique').map(String);
  const schema: DatasetSchema = {
    fields,
    ...(document['strict'] === true
      ? { fieldsMatch: document['ordered'] === true ? ('exact' as const) : ('equal' as const) }
      : {}),
    ...(unique.length > 0 ? { uniqueKeys: [unique] } : {}),
  };
  for (const key of ['title', 'description'] as const) {
    const text = textIn(document, key);
    if (text !== null) schema[key] = text;
  }
  return { name: textIn(document, 'name'), schema, notes };
}

function typeOf(dtype: string): Field['type'] {
  if (/^u?int/i.test(dtype)) return 'integer';
  if (/^(float|decimal|complex)/i.test(dtype)) return 'number';
  if (/^bool/i.test(dtype)) return 'boolean';
  if (/^datetime/i.test(dtype)) return 'datetime';
  if (/^date$/i.test(dtype)) return 'date';
  if (/^timedelta/i.test(dtype)) return 'duration';
  return /^(str|string|object|category)/i.test(dtype) ? 'string' : 'any';
}

function importColumn(name: string, column: Record<string, unknown>, notes: string[]): Field {
  const dtype = textIn(column, 'dtype');
  const type = dtype === null ? 'any' : typeOf(dtype);
  if (type === 'any' && dtype !== null) notes.push(`${name}: the type ${dtype} has no counterpart; it is \`any\`.`);
  const constraints: NonNullable<Field['constraints']> = {};
  if (column['nullable'] !== true && column['required'] !== false) constraints.required = true;
  if (column['unique'] === true) constraints.unique = true;
  // Newer versions write checks beside the other keys. Older ones write them under `checks`, as a mapping or as a list
  // with names.
  const checks = Array.isArray(column['checks'])
    ? listIn(column, 'checks')
        .filter(isRecord)
        .map((check): [string, unknown] => [
          String(isRecord(check['options']) ? check['options']['check_name'] : check['name']),
          check['value'] ?? check,
        ])
    : Object.entries(isRecord(column['checks']) ? column['checks'] : column).filter(
        ([key]) => !columnKeys.includes(key),
      );
  const extras: Partial<Field> = {};
  for (const [check, value] of checks)
    if (!importCheck(check, value, constraints)) notes.push(`${name}: the check ${check} has no counterpart.`);
  for (const key of ['title', 'description'] as const) {
    const text = textIn(column, key);
    if (text !== null) extras[key] = text;
  }
  if (dtype !== null && /^category/i.test(dtype))
    notes.push(`${name}: pandera does not write the categories of a categorical type.`);
  return { name, type, ...extras, ...(Object.keys(constraints).length > 0 ? { constraints } : {}) };
}

const columnKeys = [
  'title',
  'description',
  'dtype',
  'nullable',
  'checks',
  'unique',
  'coerce',
  'required',
  'regex',
  'default',
  'metadata',
  'drop_invalid_rows',
];

type Constraints = NonNullable<Field['constraints']>;

/** Converts one check. Returns false when Table Schema has no counterpart. */
function importCheck(check: string, raw: unknown, constraints: Constraints): boolean {
  const value = isRecord(raw) && 'value' in raw ? raw['value'] : raw;
  const record = isRecord(value) ? value : {};
  const scalar = typeof value === 'number' || typeof value === 'string' ? value : undefined;
  const bounds: Record<string, 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum'> = {
    greater_than_or_equal_to: 'minimum',
    less_than_or_equal_to: 'maximum',
    greater_than: 'exclusiveMinimum',
    less_than: 'exclusiveMaximum',
  };
  const bound = bounds[check];
  if (bound && scalar !== undefined) constraints[bound] = scalar;
  else if (check === 'in_range') {
    for (const [side, inclusive, exclusive] of [
      ['min', 'minimum', 'exclusiveMinimum'],
      ['max', 'maximum', 'exclusiveMaximum'],
    ] as const) {
      const limit = record[`${side}_value`];
      if (typeof limit === 'number' || typeof limit === 'string')
        constraints[record[`include_${side}`] === false ? exclusive : inclusive] = limit;
    }
  } else if (check === 'isin' && (Array.isArray(value) || Array.isArray(record['allowed_values'])))
    constraints.enum = (Array.isArray(value) ? value : (record['allowed_values'] as unknown[])) as (string | number)[];
  else if (check === 'equal_to' && scalar !== undefined) constraints.enum = [scalar];
  else if (check === 'str_matches' && typeof scalar === 'string') constraints.pattern = fullPattern(scalar);
  else if (check === 'str_contains' && typeof scalar === 'string') constraints.pattern = `.*(${scalar}).*`;
  else if (check === 'str_startswith' && typeof scalar === 'string') constraints.pattern = `${escaped(scalar)}.*`;
  else if (check === 'str_endswith' && typeof scalar === 'string') constraints.pattern = `.*${escaped(scalar)}`;
  else if (check === 'str_length') {
    const exact = record['exact_value'];
    const [least, most] = typeof exact === 'number' ? [exact, exact] : [record['min_value'], record['max_value']];
    if (typeof least === 'number') constraints.minLength = least;
    if (typeof most === 'number') constraints.maxLength = most;
  } else return false;
  return true;
}

/** pandera matches from the start of a text; Table Schema matches the whole text. */
function fullPattern(pattern: string): string {
  const bare = pattern.replace(/^\^/, '');
  return /(^|[^\\])\$$/.test(bare) ? bare.slice(0, -1) : `${bare}.*`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

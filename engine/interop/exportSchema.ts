import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import { categoryValues } from '../data/fieldRules.ts';

/** Returns the schema as Table Schema v2 in JSON, including the `loopwright` property, which other readers ignore. */
export function tableSchemaJson(schema: DatasetSchema): Record<string, unknown> {
  return { $schema: 'https://datapackage.org/profiles/2.0/tableschema.json', ...schema };
}

/**
 * Returns a JSON Schema (2020-12) for one row, given as an object with one property per column. Missing values are left
 * out of the object. Uniqueness and references to other tables cannot be expressed.
 */
export function jsonSchemaOf(schema: DatasetSchema): Record<string, unknown> {
  const keys = [schema.primaryKey ?? []].flat();
  const required = schema.fields.filter((field) => field.constraints?.required === true || keys.includes(field.name));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...(schema.title ? { title: schema.title } : {}),
    ...(schema.description ? { description: schema.description } : {}),
    type: 'object',
    properties: Object.fromEntries(
      schema.fields.map((field) => [field.name, property(field, required.includes(field))]),
    ),
    required: required.map(({ name }) => name),
    ...(schema.fieldsMatch === 'exact' || schema.fieldsMatch === 'equal' || schema.fieldsMatch === 'superset'
      ? { additionalProperties: false }
      : {}),
  };
}

const jsonTypes: Partial<Record<NonNullable<Field['type']>, string>> = {
  string: 'string',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  object: 'object',
  array: 'array',
  year: 'integer',
  list: 'string',
  datetime: 'string',
  date: 'string',
  time: 'string',
  yearmonth: 'string',
  duration: 'string',
  geopoint: 'string',
  geojson: 'object',
};
const jsonFormats: Record<string, string> = { datetime: 'date-time', date: 'date', time: 'time', duration: 'duration' };

function property(field: Field, required: boolean): Record<string, unknown> {
  const { type = 'any', constraints: c = {} } = field;
  const jsonType = jsonTypes[type];
  const isArray = type === 'array';
  const nested =
    c.jsonSchema !== null && typeof c.jsonSchema === 'object' ? (c.jsonSchema as Record<string, unknown>) : {};
  const format =
    type === 'string'
      ? { email: 'email', uri: 'uri', uuid: 'uuid' }[field.format ?? '']
      : field.format?.includes('%')
        ? undefined
        : jsonFormats[type];
  const values = [
    c.enum ?? null,
    field.categories && (field.loopwright?.domainMass ?? 1) >= 1 ? categoryValues(field) : null,
  ].find((list) => list !== null && list.length > 0);
  const numeric = jsonType === 'number' || jsonType === 'integer';
  return {
    ...nested,
    ...(jsonType === undefined ? {} : { type: required ? jsonType : [jsonType, 'null'] }),
    ...(field.title ? { title: field.title } : {}),
    ...(field.description ? { description: field.description } : {}),
    ...(format ? { format } : {}),
    ...(field.format === 'binary' ? { contentEncoding: 'base64' } : {}),
    ...(values ? { enum: required ? values : [...values, null] } : {}),
    ...(c.pattern === undefined ? {} : { pattern: `^(?:${c.pattern})$` }),
    ...(c.minLength === undefined
      ? {}
      : { [isArray ? 'minItems' : type === 'object' ? 'minProperties' : 'minLength']: c.minLength }),
    ...(c.maxLength === undefined
      ? {}
      : { [isArray ? 'maxItems' : type === 'object' ? 'maxProperties' : 'maxLength']: c.maxLength }),
    ...(numeric ? numericBounds(c) : {}),
  };
}

function numericBounds(c: NonNullable<Field['constraints']>): Record<string, unknown> {
  return Object.fromEntries(
    (['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const).flatMap((key) =>
      typeof c[key] === 'number' ? [[key, c[key]]] : [],
    ),
  );
}

interface Expectation {
  type: string;
  kwargs: Record<string, unknown>;
  meta: Record<string, unknown>;
  severity: 'critical' | 'warning';
}

/**
 * Returns a suite for Great Expectations 1.x. Rules that it cannot express (foreign keys, formats without a pattern)
 * are left out and listed in `meta.loopwright_left_out`.
 */
export function greatExpectationsSuite(schema: DatasetSchema, name: string): Record<string, unknown> {
  const leftOut: string[] = [];
  const expectations: Expectation[] = [];
  const add = (type: string, kwargs: Record<string, unknown>, severity: Expectation['severity'] = 'critical') =>
    expectations.push({ type, kwargs, meta: {}, severity });
  const names = schema.fields.map((field) => field.name);
  const match = schema.fieldsMatch ?? 'subset';
  if (match === 'exact') add('expect_table_columns_to_match_ordered_list', { column_list: names });
  else if (match === 'equal') add('expect_table_columns_to_match_set', { column_set: names, exact_match: true });
  else if (match === 'subset') for (const column of names) add('expect_column_to_exist', { column });
  else leftOut.push(`fieldsMatch: ${match}`);
  const { min, max } = schema.loopwright?.rows ?? {};
  if (min !== undefined || max !== undefined)
    add('expect_table_row_count_to_be_between', { min_value: min ?? null, max_value: max ?? null });
  const keys = [schema.primaryKey ?? []].flat();
  for (const field of schema.fields) fieldExpectations(field, keys, add, leftOut);
  for (const key of [keys, ...(schema.uniqueKeys ?? []).map((one) => [one].flat())]) {
    if (key.length === 1) add('expect_column_values_to_be_unique', { column: key[0] });
    else if (key.length > 1) add('expect_compound_columns_to_be_unique', { column_list: key });
  }
  for (const { fields } of schema.foreignKeys ?? []) leftOut.push(`${[fields].flat().join(' + ')}: foreign key`);
  return {
    name,
    expectations,
    meta: { great_expectations_version: '1.0.0', ...(leftOut.length > 0 ? { loopwright_left_out: leftOut } : {}) },
  };
}

function fieldExpectations(
  field: Field,
  keys: readonly string[],
  add: (type: string, kwargs: Record<string, unknown>, severity?: Expectation['severity']) => void,
  leftOut: string[],
): void {
  const { name: column, constraints: c = {}, loopwright = {} } = field;
  const warns = typeof loopwright.invalid === 'string' && loopwright.invalid === 'warn' ? 'warning' : 'critical';
  if (c.required === true || keys.includes(column)) add('expect_column_values_to_not_be_null', { column }, warns);
  else if (loopwright.presence !== undefined)
    add('expect_column_values_to_not_be_null', { column, mostly: loopwright.presence }, warns);
  if (c.unique === true && !(keys.length === 1 && keys[0] === column))
    add('expect_column_values_to_be_unique', { column }, warns);
  const [low, high] = [c.minimum ?? c.exclusiveMinimum, c.maximum ?? c.exclusiveMaximum];
  if (low !== undefined || high !== undefined) {
    add(
      'expect_column_values_to_be_between',
      {
        column,
        ...(low === undefined ? {} : { min_value: low, ...(c.minimum === undefined ? { strict_min: true } : {}) }),
        ...(high === undefined ? {} : { max_value: high, ...(c.maximum === undefined ? { strict_max: true } : {}) }),
      },
      warns,
    );
  }
  if (c.minLength !== undefined || c.maxLength !== undefined) {
    if (field.type === 'string' || field.type === undefined || field.type === 'any')
      add(
        'expect_column_value_lengths_to_be_between',
        { column, min_value: c.minLength ?? null, max_value: c.maxLength ?? null },
        warns,
      );
    else leftOut.push(`${column}: minLength and maxLength of type ${field.type}`);
  }
  if (c.pattern !== undefined)
    add('expect_column_values_to_match_regex', { column, regex: `^(?:${c.pattern})$` }, warns);
  if (c.enum) add('expect_column_values_to_be_in_set', { column, value_set: c.enum }, warns);
  if (field.categories && field.categories.length > 0)
    add(
      'expect_column_values_to_be_in_set',
      {
        column,
        value_set: categoryValues(field),
        ...(loopwright.domainMass === undefined ? {} : { mostly: loopwright.domainMass }),
      },
      warns,
    );
  if (c.jsonSchema !== undefined)
    add('expect_column_values_to_match_json_schema', { column, json_schema: c.jsonSchema }, warns);
  if (field.format?.includes('%'))
    add('expect_column_values_to_match_strftime_format', { column, strftime_format: field.format }, warns);
  else if (field.format !== undefined && field.format !== 'default') leftOut.push(`${column}: format ${field.format}`);
}

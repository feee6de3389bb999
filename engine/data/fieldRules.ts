import type { Field, InvalidMode } from '../project/schema/datasetSchema.ts';
import { parsedTime, type ParsedField } from './parseField.ts';
import { quoteLiteral } from './quote.ts';
import { stringFormats } from './stringFormats.ts';

/** SQL expressions that a rule is evaluated on. */
export interface ValueSql {
  text: string;
  value: string;
  /** True where a text exists. */
  filled: string;
}

export interface FieldRule {
  field: string;
  rule: string;
  /** Null: the mode of the stage. */
  mode: InvalidMode | null;
  /** Boolean expression that is true where the rule is broken. */
  broken: (sql: ValueSql) => string;
  /** The same with the operand of the rule in a column, for rules that differ between fields only in it. */
  operand?: { sql: string; broken: (sql: ValueSql, operand: string) => string };
  /** Description of the violation without the value, such as `below minimum 0`. */
  says: string;
}

type Scalar = string | number | boolean;

/**
 * Returns the rules for each value of a field. `required` is true when a value must exist, which depends on the
 * environment and the keys.
 */
export function fieldRules(field: Field, parsed: ParsedField, required: boolean): FieldRule[] {
  const c = field.constraints ?? {};
  const rules: FieldRule[] = [];
  const add = (rule: string, says: string, broken: FieldRule['broken'], mode = modeOf(field, rule)) =>
    rules.push({ field: field.name, rule, mode, broken, says });
  const addBound = (rule: string, says: string, limit: Scalar | undefined, operator: string) => {
    if (limit === undefined) return;
    const operand = boundLiteral(limit, parsed, field);
    const broken = ({ value }: ValueSql, bound: string) => `${value} ${operator} ${bound}`;
    add(rule, `${says} ${limit}`, (sql) => broken(sql, operand));
    const added = rules.at(-1);
    if (added && hasPlainBounds(limit, parsed)) added.operand = { sql: operand, broken };
  };

  if (required) add('required', 'missing but required', ({ filled }) => `NOT (${filled})`);
  if (parsed.sqlType !== 'VARCHAR' || hasForm(field))
    add('type', `not ${typeWords(field)}`, ({ filled, value }) => `(${filled}) AND ${value} IS NULL`);
  addBound('minimum', 'below minimum', c.minimum, '<');
  addBound('maximum', 'above maximum', c.maximum, '>');
  addBound('exclusiveMinimum', 'not above', c.exclusiveMinimum, '<=');
  addBound('exclusiveMaximum', 'not below', c.exclusiveMaximum, '>=');
  if (c.minLength !== undefined)
    add(
      'minLength',
      `shorter than ${c.minLength} ${lengthUnit(field)}`,
      ({ text, value }) => `${lengthOf(field, parsed, text, value)} < ${Number(c.minLength)}`,
    );
  if (c.maxLength !== undefined)
    add(
      'maxLength',
      `longer than ${c.maxLength} ${lengthUnit(field)}`,
      ({ text, value }) => `${lengthOf(field, parsed, text, value)} > ${Number(c.maxLength)}`,
    );
  if (c.pattern !== undefined) {
    const pattern = c.pattern;
    add(
      'pattern',
      `does not match ${pattern}`,
      ({ text }) => `NOT regexp_full_match(${text}, ${quoteLiteral(pattern)})`,
    );
  }
  const addList = (rule: string, allowed: readonly Scalar[], mode = modeOf(field, rule)) => {
    const list = allowed.map((item) => boundLiteral(item, parsed, field)).join(', ');
    add(rule, `not one of ${listed(allowed)}`, ({ value }) => outside(value, list, parsed), mode);
    const added = rules.at(-1);
    if (added && parsed.sqlType === 'VARCHAR')
      added.operand = { sql: `[${list}]`, broken: ({ value }, among) => `NOT list_contains(${among}, ${value})` };
  };
  if (c.enum) addList('enum', c.enum);
  // The list can be empty while it is being written.
  if (field.categories && field.categories.length > 0)
    // With a domain mass below 1, some unknown values are expected. Their share is checked for the whole table.
    addList(
      'categories',
      categoryValues(field),
      (field.loopwright?.domainMass ?? 1) < 1 ? 'warn' : modeOf(field, 'categories'),
    );
  return rules;
}

/** Returns the values of a field's categories, without labels. */
export function categoryValues(field: Field): Scalar[] {
  return (field.categories ?? []).map((category) => (typeof category === 'object' ? category.value : category));
}

/** Returns how a field handles rows that break a rule. Outside beta and production, a broken rule is a warning. */
export function modeOf(field: Field, rule: string): InvalidMode | null {
  const { invalid, stage = 'production' } = field.loopwright ?? {};
  const own =
    typeof invalid === 'object'
      ? ((invalid as Record<string, InvalidMode | undefined>)[rule] ?? null)
      : (invalid ?? null);
  return own ?? (isLive(stage) ? null : 'warn');
}

/** True when a column in this life-cycle stage must be valid. */
export function isLive(stage: NonNullable<Field['loopwright']>['stage'] = 'production'): boolean {
  return stage === 'beta' || stage === 'production';
}

/** Returns SQL for the number of items of a collection, or of characters of any other value. */
function lengthOf(field: Field, parsed: ParsedField, text: string, value: string): string {
  if (/\]$/.test(parsed.sqlType)) return `len(${value})`;
  if (/^MAP/.test(parsed.sqlType)) return `cardinality(${value})`;
  if (field.type === 'list') return `len(string_split(${value}, ${quoteLiteral(field.delimiter ?? ',')}))`;
  if (field.type === 'array') return `TRY(json_array_length(${value}))`;
  if (field.type === 'object')
    return parsed.sqlType === 'VARCHAR' ? `len(TRY(json_keys(${value})))` : `len(json_keys(to_json(${value})))`;
  return `length(${text})`;
}

function lengthUnit(field: Field): string {
  return field.type === 'list' || field.type === 'array' ? 'items' : field.type === 'object' ? 'keys' : 'characters';
}

function hasForm(field: Field): boolean {
  return (
    ['yearmonth', 'duration', 'object', 'array', 'list', 'geopoint', 'geojson'].includes(field.type ?? 'any') ||
    (field.type === 'string' && Object.hasOwn(stringFormats, field.format ?? ''))
  );
}

function typeWords(field: Field): string {
  const type = field.type ?? 'any';
  if (type === 'string') return `a ${field.format ?? 'string'}`;
  if (type === 'list') return `a list of ${field.itemType ?? 'string'}s`;
  const form = field.format?.includes('%')
    ? ` of the form ${field.format}`
    : type === 'datetime'
      ? ' such as 2026-01-31T13:45:00Z'
      : '';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}${form}`;
}

function outside(value: string, list: string, parsed: ParsedField): string {
  // Planning `NOT IN` with many texts for hundreds of columns takes DuckDB minutes and gigabytes.
  return parsed.sqlType === 'VARCHAR' ? `NOT list_contains([${list}], ${value})` : `${value} NOT IN (${list})`;
}

function boundLiteral(limit: Scalar, parsed: ParsedField, { format, type }: Field): string {
  const text = quoteLiteral(String(limit));
  if (parsed.order === 'time' && format?.includes('%')) {
    // A bound or a category can be written as the data is, or in ISO 8601.
    const written = `CAST(${parsedTime(text, format, parsed.pivotYear)} AS ${parsed.sqlType})`;
    return `coalesce(${written}, ${isoLiteral(text, parsed.sqlType)})`;
  }
  if (parsed.order === 'time') return isoLiteral(text, parsed.sqlType);
  if (parsed.sqlType === 'VARCHAR') return text;
  // Whole numbers and decimals compare exactly; with a DOUBLE, both sides would be rounded.
  if (parsed.order === 'number' && type !== 'boolean' && /^[+-]?[0-9]+([.][0-9]+)?$/.test(String(limit)))
    return parsed.sqlType === 'DOUBLE' ? `CAST(${text} AS DOUBLE)` : String(limit).replace(/^[+]/, '');
  return `CAST(${text} AS ${parsed.order === 'number' && typeof limit === 'number' ? 'DOUBLE' : parsed.sqlType})`;
}

/** True when a column can hold the bounds of several fields without changing one of them. */
function hasPlainBounds(limit: Scalar, { sqlType }: ParsedField): boolean {
  if (sqlType === 'BIGINT') return /^[+-]?[0-9]{1,18}$/.test(String(limit));
  return ['DOUBLE', 'DATE', 'TIMESTAMP', 'TIME', 'VARCHAR'].includes(sqlType);
}

function isoLiteral(text: string, sqlType: string): string {
  return sqlType === 'TIMESTAMP' ? `CAST(CAST(${text} AS TIMESTAMPTZ) AS TIMESTAMP)` : `CAST(${text} AS ${sqlType})`;
}

function listed(values: readonly Scalar[]): string {
  const shown = values.slice(0, 8).map(String).join(', ');
  return values.length > 8 ? `${shown} and ${values.length - 8} more` : shown;
}

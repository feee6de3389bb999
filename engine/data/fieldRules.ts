import type { Field } from '../project/schema/datasetSchema.ts';
import type { ParsedField } from './parseField.ts';
import { quoteLiteral } from './quote.ts';

export interface FieldRule {
  field: string;
  rule: string;
  severity: 'error' | 'warning';
  /** A boolean over the columns `text` and `value`: true where the rule is broken. */
  broken: (text: string, value: string) => string;
  /** What is wrong, without the value, such as `below minimum 0`. */
  says: string;
}

type Scalar = string | number | boolean;

/** The rules that each value of the field has to meet. `required` says whether a value has to be there, which the environment and the keys decide. */
export function fieldRules(field: Field, parsed: ParsedField, required: boolean): FieldRule[] {
  const c = field.constraints ?? {};
  const rules: FieldRule[] = [];
  const add = (rule: string, says: string, broken: FieldRule['broken'], severity: FieldRule['severity'] = 'error') =>
    rules.push({ field: field.name, rule, severity, broken, says });
  const bound = (limit: Scalar) => boundLiteral(limit, parsed);

  if (required) add('required', 'missing but required', (text) => `${text} IS NULL`);
  if (parsed.sqlType !== 'VARCHAR' || hasForm(field)) add('type', `not ${typeWords(field)}`, (text, value) => `${text} IS NOT NULL AND ${value} IS NULL`);
  if (c.minimum !== undefined) { const limit = c.minimum; add('minimum', `below minimum ${limit}`, (_, value) => `${value} < ${bound(limit)}`); }
  if (c.maximum !== undefined) { const limit = c.maximum; add('maximum', `above maximum ${limit}`, (_, value) => `${value} > ${bound(limit)}`); }
  if (c.exclusiveMinimum !== undefined) { const limit = c.exclusiveMinimum; add('exclusiveMinimum', `not above ${limit}`, (_, value) => `${value} <= ${bound(limit)}`); }
  if (c.exclusiveMaximum !== undefined) { const limit = c.exclusiveMaximum; add('exclusiveMaximum', `not below ${limit}`, (_, value) => `${value} >= ${bound(limit)}`); }
  if (c.minLength !== undefined) add('minLength', `shorter than ${c.minLength} characters`, (text) => `length(${text}) < ${Number(c.minLength)}`);
  if (c.maxLength !== undefined) add('maxLength', `longer than ${c.maxLength} characters`, (text) => `length(${text}) > ${Number(c.maxLength)}`);
  if (c.pattern !== undefined) { const pattern = c.pattern; add('pattern', `does not match ${pattern}`, (text) => `NOT regexp_full_match(${text}, ${quoteLiteral(pattern)})`); }
  if (c.enum) { const allowed = c.enum; add('enum', `not one of ${listed(allowed)}`, (_, value) => outside(value, allowed, parsed)); }
  // While somebody writes the list it may be empty.
  if (field.categories && field.categories.length > 0) {
    const allowed = categoryValues(field);
    // With a domain mass below 1 some strangers are expected; the share is judged for the table as a whole.
    const severity = (field.loopwright?.domainMass ?? 1) < 1 ? 'warning' : 'error';
    add('categories', `not one of ${listed(allowed)}`, (_, value) => outside(value, allowed, parsed), severity);
  }
  return rules;
}

/** The values of a field's categories, labels left aside. */
export function categoryValues(field: Field): Scalar[] {
  return (field.categories ?? []).map((category) => (typeof category === 'object' ? category.value : category));
}

function hasForm(field: Field): boolean {
  return ['yearmonth', 'duration', 'object', 'array'].includes(field.type ?? 'any')
    || (field.type === 'string' && ['email', 'uri', 'uuid'].includes(field.format ?? ''));
}

function typeWords(field: Field): string {
  const type = field.type ?? 'any';
  if (type === 'string') return `a ${field.format ?? 'string'}`;
  const form = field.format?.includes('%') ? ` of the form ${field.format}` : type === 'datetime' ? ' such as 2026-01-31T13:45:00Z' : '';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}${form}`;
}

function outside(value: string, allowed: readonly Scalar[], parsed: ParsedField): string {
  return `${value} NOT IN (${allowed.map((item) => boundLiteral(item, parsed)).join(', ')})`;
}

function boundLiteral(limit: Scalar, parsed: ParsedField): string {
  if (parsed.sqlType === 'TIMESTAMP') return `CAST(CAST(${quoteLiteral(String(limit))} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  if (parsed.sqlType === 'VARCHAR') return quoteLiteral(String(limit));
  return `CAST(${quoteLiteral(String(limit))} AS ${parsed.order === 'number' && typeof limit === 'number' ? 'DOUBLE' : parsed.sqlType})`;
}

function listed(values: readonly Scalar[]): string {
  const shown = values.slice(0, 8).map(String).join(', ');
  return values.length > 8 ? `${shown} and ${values.length - 8} more` : shown;
}

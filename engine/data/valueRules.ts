import { DataError } from '../base/errors.ts';
import { parseTime } from '../project/parseTime.ts';
import type { DatasetSchema, Field, InvalidMode } from '../project/schema/datasetSchema.ts';
import { categoryValues, fieldRules, type FieldRule } from './fieldRules.ts';
import { missingTexts, parseField } from './parseField.ts';
import { patternTest } from './patternTest.ts';
import { stringFormats } from './stringFormats.ts';

/** A rule that a value breaks. */
export interface BrokenRule {
  rule: string;
  /** Null: the mode of the caller. */
  mode: InvalidMode | null;
  /** Description without the value, such as `below minimum 0`. */
  says: string;
}

export interface ValueRules {
  /** True when a text stands for a missing value. */
  isMissing(value: unknown): boolean;
  /** The rules that a value of JSON breaks; null when it breaks none, which is the usual case. */
  broken(value: unknown): BrokenRule[] | null;
  /** The mode of a rule that the value cannot break by itself, such as `required` where the property is absent. */
  required: BrokenRule | null;
}

/** A value as the rules compare it: times in epoch milliseconds. `undefined`: not of the type. */
type Parsed = number | string | undefined;
type Test = (parsed: number | string, written: unknown) => boolean;

/**
 * Compiles the rules of a field for single values of JSON: the rules, words and modes of `fieldRules`, tested in
 * JavaScript, where a query for each request would take longer than the model. Types that no model takes (object,
 * array, list, …) are not parsed; their texts are tested. Throws DataError when a constraint cannot be used.
 */
export function valueRules(field: Field, schema: DatasetSchema, required: boolean): ValueRules {
  const rules = fieldRules(field, parseField(field, schema, 'VARCHAR', 'typed'), required);
  const missing = new Set(missingTexts(field, schema, field.type ?? 'any', 'typed'));
  const ofRule = (name: string) => {
    const found = rules.find(({ rule }) => rule === name);
    return found ? brokenBy(found) : null;
  };
  const [requiredRule, typeRule] = [ofRule('required'), ofRule('type')];
  const parse = parserOf(field);
  const tests = rules.flatMap((rule) => {
    const test = testOf(field, rule.rule);
    return test ? [{ broken: brokenBy(rule), test }] : [];
  });
  const isMissing = (value: unknown) =>
    value === null || value === undefined || (typeof value === 'string' && missing.has(value));
  return {
    required: requiredRule,
    isMissing,
    broken(value) {
      if (isMissing(value)) return requiredRule && [requiredRule];
      const parsed = parse(value);
      let found: BrokenRule[] | null = parsed === undefined ? [typeRule ?? notText] : null;
      for (const { broken, test } of tests)
        if (parsed === undefined ? readsText.has(broken.rule) && test('', value) : test(parsed, value))
          (found ??= []).push(broken);
      return found;
    },
  };
}

const notText: BrokenRule = { rule: 'type', mode: null, says: 'not a text' };
/** Rules about the written text, which a value of another type can break too. */
const readsText: ReadonlySet<string> = new Set(['minLength', 'maxLength', 'pattern']);

function brokenBy({ rule, mode, says }: FieldRule): BrokenRule {
  return { rule, mode, says };
}

/** The largest whole number of SQL, exclusive, as a double. */
const beyondBigint = 2 ** 63;

function parserOf(field: Field): (value: unknown) => Parsed {
  switch (field.type ?? 'any') {
    case 'number': {
      const finite = field.loopwright?.finite !== false;
      return (value) => (typeof value === 'number' && (!finite || Number.isFinite(value)) ? value : undefined);
    }
    case 'integer':
    case 'year':
      return (value) => (Number.isInteger(value) && Math.abs(Number(value)) < beyondBigint ? Number(value) : undefined);
    case 'boolean':
      return (value) =>
        typeof value === 'boolean' ? Number(value) : value === 0 || value === 1 ? Number(value) : undefined;
    case 'datetime':
      return (value) => timeOf(value, field);
    case 'date':
      return (value) => {
        const time = timeOf(value, field);
        return typeof time === 'number' ? Math.floor(time / msPerDay) * msPerDay : time;
      };
    case 'string': {
      const form = stringFormats[field.format ?? ''];
      const fits = form === undefined ? null : patternTest(form);
      return (value) => {
        const text = textOf(value);
        return text === undefined || !fits || fits(text) ? text : undefined;
      };
    }
    default:
      return (value) => textOf(value) ?? JSON.stringify(value);
  }
}

const msPerDay = 86_400_000;
/** The latest time of a JavaScript Date. */
const lastTime = 8.64e15;

/** A time from ISO text or epoch milliseconds. Texts of another declared form are compared as texts. */
function timeOf(value: unknown, field: Field): Parsed {
  if (typeof value === 'number') return Number.isFinite(value) && Math.abs(value) <= lastTime ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (field.format?.includes('%')) return formOf(field.format)(value.trim()) ? value : undefined;
  // A bare number is no time, although `Date` reads it as a year, and 04/07/20 no date of four digits.
  return /^[+-]?[0-9]{4,}[-/ ]/.test(value.trim()) ? (parseTime(value) ?? undefined) : undefined;
}

const directives: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  y: '\\d{2}',
  m: '(0?[1-9]|1[0-2])',
  d: '(0?[1-9]|[12]\\d|3[01])',
  H: '([01]?\\d|2[0-3])',
  I: '(0?[1-9]|1[0-2])',
  M: '[0-5]?\\d',
  S: '([0-5]?\\d|60)',
  f: '\\d{1,6}',
  z: '([+-]\\d{2}(:?\\d{2})?|Z)',
  p: '[AaPp][Mm]',
  '%': '%',
};

/** The form of a time with directives such as `%d.%m.%Y`; a directive that is not listed matches any text. */
function formOf(format: string): (text: string) => boolean {
  const known = forms.get(format);
  if (known) return known;
  const source = format
    .split(/(%-?.)/)
    .map((part) =>
      part.startsWith('%') ? (directives[part.at(-1) ?? ''] ?? '.+') : part.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'),
    )
    .join('');
  const form = patternTest(source) ?? (() => true);
  forms.set(format, form);
  return form;
}

const forms = new Map<string, (text: string) => boolean>();

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

type Scalar = string | number | boolean;

/** The test of a rule, true where the value breaks it; null for rules that are not about a value's content. */
function testOf(field: Field, rule: string): Test | null {
  const c = field.constraints ?? {};
  const bound = (limit: Scalar | undefined): number | string => {
    const parsed = boundOf(field, limit ?? '');
    if (parsed !== undefined) return parsed;
    throw new DataError(
      `${field.name}: the constraint ${rule} (${String(limit)}) cannot be used: its value is not of the type of the field; correct it in the dataset schema`,
    );
  };
  const outside = (values: readonly Scalar[]): Test => {
    const allowed = new Set(values.map(bound));
    return (parsed) => !allowed.has(parsed);
  };
  // Times of a form of their own are texts here, which do not compare.
  if (isBound.test(rule) && field.format?.includes('%')) return null;
  switch (rule) {
    case 'minimum': {
      const limit = bound(c.minimum);
      return (parsed) => parsed < limit;
    }
    case 'maximum': {
      const limit = bound(c.maximum);
      return (parsed) => parsed > limit;
    }
    case 'exclusiveMinimum': {
      const limit = bound(c.exclusiveMinimum);
      return (parsed) => parsed <= limit;
    }
    case 'exclusiveMaximum': {
      const limit = bound(c.exclusiveMaximum);
      return (parsed) => parsed >= limit;
    }
    case 'minLength':
      return countsItems(field) ? null : (_, written) => lengthOf(written) < Number(c.minLength);
    case 'maxLength':
      return countsItems(field) ? null : (_, written) => lengthOf(written) > Number(c.maxLength);
    case 'pattern': {
      const matches = patternTest(c.pattern ?? '');
      return matches && ((_, written) => !matches(textOf(written) ?? JSON.stringify(written)));
    }
    case 'enum':
      return outside(c.enum ?? []);
    case 'categories':
      return outside(categoryValues(field));
    default:
      return null;
  }
}

const isBound = /^(exclusive)?(minimum|maximum)$/i;

function countsItems({ type }: Field): boolean {
  return type === 'list' || type === 'array' || type === 'object';
}

/** Characters, not units of UTF-16. */
function lengthOf(written: unknown): number {
  let n = 0;
  for (const _ of textOf(written) ?? JSON.stringify(written)) n++;
  return n;
}

/** A bound or an allowed value, as values of the field are parsed. Undefined when it is of another type. */
function boundOf(field: Field, limit: Scalar): Parsed {
  switch (field.type ?? 'any') {
    case 'number':
    case 'integer':
    case 'year': {
      const number = Number(limit);
      return Number.isNaN(number) || limit === '' ? undefined : number;
    }
    case 'boolean':
      return { true: 1, '1': 1, false: 0, '0': 0 }[String(limit).toLowerCase()];
    case 'datetime':
    case 'date':
      return field.format?.includes('%') ? String(limit) : (parseTime(String(limit)) ?? undefined);
    default:
      return String(limit);
  }
}

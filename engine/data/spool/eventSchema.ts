import { didYouMean } from '../../base/didYouMean.ts';
import { isLive } from '../fieldRules.ts';
import { spoolColumns } from './segments.ts';
import { belongs, isRequired } from '../validateTable.ts';
import { valueRules, type BrokenRule, type ValueRules } from '../valueRules.ts';
import type { DatasetSchema, InvalidMode } from '../../project/schema/datasetSchema.ts';
import { digitsOf } from './exactJson.ts';
import { storedForm, type StoredForm } from './storedForm.ts';

/** A rule that an event breaks. */
export interface EventViolation {
  field: string | null;
  /** The rule in the schema; `unknown`, or `event` for what is no event at all. */
  rule: string;
  message: string;
  mode: InvalidMode;
}

export interface CheckedEvent {
  /** The event as its line holds it; null when it is refused. */
  event: Record<string, unknown> | null;
  violations: readonly EventViolation[];
}

interface CheckedField {
  name: string;
  rules: ValueRules;
  form: StoredForm | null;
  absent: BrokenRule | null;
}

/** Field that the server fills when the schema has it and an event does not: the time at which the event arrived. */
export const receivedField = 'received_at';
const deepest = 32;
const longestShown = 100;

/** The rules of a dataset's schema for events, compiled once. The same rules judge the rows of /predict. */
export class EventSchema {
  readonly #fields: readonly CheckedField[];
  readonly #names: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #isOpen: boolean;
  readonly #refusesUnknown: boolean;
  readonly #fillsTime: boolean;
  readonly #invalid: InvalidMode;

  /** `schema` null: an event is any object. Throws DataError when a constraint of the schema cannot be used. */
  constructor(schema: DatasetSchema | null, invalid: InvalidMode = 'quarantine') {
    const fields = schema?.fields ?? [];
    this.#invalid = invalid;
    this.#isOpen = schema === null;
    this.#names = fields.map(({ name }) => name);
    this.#known = new Set(this.#names);
    this.#refusesUnknown = ['exact', 'equal', 'superset'].includes(schema?.fieldsMatch ?? 'subset');
    this.#fillsTime = fields.some(({ name, type }) => name === receivedField && type === 'datetime');
    this.#fields = fields.map((field) => {
      const isExpected = schema !== null && belongs(field, schema, undefined) && isLive(field.loopwright?.stage);
      const rules = valueRules(
        field,
        schema ?? { fields: [] },
        isExpected && schema !== null && isRequired(field, schema),
      );
      return { name: field.name, rules, form: storedForm(field), absent: rules.required };
    });
  }

  /**
   * Checks one event that arrived at a time, epoch milliseconds. `exact` is the same event with the digits of numbers
   * that a double does not hold.
   */
  check(given: unknown, at: number, exact?: unknown): CheckedEvent {
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      return refused(null, 'event', 'not an object of fields');
    const depth = tooDeep(given, deepest);
    if (depth !== null) return refused(null, 'event', depth);
    const event = given as Record<string, unknown>;
    for (const name of Object.values(spoolColumns))
      if (Object.hasOwn(event, name) && !this.#known.has(name))
        return refused(name, 'event', `${name}: the name of a field that Loopwright uses itself`);
    if (this.#isOpen) return { event: (exact ?? event) as Record<string, unknown>, violations: [] };
    const digits = exact as Record<string, unknown> | undefined;
    const violations: EventViolation[] = [];
    const stored: Record<string, unknown> = {};
    let lacks = false;
    for (const { name, rules, form, absent } of this.#fields) {
      let value = Object.hasOwn(event, name) ? event[name] : undefined;
      if (value === undefined && this.#fillsTime && name === receivedField) value = new Date(at).toISOString();
      if (value === undefined) {
        lacks = true;
        if (absent) violations.push(this.#violation(name, absent, undefined, event));
        continue;
      }
      const broken = rules.broken(value) ?? (rules.isMissing(value) ? null : (form?.broken(value) ?? null));
      if (broken) for (const rule of broken) violations.push(this.#violation(name, rule, value, event));
      stored[name] = broken || value === null ? value : storedValue(form, digits?.[name] ?? value);
    }
    if (lacks || this.#refusesUnknown) this.#findUnknown(event, violations);
    const isRefused = violations.some(({ mode }) => mode !== 'warn');
    return { event: isRefused ? null : stored, violations };
  }

  #violation(
    field: string,
    { rule, mode, says }: BrokenRule,
    value: unknown,
    event: Record<string, unknown>,
  ): EventViolation {
    const shown = value === undefined || value === null ? null : cut(JSON.stringify(value));
    const near = value === undefined ? didYouMean(field, this.#unknownIn(event)) : null;
    const found = shown === null ? '' : ` (found ${shown})`;
    const hint = near === null ? '' : `. Is \`${near}\` a misspelling of it?`;
    return { field, rule, message: `${field}: ${says}${found}${hint}`, mode: mode ?? this.#invalid };
  }

  #unknownIn(event: Record<string, unknown>): string[] {
    return Object.keys(event)
      .filter((key) => !this.#known.has(key))
      .slice(0, longestShown);
  }

  /** Fields that no schema has are left out; they are told where `fieldsMatch` refuses them or a name is near. */
  #findUnknown(event: Record<string, unknown>, violations: EventViolation[]): void {
    const lacking = this.#names.filter((name) => !Object.hasOwn(event, name));
    const told = violations.length;
    for (const key of this.#unknownIn(event)) {
      const near = told > 0 ? null : didYouMean(key, lacking);
      if (near === null && !this.#refusesUnknown) continue;
      const name = cut(key);
      violations.push({
        field: name,
        rule: 'unknown',
        message: `${name}: not a field of the schema${near === null ? '' : `. Did you mean \`${near}\`?`}`,
        mode: this.#refusesUnknown ? this.#invalid : 'warn',
      });
    }
  }
}

function storedValue(form: StoredForm | null, value: unknown): unknown {
  const digits = digitsOf(value);
  if (digits !== null) return form === null ? value : digits;
  return form === null ? value : form.store(value);
}

function refused(field: string | null, rule: string, message: string): CheckedEvent {
  return { event: null, violations: [{ field, rule, message, mode: 'fail' }] };
}

function cut(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** Why a value is no event: it is nested too deep, or has a key that changes objects in careless programs. */
function tooDeep(value: object, levels: number): string | null {
  if (levels === 0) return `nested deeper than ${deepest} levels`;
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return '`__proto__` cannot be the name of a field';
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner !== 'object' || inner === null) continue;
    const found = tooDeep(inner, levels - 1);
    if (found !== null) return found;
  }
  return null;
}

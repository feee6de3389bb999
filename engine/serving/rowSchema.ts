import { didYouMean } from '../base/didYouMean.ts';
import { isLive, modeOf } from '../data/fieldRules.ts';
import { belongs, isRequired } from '../data/validateTable.ts';
import { valueRules, type BrokenRule, type ValueRules } from '../data/valueRules.ts';
import { typeOfFeature } from '../models/feature.ts';
import type { InputType } from '../models/flavours/flavour.ts';
import type { PredictorMeta } from '../models/predictor.ts';
import { shownValue, unfitFor } from '../models/rowsToTable.ts';
import type { DatasetSchema, Field, FieldType, InvalidMode } from '../project/schema/datasetSchema.ts';

/** A rule of the schema, or of the signature of the model, that a row breaks. */
export interface RowViolation {
  /** Position in the request, from 0. */
  row: number;
  field: string;
  /** The rule in the schema; `absent` for a feature that the row lacks, `unknown` for a field that no schema has. */
  rule: string;
  /** The value as JSON, cut; null when there is none. */
  value: string | null;
  /** The name in the row that is probably a misspelling of the field. */
  misspelt?: string;
  message: string;
  /** fail: the request is refused. quarantine: the row is. warn: it is answered with a warning. */
  mode: InvalidMode;
}

export interface CheckedRows {
  /** The rows as the model reads them: a value that only warns and is of another type is null. */
  rows: readonly Record<string, unknown>[];
  /** In the order of the rows. */
  violations: readonly RowViolation[];
}

export interface RowSchemaOptions {
  meta: Pick<PredictorMeta, 'features' | 'takesAbsent'>;
  /** The schema of the training data; null when there is none, and the types of the signature are the only rules. */
  schema: DatasetSchema | null;
  /**
   * Fields beside the features that are read: the key and the time. The model does not need them, so a row that lacks
   * them or breaks their rules is answered with a warning, unless the schema says it otherwise.
   */
  alsoReads: readonly string[];
  /** The handling of rows that break a rule without a mode of its own. */
  invalid: InvalidMode;
}

interface CheckedField {
  name: string;
  rules: ValueRules;
  /** The type that the model reads; null for a field that is no feature. */
  input: InputType | null;
  /** The handling of a broken rule without a mode of its own. */
  invalid: InvalidMode;
  /** The rule that a row without the property breaks; null when it may lack it. */
  absent: BrokenRule | null;
}

/** The rules for the rows of requests, compiled once for each version that serves. */
export class RowSchema {
  readonly #fields: readonly CheckedField[];
  readonly #invalid: InvalidMode;
  readonly #known: ReadonlySet<string>;
  readonly #refusesUnknown: boolean;

  constructor({ meta, schema, alsoReads, invalid }: RowSchemaOptions) {
    this.#invalid = invalid;
    const own = schema ?? { fields: [] };
    this.#fields = fieldsRead(meta, own, alsoReads).map(({ field, input, isOptional }) => {
      const isExpected = belongs(field, own, 'serving') && isLive(field.loopwright?.stage);
      const rules = valueRules(field, own, isExpected && isRequired(field, own));
      const mayLack = isOptional || input === null || !isExpected || (meta.takesAbsent && mayLackColumns(schema));
      const absent = {
        rule: 'absent',
        mode: modeOf(field, 'required'),
        says: 'absent; send null where there is no value',
      };
      return {
        name: field.name,
        rules,
        input,
        invalid: input === null ? 'warn' : invalid,
        absent: rules.required ?? (mayLack ? null : absent),
      };
    });
    this.#known = new Set([...own.fields, ...this.#fields].map(({ name }) => name));
    this.#refusesUnknown = ['exact', 'equal', 'superset'].includes(schema?.fieldsMatch ?? 'subset');
  }

  /** The features that a row must have. */
  get required(): string[] {
    return this.#fields.flatMap(({ name, input, absent }) => (input !== null && absent ? [name] : []));
  }

  /** Checks the rows of a request. Rows without a violation are passed on as they are. */
  check(rows: readonly Record<string, unknown>[]): CheckedRows {
    const violations: RowViolation[] = [];
    const checked = rows.map((row, i) => this.#checkRow(row, i, violations));
    return { rows: checked, violations };
  }

  #checkRow(row: Record<string, unknown>, position: number, violations: RowViolation[]): Record<string, unknown> {
    let read = row;
    let lacks = false;
    const before = violations.length;
    const correct = (name: string) => {
      if (read === row) read = { ...row };
      read[name] = null;
    };
    for (const { name, rules, input, absent, invalid } of this.#fields) {
      const value = Object.hasOwn(row, name) ? row[name] : undefined;
      if (value === undefined) {
        lacks = true;
        if (absent)
          violations.push(
            this.#absent(row, position, { name, rule: absent, invalid, suggests: before < mostSuggestions }),
          );
        continue;
      }
      const broken = rules.broken(value) ?? this.#unfit(input, value, rules);
      if (!broken) {
        if (value !== null && rules.isMissing(value)) correct(name);
        continue;
      }
      for (const rule of broken) {
        const violation = this.#violation(position, name, rule, value, invalid);
        violations.push(violation);
        if (rule.rule === 'type' && violation.mode === 'warn') correct(name);
      }
    }
    if (lacks || this.#refusesUnknown) this.#findUnknown(row, position, violations, before);
    return read;
  }

  /** The rule that a value of the right type in the schema breaks when the model reads another type. */
  #unfit(input: InputType | null, value: unknown, rules: ValueRules): BrokenRule[] | null {
    const words = input === null || rules.isMissing(value) ? null : unfitFor(input, value);
    return words === null ? null : [{ rule: 'type', mode: null, says: `not ${words}` }];
  }

  #violation(
    row: number,
    field: string,
    { rule, mode, says }: BrokenRule,
    value: unknown,
    invalid: InvalidMode,
  ): RowViolation {
    const shown = value === undefined || value === null ? null : shownValue(value);
    return {
      row,
      field,
      rule,
      value: shown,
      message: `${field}: ${says}${shown === null ? '' : ` (found ${shown})`}`,
      mode: mode ?? invalid,
    };
  }

  #absent(
    row: Record<string, unknown>,
    position: number,
    { name, rule, invalid, suggests }: { name: string; rule: BrokenRule; invalid: InvalidMode; suggests: boolean },
  ): RowViolation {
    const violation = this.#violation(position, name, rule, undefined, invalid);
    const misspelt = suggests ? didYouMean(name, this.#unknownIn(row)) : null;
    if (misspelt === null) return violation;
    return { ...violation, misspelt, message: `${violation.message}. Is \`${misspelt}\` a misspelling of it?` };
  }

  #unknownIn(row: Record<string, unknown>): string[] {
    return Object.keys(row)
      .filter((key) => !this.#known.has(key))
      .slice(0, mostUnknown);
  }

  /**
   * Fields that no schema has: refused where `fieldsMatch` asks for it, else a warning when the name of a field that the
   * row lacks is near. The violations of the row start at `before`.
   */
  #findUnknown(row: Record<string, unknown>, position: number, violations: RowViolation[], before: number): void {
    if (before >= mostSuggestions && !this.#refusesUnknown) return;
    const named = new Set(violations.slice(before).map(({ misspelt }) => misspelt));
    const lacking = this.#fields.flatMap(({ name }) => (Object.hasOwn(row, name) ? [] : [name]));
    for (const key of this.#unknownIn(row)) {
      if (named.has(key)) continue;
      const near = before < mostSuggestions ? didYouMean(key, lacking) : null;
      if (near === null && !this.#refusesUnknown) continue;
      violations.push({
        row: position,
        field: key.slice(0, mostShown),
        rule: 'unknown',
        value: null,
        message: `${key.slice(0, mostShown)}: not a field of the schema${near === null ? '' : `. Did you mean \`${near}\`?`}`,
        mode: this.#refusesUnknown ? this.#invalid : 'warn',
      });
    }
  }
}

/** A request of nonsense must not cost more than its answer: names are compared in its first rows. */
const mostSuggestions = 100;
const mostUnknown = 100;
const mostShown = 100;

/** The schema allows data without some of its columns. */
function mayLackColumns(schema: DatasetSchema | null): boolean {
  return schema?.fieldsMatch === 'partial' || schema?.fieldsMatch === 'superset';
}

/** The features and the other fields that are read, as the schema describes them, else by the type of the input. */
function fieldsRead(
  meta: RowSchemaOptions['meta'],
  schema: DatasetSchema,
  alsoReads: readonly string[],
): { field: Field; input: InputType | null; isOptional: boolean }[] {
  const named = (name: string) => schema.fields.find((field) => field.name === name);
  const features = meta.features.map((feature) => {
    const input = typeOfFeature(feature);
    return {
      field: named(feature.name) ?? { name: feature.name, type: types[input] },
      input,
      isOptional: feature.optional ?? false,
    };
  });
  const others = alsoReads
    .filter((name) => !meta.features.some((feature) => feature.name === name))
    .flatMap((name) => named(name) ?? []);
  return [...features, ...others.map((field) => ({ field, input: null, isOptional: true }))];
}

const types: Record<InputType, FieldType> = {
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  text: 'string',
  datetime: 'datetime',
};

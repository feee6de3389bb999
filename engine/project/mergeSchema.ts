import { stringify } from 'yaml';
import { ProjectError } from '../base/errors.ts';
import { appendItem, replaceValue, setAt, yamlText, type Edit, type Editable } from './edit.ts';
import { loadConfigFile } from './loadProject.ts';
import { nodeAt, toValue } from './located.ts';
import { parseYaml } from './parseYaml.ts';
import type { DatasetSchema, Field } from './schema/datasetSchema.ts';

export interface MergedSchema {
  text: string;
  /** Names of the added columns. */
  added: string[];
  /** Declared columns that are not in the data. They stay in the schema. */
  gone: string[];
  /** Differences between data and schema, as text. They were only applied with `update`. */
  differs: string[];
}

/** Returns a dataset schema as YAML, one field per line. */
export function schemaText(schema: DatasetSchema, comment: string | null = null): string {
  const lines = schema.fields.map((field) => `  - ${flow(field)}\n`);
  const rest = Object.entries(schema)
    .filter(([key]) => key !== 'fields')
    .map(([key, value]) => `${key}: ${flow(value)}\n`);
  return `${
    comment === null
      ? ''
      : `${comment
          .split('\n')
          .map((line) => `# ${line}`)
          .join('\n')}\n`
  }fields:\n${lines.join('')}${rest.join('')}`;
}

/**
 * Updates a schema file with the schema inferred from data. It keeps text written by hand, including comments and
 * order: new columns are appended, fields marked `guessed` are completed, and existing values are not changed. With
 * `update`, bounds are widened and categories added until the data is valid. Throws ProjectError when the text is not a
 * dataset schema.
 */
export function mergeSchema(
  path: string,
  text: string,
  inferred: DatasetSchema,
  options: { update?: boolean } = {},
): MergedSchema {
  const file = new EditedFile(path, text);
  const existing = file.fields();
  const merged: MergedSchema = { text, added: [], gone: [], differs: [] };
  for (const field of inferred.fields) {
    const at = existing.findIndex(({ name }) => name === field.name);
    const own = existing[at];
    if (own) bringUp(file, at, own, field, merged, options.update === true);
    else {
      file.apply(appendItem(file.editable, ['fields'], flow(field)));
      merged.added.push(field.name);
    }
  }
  const there = new Set(inferred.fields.map(({ name }) => name));
  merged.gone = existing.map(({ name }) => name).filter((name) => !there.has(name));
  if (inferred.primaryKey !== undefined && merged.added.includes(String(inferred.primaryKey)))
    file.setIfAbsent(['primaryKey'], yamlText(String(inferred.primaryKey)));
  merged.text = file.editable.parsed.text;
  return merged;
}

/** A text that is edited step by step. Text outside the edits is unchanged. */
class EditedFile {
  editable: Editable;

  constructor(path: string, text: string) {
    this.editable = { path, parsed: parseYaml(path, text) };
    const [fault] = loadConfigFile('dataset', this.editable.parsed).problems.filter(
      ({ severity }) => severity === 'error',
    );
    if (fault) throw new ProjectError(`${path}: ${fault.message} Fix the file first.`, [fault]);
  }

  fields(): Field[] {
    return (toValue(nodeAt(this.editable.parsed.root ?? undefined, ['fields'])) ?? []) as Field[];
  }

  apply(edit: Edit | null): void {
    if (!edit) return;
    const {
      path,
      parsed: { text },
    } = this.editable;
    this.editable = {
      path,
      parsed: parseYaml(path, `${text.slice(0, edit.range.start)}${edit.text}${text.slice(edit.range.end)}`),
    };
  }

  setIfAbsent(path: (string | number)[], value: string): void {
    if (!nodeAt(this.editable.parsed.root ?? undefined, path)) this.apply(setAt(this.editable, path, value));
  }
}

function bringUp(file: EditedFile, at: number, own: Field, field: Field, merged: MergedSchema, update: boolean): void {
  if (own.loopwright?.guessed === true) fillIn(file, ['fields', at], field as unknown as Record<string, unknown>);
  const { name } = field;
  if (own.type !== undefined && field.type !== undefined && !holds(own.type, field.type))
    merged.differs.push(`${name}: declared as ${own.type}, but the data looks like ${field.type}`);
  for (const [bound, outwards] of [
    ['minimum', -1],
    ['maximum', 1],
  ] as const) {
    const [declared, found] = [own.constraints?.[bound], field.constraints?.[bound]];
    if (typeof declared !== 'number' || typeof found !== 'number' || (found - declared) * outwards <= 0) continue;
    merged.differs.push(
      `${name}: the data may exceed the ${bound} ${declared}${update ? `, which is now ${found}` : ''}`,
    );
    if (update) file.apply(replaceValue(file.editable, ['fields', at, 'constraints', bound], String(found)));
  }
  const declared = own.categories?.map((item) => String(typeof item === 'object' ? item.value : item));
  const strangers = declared ? (field.categories ?? []).map(String).filter((value) => !declared.includes(value)) : [];
  if (strangers.length === 0) return;
  merged.differs.push(`${name}: ${update ? 'added to' : 'not in'} the categories: ${strangers.join(', ')}`);
  if (update)
    for (const value of strangers) file.apply(appendItem(file.editable, ['fields', at, 'categories'], yamlText(value)));
}

/**
 * True when a column of one declared type can contain values that look like another: 0 and 1 are also booleans, and
 * every value is a text.
 */
function holds(declared: NonNullable<Field['type']>, found: NonNullable<Field['type']>): boolean {
  const wider: Partial<Record<typeof declared, readonly string[]>> = {
    number: ['integer'],
    boolean: ['integer'],
    datetime: ['date'],
    date: ['datetime'],
    year: ['integer'],
  };
  return (
    declared === found ||
    declared === 'any' ||
    declared === 'string' ||
    found === 'string' ||
    (wider[declared]?.includes(found) ?? false)
  );
}

function fillIn(file: EditedFile, path: (string | number)[], inferred: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(inferred)) {
    const here = [...path, key];
    if (
      value !== null &&
      typeof value === 'object' &&
      !Array.isArray(value) &&
      nodeAt(file.editable.parsed.root ?? undefined, here)?.kind === 'map'
    )
      fillIn(file, here, value as Record<string, unknown>);
    else file.setIfAbsent(here, flow(value));
  }
}

/** Returns a value in flow style on one line. Strings that YAML could read as another type are quoted. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const pairs = Object.entries(value).filter(([, item]) => item !== undefined);
    return pairs.length === 0
      ? '{}'
      : `{ ${pairs.map(([key, item]) => `${yamlText(key)}: ${flow(item)}`).join(', ')} }`;
  }
  return typeof value === 'string' ? yamlText(value) : stringify(value).trim();
}

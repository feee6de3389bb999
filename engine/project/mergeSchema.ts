import { stringify } from 'yaml';
import { ProjectError } from '../base/errors.ts';
import { appendItem, replaceValue, setAt, yamlText, type Edit, type Editable } from './edit.ts';
import { loadConfigFile } from './loadProject.ts';
import { nodeAt, toValue, type Located } from './located.ts';
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
  const positions = new Map<string, number>();
  for (const [at, { name }] of existing.entries()) if (!positions.has(name)) positions.set(name, at);
  const [changes, added]: [Iterator<Edit | null>[], Field[]] = [[], []];
  for (const field of inferred.fields) {
    const at = positions.get(field.name);
    const own = at === undefined ? undefined : existing[at];
    if (at === undefined || !own) added.push(field);
    else {
      tellDifferences(own, field, merged, options.update === true);
      changes.push(bringUp(file, at, own, field, options.update === true));
    }
  }
  // Fields that share a value through an anchor are edited one after the other.
  if (/(^|\s)&\S/.test(text)) for (const change of changes) file.applyInTurns([change]);
  else file.applyInTurns(changes);
  file.append(['fields'], added.map(flow));
  merged.added = added.map(({ name }) => name);
  const there = new Set(inferred.fields.map(({ name }) => name));
  merged.gone = existing.map(({ name }) => name).filter((name) => !there.has(name));
  const key = String(inferred.primaryKey);
  if (inferred.primaryKey !== undefined && merged.added.includes(key) && !nodeAt(file.root, ['primaryKey']))
    file.apply([setAt(file.editable, ['primaryKey'], yamlText(key)) ?? []].flat());
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

  get root(): Located | undefined {
    return this.editable.parsed.root ?? undefined;
  }

  fields(): Field[] {
    return (toValue(nodeAt(this.root, ['fields'])) ?? []) as Field[];
  }

  /** Applies edits of one text, which do not overlap, and parses it once. */
  apply(edits: readonly Edit[]): void {
    if (edits.length === 0) return;
    const {
      path,
      parsed: { text },
    } = this.editable;
    const pieces: string[] = [];
    let from = 0;
    for (const edit of edits.toSorted((a, b) => a.range.start - b.range.start)) {
      pieces.push(text.slice(from, edit.range.start), edit.text);
      from = edit.range.end;
    }
    this.editable = { path, parsed: parseYaml(path, `${pieces.join('')}${text.slice(from)}`) };
  }

  /**
   * Applies the edits of several places, each of which makes its next edit when the one before is applied: the first of
   * each at once, then the second of each, and so on.
   */
  applyInTurns(places: readonly Iterator<Edit | null>[]): void {
    for (let open = places; open.length > 0;) {
      const steps = open.map((place) => ({ place, next: place.next() }));
      this.apply(steps.flatMap(({ next }) => (next.done === true ? [] : (next.value ?? []))));
      open = steps.flatMap(({ place, next }) => (next.done === true ? [] : [place]));
    }
  }

  /** Appends items to a list that is not empty. */
  append(path: (string | number)[], items: readonly string[]): void {
    const [first] = items;
    const edit = first === undefined ? null : appendItem(this.editable, path, first);
    // The further items are copies of the first.
    if (edit && first !== undefined)
      this.apply([{ ...edit, text: items.map((item) => edit.text.replace(first, () => item)).join('') }]);
  }
}

/** Notes where the data and a declared field differ. */
function tellDifferences(own: Field, field: Field, merged: MergedSchema, update: boolean): void {
  const { name } = field;
  if (own.type !== undefined && field.type !== undefined && !holds(own.type, field.type))
    merged.differs.push(`${name}: declared as ${own.type}, but the data looks like ${field.type}`);
  for (const [bound, outwards] of bounds) {
    const found = boundBeyond(own, field, bound, outwards);
    if (found !== null)
      merged.differs.push(
        `${name}: the data may exceed the ${bound} ${own.constraints?.[bound]}${update ? `, which is now ${found}` : ''}`,
      );
  }
  const strangers = newCategories(own, field);
  if (strangers.length > 0)
    merged.differs.push(`${name}: ${update ? 'added to' : 'not in'} the categories: ${strangers.join(', ')}`);
}

function newCategories({ categories }: Field, field: Field): string[] {
  const declared = categories?.map((item) => String(typeof item === 'object' ? item.value : item));
  return declared ? (field.categories ?? []).map(String).filter((value) => !declared.includes(value)) : [];
}

/** The edits of one declared field, each for the text in which the one before is applied. */
function* bringUp(file: EditedFile, at: number, own: Field, field: Field, update: boolean): Generator<Edit | null> {
  if (own.loopwright?.guessed === true)
    yield* fillIn(file, ['fields', at], field as unknown as Record<string, unknown>);
  if (!update) return;
  for (const [bound, outwards] of bounds) {
    const found = boundBeyond(own, field, bound, outwards);
    if (found !== null) yield replaceValue(file.editable, ['fields', at, 'constraints', bound], String(found));
  }
  for (const value of newCategories(own, field))
    yield appendItem(file.editable, ['fields', at, 'categories'], yamlText(value));
}

const bounds = [
  ['minimum', -1],
  ['maximum', 1],
] as const;

/** The bound of the data where it is beyond the declared one; null elsewhere. */
function boundBeyond(own: Field, field: Field, bound: 'minimum' | 'maximum', outwards: 1 | -1): number | null {
  const [declared, found] = [own.constraints?.[bound], field.constraints?.[bound]];
  return typeof declared === 'number' && typeof found === 'number' && (found - declared) * outwards > 0 ? found : null;
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

function* fillIn(
  file: EditedFile,
  path: (string | number)[],
  inferred: Record<string, unknown>,
): Generator<Edit | null> {
  for (const [key, value] of Object.entries(inferred)) {
    const here = [...path, key];
    if (value !== null && typeof value === 'object' && !Array.isArray(value) && nodeAt(file.root, here)?.kind === 'map')
      yield* fillIn(file, here, value as Record<string, unknown>);
    else if (!nodeAt(file.root, here)) yield setAt(file.editable, here, flow(value));
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

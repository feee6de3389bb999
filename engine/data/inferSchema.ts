import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import { fewColumns, readsByCells, visitCells, visitTypedCells, type Cells } from './cells.ts';
import type { Database } from './database.ts';
import { columnsOf, type SourceColumn } from './inspectColumns.ts';
import { inPortions } from './portions.ts';
import { categoriesOf, formatOf, inferredCells, isUnique, type Inferred } from './inferredColumns.ts';
import { profileTable, type ColumnProfile } from './profileTable.ts';

export interface InferOptions {
  /**
   * Also infers bounds, text formats, further keys and the roles target, protected, feature and ignore. Fields with
   * such a guess are marked `guessed`. Default: only properties that follow from a name or type.
   */
  guess?: boolean;
  /** Type and format of columns as they are written, from `writtenSchema`. */
  written?: readonly Field[];
  /** Returns a SELECT of some columns of a source of texts in their types. Default: as they are. */
  select?: (names: readonly string[]) => string;
  /** Cells of texts, of which `written` tells the types; the source is not read then. */
  cells?: Cells | null;
}

/**
 * Infers a schema for a FROM expression: names and types, `required` where every row has a value, `categories` for
 * texts with at most 20 repeated values, and roles that follow from a name or type (id, timestamp). With `guess`, it
 * infers more, for the user to confirm.
 */
export async function inferSchema(
  db: Database,
  source: string,
  { guess = false, written = [], select, cells = null }: InferOptions = {},
): Promise<DatasetSchema> {
  const sourceColumns: SourceColumn[] = cells
    ? cells.columns.map(({ name }) => ({ name, type: cells.type, sqlType: cells.sqlType }))
    : await columnsOf(db, source);
  const forms = new Map(written.map((field) => [field.name, field]));
  const columns: Inferred[] = [];
  const infer = async (part: string) => {
    for (const profile of await profileTable(db, part)) {
      const { type = profile.type, ...form } = forms.get(profile.name) ?? {};
      const column = { ...profile, type };
      columns.push({
        profile: column,
        form,
        unique: await isUnique(db, part, column),
        format: guess ? await formatOf(db, part, column) : null,
        categories: await categoriesOf(db, part, column),
      });
    }
  };
  const byName = new Map<string, Inferred>();
  const inferCells = async (part: Cells) => {
    for (const one of await inferredCells(db, part, forms, guess)) byName.set(one.profile.name, one);
  };
  const rows = cells === null && sourceColumns.length > fewColumns ? await countRows(db, source) : Infinity;
  const numbered = sourceColumns.map((column, c) => ({ ...column, c }));
  if (cells) await visitTypedCells(db, cells, written, { fields: [] }, inferCells);
  else if (readsByCells(sourceColumns.length, rows) && select)
    await visitCells(db, source, numbered, rows, (texts) =>
      visitTypedCells(db, texts, written, { fields: [] }, inferCells),
    );
  else if (readsByCells(sourceColumns.length, rows)) await visitCells(db, source, numbered, rows, inferCells);
  else
    await inPortions(
      db,
      source,
      sourceColumns.map(({ name }) => name),
      infer,
      select ? { select, size: 25 } : {},
    );
  if (byName.size > 0) columns.push(...sourceColumns.flatMap(({ name }) => byName.get(name) ?? []));
  const key =
    columns.find(({ unique, profile: { name } }) => unique && idName.test(name)) ??
    (guess ? columns.find(({ unique }) => unique) : undefined);
  const time = columns.find(({ profile: { type } }) => type === 'datetime');
  const fields = columns.map((column): Field => {
    const { profile, form, unique, format, categories } = column;
    const { name, rows, missing, type } = profile;
    const { loopwright: own, ...keys } = form;
    const field: Field = { name, type, ...keys, ...(format === null ? {} : { format }) };
    const constraints: NonNullable<Field['constraints']> = rows > 0 && missing === 0 ? { required: true } : {};
    if (guess) {
      if (unique && column !== key && idName.test(name)) constraints.unique = true;
      Object.assign(constraints, boundsOf(profile));
    }
    if (categories) field.categories = categories;
    if (Object.keys(constraints).length > 0) field.constraints = constraints;
    if (column === key) field.loopwright = { role: 'id', ...own };
    else if (column === time) field.loopwright = { role: 'timestamp', ...own };
    else if (own) field.loopwright = own;
    if ((profile.numbers?.infinite ?? 0) > 0) field.loopwright = { ...field.loopwright, finite: false };
    const presence = guess && missing > 0 && missing < rows ? Math.floor((1 - missing / rows) * 20) / 20 : 0;
    if (presence > 0) field.loopwright = { ...field.loopwright, presence };
    return field;
  });
  if (guess)
    guessRoles(
      fields,
      columns.map(({ profile }) => profile),
    );
  return { fields, ...(key === undefined ? {} : { primaryKey: key.profile.name }) };
}

const idName = /(^|[_\s-])(id|key|uuid|guid)$/i;
const targetName =
  /^(target|label|y|class|outcome|churn(ed)?|default(ed)?|fraud|survived|is_(fraud|churn|spam|default|positive)|.*_(label|target|class))$/i;
const protectedName =
  /^(sex|gender|race|ethnicity|religion|age_?group|disability|marital(_status)?|nationality|sexual_orientation)$/i;

/**
 * Returns bounds that new rows of the same kind are likely to satisfy: a minimum of 0 when no value is negative, 0 to 1
 * for shares, otherwise the next round number outwards.
 */
function boundsOf({ type, numbers, distinct }: ColumnProfile): NonNullable<Field['constraints']> {
  if (!numbers || (type !== 'number' && type !== 'integer') || distinct < 3 || numbers.infinite > 0) return {};
  const { min, max } = numbers;
  if (min >= 0 && max <= 1 && type === 'number') return { minimum: 0, maximum: 1 };
  return { minimum: min >= 0 ? 0 : -roundUp(-min), maximum: max <= 0 ? 0 : roundUp(max) };
}

/** Returns the next of 1, 2, 5, 10, 20, 50, … that is at least the number. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return value;
  const power = Math.floor(Math.log10(value));
  for (const step of [1, 2, 5, 10]) {
    const candidate = Number(`${step}e${power}`);
    if (candidate >= value) return candidate;
  }
  return Number(`1e${power + 2}`);
}

async function countRows(db: Database, source: string): Promise<number> {
  const [{ n = 0 } = {}] = await db.rows(`SELECT count(*) AS n FROM ${source}`);
  return Number(n);
}

function guessRoles(fields: Field[], profile: readonly ColumnProfile[]): void {
  const target = fields.find(({ name, loopwright }) => loopwright?.role === undefined && targetName.test(name));
  for (const [i, field] of fields.entries()) {
    const column = profile[i];
    const { role } = field.loopwright ?? {};
    const usable =
      field.categories !== undefined || field.type === 'number' || field.type === 'integer' || field.type === 'boolean';
    const constant = !column || column.distinct === 0 || (column.distinct === 1 && column.missing === 0);
    const guessed =
      role ??
      (field === target
        ? 'target'
        : protectedName.test(field.name)
          ? 'protected'
          : usable && !constant
            ? 'feature'
            : 'ignore');
    field.loopwright = { role: guessed, ...field.loopwright, guessed: true };
    if (field === target) {
      const positive =
        field.type === 'boolean'
          ? true
          : field.type === 'integer' && column?.distinct === 2
            ? column.numbers?.max
            : undefined;
      if (positive !== undefined) field.loopwright.positive = positive;
    }
  }
}

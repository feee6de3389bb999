import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { profileTable, type ColumnProfile } from './profileTable.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

export interface InferOptions {
  /**
   * Also infers bounds, text formats, further keys and the roles target, protected, feature and ignore. Fields with
   * such a guess are marked `guessed`. Default: only properties that follow from a name or type.
   */
  guess?: boolean;
  /** The same rows with each value as written, when the source is text. Date formats are read from it. */
  texts?: string;
}

const maximumCategories = 20;

/**
 * Infers a schema for a FROM expression: names and types, `required` where every row has a value, `categories` for
 * texts with at most 20 repeated values, and roles that follow from a name or type (id, timestamp). With `guess`, it
 * infers more, for the user to confirm.
 */
export async function inferSchema(
  db: Database,
  source: string,
  { guess = false, texts }: InferOptions = {},
): Promise<DatasetSchema> {
  const profile = await profileTable(db, source);
  const unique = new Set<string>();
  for (const column of profile) if (await isUnique(db, source, column)) unique.add(column.name);
  const key =
    profile.find(({ name }) => unique.has(name) && idName.test(name)) ??
    (guess ? profile.find(({ name }) => unique.has(name)) : undefined);
  const time = profile.find(({ type }) => type === 'datetime');
  const fields: Field[] = [];
  for (const column of profile) {
    const { name, rows, missing } = column;
    const field: Field = { name, type: column.type };
    const constraints: NonNullable<Field['constraints']> = rows > 0 && missing === 0 ? { required: true } : {};
    if (guess) {
      Object.assign(field, await formOf(db, texts ?? source, column, texts !== undefined));
      if (column.type === 'boolean' && texts !== undefined) Object.assign(field, await truthOf(db, texts, name));
      // A whole number of more than 64 bits is only stored as a floating-point number.
      if (column.type === 'integer' && Math.abs(column.numbers?.max ?? 0) >= 2 ** 63) field.type = 'number';
      if (unique.has(name) && column !== key && idName.test(name)) constraints.unique = true;
      Object.assign(constraints, boundsOf(column));
    }
    const categories = await categoriesOf(db, source, column);
    if (categories) field.categories = categories;
    if (Object.keys(constraints).length > 0) field.constraints = constraints;
    if (column === key) field.loopwright = { role: 'id' };
    else if (column === time) field.loopwright = { role: 'timestamp' };
    if (guess && (column.numbers?.infinite ?? 0) > 0) field.loopwright = { ...field.loopwright, finite: false };
    const presence = guess && missing > 0 && missing < rows ? Math.floor((1 - missing / rows) * 20) / 20 : 0;
    if (presence > 0) field.loopwright = { ...field.loopwright, presence };
    fields.push(field);
  }
  if (guess) guessRoles(fields, profile);
  return { fields, ...(key === undefined ? {} : { primaryKey: key.name }) };
}

const idName = /(^|[_\s-])(id|key|uuid|guid)$/i;
const targetName =
  /^(target|label|y|class|outcome|churn(ed)?|default(ed)?|fraud|survived|is_(fraud|churn|spam|default|positive)|.*_(label|target|class))$/i;
const protectedName =
  /^(sex|gender|race|ethnicity|religion|age_?group|disability|marital(_status)?|nationality|sexual_orientation)$/i;

async function isUnique(
  db: Database,
  source: string,
  { name, type, rows, missing, distinct }: ColumnProfile,
): Promise<boolean> {
  if (missing > 0 || rows < 2 || (type !== 'string' && type !== 'integer') || distinct < rows * 0.9) return false;
  const [row] = await db.rows(
    `SELECT count(*) AS n FROM (SELECT 1 FROM ${source} GROUP BY ${quoteIdentifier(name)} HAVING count(*) > 1 LIMIT 1)`,
  );
  return Number(row?.['n']) === 0;
}

async function categoriesOf(
  db: Database,
  source: string,
  { name, type, rows, missing, distinct }: ColumnProfile,
): Promise<string[] | null> {
  if (type !== 'string' || distinct === 0 || distinct > maximumCategories || distinct * 2 > rows - missing) return null;
  const column = quoteIdentifier(name);
  const values = await db.rows(
    `SELECT DISTINCT ${column} AS value FROM ${source} WHERE ${column} IS NOT NULL ORDER BY 1`,
  );
  return values.map(({ value }) => String(value));
}

/** Formats of texts. Date patterns are tried in this order; the first that matches every value is used. */
const forms: { type: NonNullable<Field['type']>; format: string; fits: (text: string) => string }[] = [
  ...['uuid', 'email', 'uri'].map((format) => ({
    type: 'string' as const,
    format,
    fits: (text: string) =>
      `regexp_full_match(${text}, ${quoteLiteral({ uuid: '(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', email: '[^@\\s]+@[^@\\s]+\\.[^@\\s]+', uri: '[A-Za-z][A-Za-z0-9+.-]*://\\S+' }[format] ?? '')})`,
  })),
  ...['%d.%m.%Y', '%d/%m/%Y', '%m/%d/%Y', '%d-%m-%Y', '%Y/%m/%d', '%Y%m%d', '%d %b %Y'].map((format) => ({
    type: 'date' as const,
    format,
    fits: (text: string) => `try_strptime(${text}, ${quoteLiteral(format)}) IS NOT NULL`,
  })),
  ...[
    '%d.%m.%Y %H:%M:%S',
    '%d.%m.%Y %H:%M',
    '%d/%m/%Y %H:%M:%S',
    '%d/%m/%Y %H:%M',
    '%m/%d/%Y %H:%M:%S',
    '%m/%d/%Y %H:%M',
    '%Y/%m/%d %H:%M:%S',
    '%Y/%m/%d %H:%M',
  ].map((format) => ({
    type: 'datetime' as const,
    format,
    fits: (text: string) => `try_strptime(${text}, ${quoteLiteral(format)}) IS NOT NULL`,
  })),
];

async function formOf(
  db: Database,
  source: string,
  { name, type, rows, missing, distinct }: ColumnProfile,
  written: boolean,
): Promise<Pick<Field, 'type' | 'format'>> {
  // DuckDB accepts several date formats. The schema records the one in use.
  const time = written && (type === 'date' || type === 'datetime');
  if ((type !== 'string' && !time) || rows === missing || distinct < 2) return {};
  const column = quoteIdentifier(name);
  const [row = {}] = await db.rows(
    `SELECT bool_and(regexp_matches(CAST(${column} AS VARCHAR), '^[0-9]{4}-[0-9]{2}-[0-9]{2}')) AS iso, ${forms.map(({ fits }, i) => `bool_and(${fits(`CAST(${column} AS VARCHAR)`)}) AS f${i}`).join(', ')} FROM ${source} WHERE ${column} IS NOT NULL AND CAST(${column} AS VARCHAR) <> ''`,
  );
  if (row['iso'] === true) return {};
  const found = forms.find((_, i) => row[`f${i}`] === true);
  return found ? { type: found.type, format: found.format } : {};
}

const usualTruth: readonly string[] = ['true', 'True', 'TRUE', '1', 'false', 'False', 'FALSE', '0'];

/** Returns the words for true and false when they differ from the defaults of a schema. */
async function truthOf(db: Database, texts: string, name: string): Promise<Pick<Field, 'trueValues' | 'falseValues'>> {
  const column = quoteIdentifier(name);
  const rows = await db.rows(
    `SELECT DISTINCT ${column} AS word, TRY_CAST(trim(${column}) AS BOOLEAN) AS truth FROM ${texts} WHERE ${column} IS NOT NULL AND ${column} <> '' ORDER BY 1`,
  );
  const words = (truth: boolean) =>
    rows.filter((row) => row['truth'] === truth).map((row) => String(row['word']).trim());
  return rows.every((row) => usualTruth.includes(String(row['word'])))
    ? {}
    : { trueValues: words(true), falseValues: words(false) };
}

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

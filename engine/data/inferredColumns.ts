import type { Field } from '../project/schema/datasetSchema.ts';
import { ofColumns, type Cells } from './cells.ts';
import type { ColumnProfile } from './columnBasics.ts';
import type { Database } from './database.ts';
import { profileCells } from './profileCells.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

/** The facts of a column before its field is inferred. */
export interface Inferred {
  profile: ColumnProfile;
  /** How the column is written, without its name and type. */
  form: Partial<Field>;
  /** True when no value is repeated or missing. */
  unique: boolean;
  /** The format that each text has. */
  format: string | null;
  categories: string[] | null;
}

const maximumCategories = 20;

type Counted = Pick<ColumnProfile, 'type' | 'rows' | 'missing' | 'distinct'>;

function canBeUnique({ type, rows, missing }: Omit<Counted, 'distinct'>): boolean {
  return missing === 0 && rows >= 2 && (type === 'string' || type === 'integer');
}

function hasCategories({ type, rows, missing, distinct }: Counted): boolean {
  return type === 'string' && distinct > 0 && distinct <= maximumCategories && distinct * 2 <= rows - missing;
}

function canHaveFormat({ type, rows, missing, distinct }: Counted): boolean {
  return type === 'string' && rows !== missing && distinct >= 2;
}

export async function isUnique(
  db: Database,
  source: string,
  { name, type, rows, missing, distinct }: ColumnProfile,
): Promise<boolean> {
  if (!canBeUnique({ type, rows, missing }) || distinct < rows * 0.9) return false;
  const [row] = await db.rows(
    `SELECT count(*) AS n FROM (SELECT 1 FROM ${source} GROUP BY ${quoteIdentifier(name)} HAVING count(*) > 1 LIMIT 1)`,
  );
  return Number(row?.['n']) === 0;
}

export async function categoriesOf(
  db: Database,
  source: string,
  { name, type, rows, missing, distinct }: ColumnProfile,
): Promise<string[] | null> {
  if (!hasCategories({ type, rows, missing, distinct })) return null;
  const column = quoteIdentifier(name);
  const values = await db.rows(
    `SELECT DISTINCT ${column} AS value FROM ${source} WHERE ${column} IS NOT NULL ORDER BY 1`,
  );
  return values.map(({ value }) => String(value));
}

/** Formats of texts. */
const formats = {
  uuid: '(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  email: '[^@\\s]+@[^@\\s]+\\.[^@\\s]+',
  uri: '[A-Za-z][A-Za-z0-9+.-]*://\\S+',
} as const;

function formatTests(column: string): string {
  return Object.entries(formats)
    .map(([format, form]) => `bool_and(regexp_full_match(${column}, ${quoteLiteral(form)})) AS ${format}`)
    .join(', ');
}

function formatIn(row: Record<string, unknown>): string | null {
  return Object.keys(formats).find((format) => row[format] === true) ?? null;
}

/** Returns the format that each text of a column has, at least two of them. */
export async function formatOf(
  db: Database,
  source: string,
  { name, type, rows, missing, distinct }: ColumnProfile,
): Promise<string | null> {
  if (!canHaveFormat({ type, rows, missing, distinct })) return null;
  const column = `CAST(${quoteIdentifier(name)} AS VARCHAR)`;
  const [row = {}] = await db.rows(`SELECT ${formatTests(column)} FROM ${source} WHERE ${column} IS NOT NULL`);
  return formatIn(row);
}

/** Infers the same of all columns of cells, in a few statements. Their distinct values are counted one by one. */
export async function inferredCells(
  db: Database,
  cells: Cells,
  forms: ReadonlyMap<string, Field>,
  guess: boolean,
): Promise<Inferred[]> {
  const profiles = (await profileCells(db, cells)).map((profile, i) => {
    const { type = profile.type, ...form } = forms.get(profile.name) ?? {};
    return { c: cells.columns[i]?.c ?? 0, profile: { ...profile, type }, form };
  });
  const having = (test: (profile: ColumnProfile) => boolean) =>
    profiles.flatMap(({ c, profile }) => (test(profile) ? [c] : []));
  const text = 'CAST(v AS VARCHAR)';
  const [withFormat, withCategories] = [guess ? having(canHaveFormat) : [], having(hasCategories)];
  const found = { formats: new Map<number, string | null>(), categories: new Map<number, string[]>() };
  if (withFormat.length > 0)
    for (const row of await db.rows(
      `SELECT c, ${formatTests(text)} FROM ${cells.table} WHERE ${ofColumns(withFormat)} AND v IS NOT NULL GROUP BY c`,
    ))
      found.formats.set(Number(row['c']), formatIn(row));
  if (withCategories.length > 0)
    for (const { c, v } of await db.rows(
      `SELECT c, v FROM ${cells.table} WHERE ${ofColumns(withCategories)} AND v IS NOT NULL GROUP BY c, v ORDER BY c, v`,
    )) {
      const own = found.categories.get(Number(c)) ?? [];
      own.push(String(v));
      found.categories.set(Number(c), own);
    }
  return profiles.map(({ c, profile, form }) => ({
    profile,
    form,
    unique: canBeUnique(profile) && profile.distinct === profile.rows,
    format: found.formats.get(c) ?? null,
    categories: found.categories.get(c) ?? null,
  }));
}

import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import type { Database } from './database.ts';
import { columnsOf, type SourceColumn } from './inspectColumns.ts';
import { parseField } from './parseField.ts';
import { readAsWritten } from './inferFiles.ts';
import { tableInPortions } from './portions.ts';
import { quoteIdentifier } from './quote.ts';
import { sourceFormat, sourceSql } from './readSource.ts';

/** Files as a source to validate. With a schema, CSV fields stay text, so that the schema checks them as written. */
export interface RawSource {
  /** FROM expression with the column `_file`. */
  sql: string;
  mode: 'raw' | 'typed';
  /** True when malformed CSV lines are set aside. */
  rejects: boolean;
}

/**
 * Returns the files of a table as a source for validateTable. Text is read as `read` says, otherwise as the schema says.
 */
export function rawSource(
  files: readonly string[],
  schema: DatasetSchema | null,
  read: ReadSettings | undefined = schema?.loopwright?.read,
): RawSource {
  const text = isText(files, schema);
  return {
    sql: sourceSql(files, { allText: text, withFile: true, rejects: text, read }),
    mode: text ? 'raw' : 'typed',
    rejects: text,
  };
}

/** How a table is read. */
export interface TypedOptions {
  /** Skips malformed CSV lines; otherwise they fail the read. */
  rejects?: boolean;
  /** How text files are read: `read` of their dataset or schema. */
  read?: ReadSettings | undefined;
  /** Rows after which large text files without a schema propose no more types. Default: all. */
  rows?: number;
  /**
   * What becomes of a text that is not of the type of its column. `missing` (default): it is NULL. `text`: its column is
   * one of texts, with numbers and times in the usual form, or as they are written in the columns of `asWritten`.
   */
  strays?: 'missing' | 'text';
  asWritten?: ReadonlySet<string>;
  /** Columns that are texts whatever they look like, where there is no schema. */
  texts?: ReadonlySet<string>;
}

/**
 * Returns a FROM expression of the files of a table in their types. Text is read as its schema says, and without one as
 * it is written; other formats have types. All that reads data of a project without checking it reads it so.
 */
export async function tableSql(
  db: Database,
  files: readonly string[],
  schema: DatasetSchema | null,
  options: TypedOptions = {},
): Promise<string> {
  if (sourceFormat(files[0] ?? '') !== 'csv') return sourceSql(files, { withFile: false });
  return `(${await typedSelect(db, files, schema, options)})`;
}

/**
 * Returns a SELECT that reads files in the types of their schema. A value of another type is NULL. Columns outside the
 * schema are unchanged. CSV files without a schema are read as they are written.
 */
export async function typedSelect(
  db: Database,
  files: readonly string[],
  schema: DatasetSchema | null,
  options: TypedOptions = {},
): Promise<string> {
  if (schema === null && sourceFormat(files[0] ?? '') === 'csv') {
    const { schema: written, columns } = await readAsWritten(db, files, options.read, options.rows);
    const { texts = new Set() } = options;
    const strays = options.strays === 'text' ? columns.filter((column) => column.strays.length > 0) : [];
    return selectOf(
      db,
      files,
      { ...written, fields: written.fields.map((field) => (texts.has(field.name) ? asText(field) : field)) },
      options,
      () => Promise.resolve(new Set(strays.map(({ name }) => name))),
    );
  }
  const isStrict = options.strays === 'text' && isText(files, schema);
  return selectOf(db, files, schema, options, (source, fields) =>
    isStrict && schema ? strayColumns(db, source, fields, schema) : Promise.resolve(new Set()),
  );
}

/** `straysIn` returns the names of the columns with texts of another type, which stay texts. */
async function selectOf(
  db: Database,
  files: readonly string[],
  schema: DatasetSchema | null,
  options: TypedOptions,
  straysIn: (source: string, fields: readonly Field[]) => Promise<ReadonlySet<string>>,
): Promise<string> {
  const text = isText(files, schema);
  const read = options.read ?? schema?.loopwright?.read;
  const inFiles = sourceSql(files, { allText: text, withFile: false, rejects: text && options.rejects === true, read });
  const columns = await columnsOf(db, inFiles);
  // Text of many columns is parsed once: it is read for each portion of them.
  const texts =
    text && columns.length > mostInOneStatement
      ? await tableInPortions(db, ['texts'], () => `SELECT * FROM ${inFiles}`)
      : null;
  const source = texts ?? inFiles;
  const known = new Map(schema?.fields.map((field) => [field.name, field]));
  if (text) for (const field of await widened(db, source, columns, known)) known.set(field.name, field);
  const strays = await straysIn(
    source,
    columns.flatMap(({ name }) => known.get(name) ?? []),
  );
  const select = (from: string, some: readonly SourceColumn[]) => {
    const selected = some.map(({ name, sqlType }) => {
      const field = known.get(name);
      const quoted = quoteIdentifier(name);
      if (!field || !schema) return quoted;
      const { value, text: filled } = parseField(field, schema, sqlType, text ? 'raw' : 'typed');
      if (!strays.has(name)) return `${value} AS ${quoted}`;
      const kept = options.asWritten?.has(name) ? filled : `coalesce(CAST(${value} AS VARCHAR), ${filled})`;
      return `${kept} AS ${quoted}`;
    });
    return `SELECT ${selected.join(', ')} FROM ${from}`;
  };
  if (texts === null) return select(source, columns);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const typed = await tableInPortions(
    db,
    columns.map(({ name }) => name),
    (names) =>
      select(
        texts,
        names.flatMap((name) => byName.get(name) ?? []),
      ),
  );
  await db.run(`DROP TABLE ${texts}`);
  return `SELECT * FROM ${typed}`;
}

function asText({ name, missingValues }: Field): Field {
  return { name, type: 'string', ...(missingValues && { missingValues }) };
}

/** Names of the fields with texts that are not of their type. */
async function strayColumns(
  db: Database,
  source: string,
  fields: readonly Field[],
  schema: DatasetSchema,
): Promise<Set<string>> {
  const found = new Set<string>();
  for (let from = 0; from < fields.length; from += fieldsAtOnce) {
    const some = fields.slice(from, from + fieldsAtOnce);
    const counts = some.map((field, i) => {
      const { filled, value } = parseField(field, schema, 'VARCHAR', 'raw');
      return `count(*) FILTER ((${filled}) AND (${value}) IS NULL) AS n${i}`;
    });
    const [row = {}] = await db.rows(`SELECT ${counts.join(', ')} FROM ${source}`);
    for (const [i, { name }] of some.entries()) if (Number(row[`n${i}`] ?? 0) > 0) found.add(name);
  }
  return found;
}

/** The time to plan a statement grows with the square of the number of its expressions. */
const fieldsAtOnce = 12;

/** Beyond this number of columns, text is read in portions into a temporary table. */
const mostInOneStatement = 200;

/** Fields of whole numbers, some of which are not of 64 bits, as fields of up to 38 digits. */
async function widened(
  db: Database,
  source: string,
  columns: readonly SourceColumn[],
  known: ReadonlyMap<string, Field>,
): Promise<Field[]> {
  const narrow = columns.flatMap(({ name }) => {
    const field = known.get(name);
    return field?.type === 'integer' && field.loopwright?.decimals === undefined ? [field] : [];
  });
  const longest: number[] = [];
  for (let from = 0; from < narrow.length; from += mostInOneStatement) {
    const some = narrow.slice(from, from + mostInOneStatement);
    const lengths = some.map(({ name }, i) => `max(length(${quoteIdentifier(name)})) AS l${i}`);
    const [row = {}] = await db.rows(`SELECT ${lengths.join(', ')} FROM ${source}`);
    longest.push(...some.map((_, i) => Number(row[`l${i}`] ?? 0)));
  }
  return narrow.flatMap((field, i) =>
    (longest[i] ?? 0) > 18 ? [{ ...field, loopwright: { ...field.loopwright, decimals: 0 } }] : [],
  );
}

function isText(files: readonly string[], schema: DatasetSchema | null): boolean {
  return sourceFormat(files[0] ?? '') === 'csv' && schema !== null;
}

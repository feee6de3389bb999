import { statSync } from 'node:fs';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import { dropTexts, formField, formKey, groupBy, ofColumns, textCells, type TextCells } from './cells.ts';
import type { Database } from './database.ts';
import { columnsOf, type SourceColumn } from './inspectColumns.ts';
import { parseField } from './parseField.ts';
import { readAsWritten } from './inferFiles.ts';
import { tableInPortions } from './portions.ts';
import { quoteIdentifier } from './quote.ts';
import { sourceFormat, sourceSql } from './readSource.ts';
import type { ColumnNotes } from './written/writtenSchema.ts';
import { dropCells, tableOfCells, typeCells, type TypedCells } from './typedCells.ts';

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
  /** Takes how the columns of text files are read, where there is no schema. */
  told?: (columns: readonly ColumnNotes[]) => void;
  /** Columns that are texts whatever they look like, where there is no schema. */
  texts?: ReadonlySet<string>;
  /** A table with all texts of the files, which are not read again then. It may have the column `_file`. */
  copy?: string | null;
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
  const typed = await typedTable(db, files, schema, options);
  if (!typed.cells) return typed.select;
  const table = await tableOfCells(db, typed);
  await dropCells(db, typed);
  return `SELECT * FROM ${table}`;
}

/**
 * A table in its types: a SELECT of it, or its cells where text of many columns has few rows. `table` is the temporary
 * table that the SELECT reads as it is, where there is one.
 */
export type TypedTable = { select: string; cells: null; table?: string } | TypedCells;

/** As `typedSelect`, with the cells of a wide table of few rows; the caller drops them. */
export async function typedTable(
  db: Database,
  files: readonly string[],
  schema: DatasetSchema | null,
  options: TypedOptions = {},
): Promise<TypedTable> {
  const text = sourceFormat(files[0] ?? '') === 'csv';
  const { read = schema?.loopwright?.read } = options;
  const rejects = text && options.rejects === true;
  const copy = text ? (options.copy ?? null) : null;
  const inFiles = copy ?? sourceSql(files, { allText: text, withFile: false, rejects, read });
  const columns = (await columnsOf(db, inFiles)).filter(({ name }) => copy === null || name !== '_file');
  const isWide = text && columns.length > mostInOneStatement && sizeOf(files) <= largestInCells;
  const names = columns.map(({ name }) => name);
  const cells = isWide ? await textCells(db, inFiles, names) : null;
  try {
    return await typedOf(db, { files, text, inFiles, columns, cells, copy, rejects }, schema, { ...options, read });
  } finally {
    if (cells) await dropTexts(db, cells);
  }
}

interface FoundTexts {
  files: readonly string[];
  text: boolean;
  /** FROM expression of the files. */
  inFiles: string;
  columns: readonly SourceColumn[];
  cells: TextCells | null;
  /** A table of all texts, which the caller drops. */
  copy: string | null;
  /** True when malformed lines were skipped. */
  rejects: boolean;
}

async function typedOf(
  db: Database,
  found: FoundTexts,
  schema: DatasetSchema | null,
  options: TypedOptions,
): Promise<TypedTable> {
  const strict = options.strays === 'text';
  if (schema === null && found.text) {
    const { names, table } = await textsOf(db, found);
    // Lines that are padded here are skipped where the reading is proposed.
    const known = found.cells ? { cells: found.cells } : table !== null && found.rejects ? { table, names } : null;
    const { schema: written, columns } = await readAsWritten(db, found.files, options.read, options.rows, known);
    options.told?.(columns);
    const { texts = new Set() } = options;
    const strays = strict ? columns.filter((column) => column.strays.length > 0) : [];
    const fields = written.fields.map((field) => (texts.has(field.name) ? asText(field) : field));
    return selectOf(db, { ...found, table }, { ...written, fields }, options, () =>
      Promise.resolve(new Set(strays.map(({ name }) => name))),
    );
  }
  return selectOf(db, { ...found, table: (await textsOf(db, found)).table }, schema, options, (source, fields) => {
    if (!strict || !found.text || !schema) return Promise.resolve(new Set());
    return found.cells ? strayCells(db, found.cells, fields, schema) : strayColumns(db, source, fields, schema);
  });
}

/** A table of the texts of many columns, which are read for each portion of them; null for others. */
async function textsOf(
  db: Database,
  { text, inFiles, columns, cells, copy }: FoundTexts,
): Promise<{ table: string | null; names: string[] }> {
  const names = columns.map(({ name }) => name);
  if (!text || cells || columns.length <= mostInOneStatement) return { table: null, names };
  return { table: copy ?? (await tableInPortions(db, ['texts'], () => `SELECT * FROM ${inFiles}`)), names };
}

/** `straysIn` returns the names of the columns with texts of another type, which stay texts. */
async function selectOf(
  db: Database,
  { text, inFiles, columns, cells, copy, table: texts }: FoundTexts & { table: string | null },
  schema: DatasetSchema | null,
  options: TypedOptions,
  straysIn: (source: string, fields: readonly Field[]) => Promise<ReadonlySet<string>>,
): Promise<TypedTable> {
  const source = texts ?? inFiles;
  const known = new Map(schema?.fields.map((field) => [field.name, field]));
  if (text) for (const field of await widened(db, cells ?? source, columns, known)) known.set(field.name, field);
  const strays = await straysIn(
    source,
    columns.flatMap(({ name }) => known.get(name) ?? []),
  );
  /** SQL of the value of a column, whose text or value is in `column`. */
  const valueOf = ({ name, sqlType }: SourceColumn, column: string) => {
    const field = known.get(name);
    if (!field || !schema) return quoteIdentifier(column);
    const { value, text: filled } = parseField({ ...field, name: column }, schema, sqlType, text ? 'raw' : 'typed');
    if (!strays.has(name)) return value;
    return options.asWritten?.has(name) ? filled : `coalesce(CAST(${value} AS VARCHAR), ${filled})`;
  };
  const byName = new Map(columns.map((column) => [column.name, column]));
  if (cells)
    return typeCells(db, cells, (name) =>
      valueOf(byName.get(name) ?? { name, type: 'string', sqlType: 'VARCHAR' }, 'v'),
    );
  const select = (from: string, some: readonly SourceColumn[]) =>
    `SELECT ${some.map((column) => selected(valueOf(column, column.name), column.name)).join(', ')} FROM ${from}`;
  if (texts === null) return { select: select(source, columns), cells: null };
  const typed = await tableInPortions(
    db,
    columns.map(({ name }) => name),
    (names) =>
      select(
        texts,
        names.flatMap((name) => byName.get(name) ?? []),
      ),
  );
  if (copy === null) await db.run(`DROP TABLE ${texts}`);
  return { select: `SELECT * FROM ${typed}`, cells: null, table: typed };
}

function selected(value: string, name: string): string {
  const quoted = quoteIdentifier(name);
  return value === quoted ? quoted : `${value} AS ${quoted}`;
}

const sizeOf = (files: readonly string[]) =>
  files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);

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

/** The same by cells. */
async function strayCells(
  db: Database,
  cells: TextCells,
  fields: readonly Field[],
  schema: DatasetSchema,
): Promise<Set<string>> {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const found = new Set<string>();
  const known = cells.columns.flatMap(({ c, name }) => {
    const field = byName.get(name);
    return field ? [{ c, name, field }] : [];
  });
  const names = new Map(known.map(({ c, name }) => [c, name]));
  for (const own of groupBy(known, ({ field }) => formKey(field)).values()) {
    const { filled, value } = parseField(formField(own[0]?.field), schema, 'VARCHAR', 'raw');
    const strays = await db.rows(
      `SELECT DISTINCT c FROM ${cells.table} WHERE ${ofColumns(own.map(({ c }) => c))} AND (${filled}) AND (${value}) IS NULL`,
    );
    for (const { c } of strays) found.add(names.get(Number(c)) ?? '');
  }
  return found;
}

/** The time to plan a statement grows with the square of the number of its expressions. */
const fieldsAtOnce = 12;
/** The bytes of text files that are read by cells. */
const largestInCells = 64 << 20;

/** Beyond this number of columns, text is read in portions into a temporary table. */
const mostInOneStatement = 200;

/** Fields of whole numbers, some of which are not of 64 bits, as fields of up to 38 digits. */
async function widened(
  db: Database,
  source: string | TextCells,
  columns: readonly SourceColumn[],
  known: ReadonlyMap<string, Field>,
): Promise<Field[]> {
  const narrow = columns.flatMap(({ name }) => {
    const field = known.get(name);
    return field?.type === 'integer' && field.loopwright?.decimals === undefined ? [field] : [];
  });
  const longest: number[] = [];
  if (typeof source !== 'string') {
    const positions = new Map(source.columns.map(({ c, name }) => [name, c]));
    const own = narrow.map(({ name }) => positions.get(name) ?? -1);
    const rows = await db.rows(`SELECT c, max(length(v)) AS l FROM ${source.table} WHERE ${ofColumns(own)} GROUP BY c`);
    const lengths = new Map(rows.map(({ c, l }) => [Number(c), Number(l ?? 0)]));
    longest.push(...own.map((c) => lengths.get(c) ?? 0));
  } else
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

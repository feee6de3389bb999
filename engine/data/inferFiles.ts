import { statSync } from 'node:fs';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import { dropTexts, fewColumns, textCells, type TextCells } from './cells.ts';
import type { Database } from './database.ts';
import { inferSchema } from './inferSchema.ts';
import { columnsOf } from './inspectColumns.ts';
import { parseField } from './parseField.ts';
import { quoteIdentifier } from './quote.ts';
import { shapeSettings } from './reading/readAs.ts';
import { filledFiles } from './reading/partFiles.ts';
import { readText } from './reading/readText.ts';
import { sourceFormat, sourceSql } from './readSource.ts';
import { sampleRows, writtenSchema, type ColumnNotes, type WrittenSchema } from './written/writtenSchema.ts';

export interface InferredFiles {
  schema: DatasetSchema;
  /** How each column is read, and what the data does not decide. */
  columns: ColumnNotes[];
}

/**
 * Infers the schema of files. Text is read as it is written, by `writtenSchema`; typed files keep their types, but for
 * texts that are dates. Throws DataError when the files cannot be read.
 */
export async function inferFiles(
  db: Database,
  files: readonly string[],
  options: { guess?: boolean; read?: ReadSettings | undefined; signal?: AbortSignal } = {},
): Promise<InferredFiles> {
  const { guess = true, read, signal } = options;
  if (sourceFormat(files[0] ?? '') === 'csv') {
    return withTexts(
      db,
      textSource(files, read),
      { known: null, bytes: bytesOf(files) },
      async (texts, names, cells) => {
        const written = await writtenOf(db, files, texts, names, cells, read, signal);
        const { fields } = written.schema;
        const select = (some: readonly string[]) => typedTexts(fieldsOf(fields, some), texts);
        return {
          schema: await inferSchema(db, texts, { guess, written: fields, select, cells }),
          columns: written.columns,
        };
      },
    );
  }
  const source = sourceSql(files, { read });
  const texts = (await columnsOf(db, source)).filter(({ sqlType }) => sqlType === 'VARCHAR').map(({ name }) => name);
  const written = guess ? await writtenSchema(db, source, texts, { delimiter: ',', signal }) : null;
  // A text of a typed file is a text on purpose, unless it is a date.
  const doubtful = new Set(written?.columns.filter(({ strays }) => strays.length > 0).map(({ name }) => name));
  const dates = await withBlanks(
    db,
    source,
    (written?.schema.fields ?? []).filter(
      ({ name, type }) => (type === 'date' || type === 'datetime') && !doubtful.has(name),
    ),
  );
  const schema = await inferSchema(db, source, { guess, written: dates });
  for (const field of schema.fields) {
    // A text that means no value counted as a value.
    if (field.missingValues === undefined || field.constraints?.required === undefined) continue;
    const { required: _required, ...others } = field.constraints;
    if (Object.keys(others).length > 0) field.constraints = others;
    else delete field.constraints;
  }
  const isDate = new Set(dates.map(({ name }) => name));
  return {
    schema,
    columns: (written?.columns ?? []).flatMap((column, i) => {
      if (isDate.has(column.name)) return [column];
      const note = numbersNote(written?.schema.fields[i]);
      return note === null ? [] : [{ ...column, notes: [note], question: null, strays: [], markers: [] }];
    }),
  };
}

/** Says of a column of texts in a typed file that all of them are numbers, and which keys of its field read them. */
function numbersNote(field: Field | undefined): string | null {
  if (field?.type !== 'integer' && field?.type !== 'number') return null;
  const { name: _name, ...keys } = field;
  const told = Object.entries(keys).map(([key, value]) => `${key}: ${JSON.stringify(value).replaceAll('":', '": ')}`);
  return `texts that are numbers, kept as text; \`{ ${told.join(', ').replaceAll(/"(integer|number)"/g, '$1')} }\` of the field reads them as numbers`;
}

/** Fields of dates in which blank texts are missing values: in a typed file they are none by themselves. */
async function withBlanks(db: Database, source: string, fields: readonly Field[]): Promise<Field[]> {
  const found: Field[] = [];
  for (const field of fields) {
    const column = quoteIdentifier(field.name);
    const blanks = await db.rows(`SELECT DISTINCT ${column} AS t FROM ${source} WHERE trim(${column}) = '' LIMIT 20`);
    const own = (field.missingValues ?? []).map((one) => (typeof one === 'string' ? one : one.value));
    const all = [...new Set([...own, ...blanks.map(({ t }) => String(t))])];
    found.push(all.length > own.length ? { ...field, missingValues: all } : field);
  }
  return found;
}

let tables = 0;

/** FROM expression of CSV files as texts. */
export function textSource(files: readonly string[], read?: ReadSettings): string {
  return sourceSql(files, { allText: true, withFile: false, rejects: true, read });
}

/** How CSV files are read, from a table of their texts. */
function writtenOf(
  db: Database,
  files: readonly string[],
  texts: string,
  names: readonly string[],
  cells: TextCells | null,
  read?: ReadSettings,
  signal?: AbortSignal,
): Promise<WrittenSchema> {
  const { delimiter } = readText(filledFiles(files)[0] ?? '', shapeSettings(read ?? {})).readAs;
  return writtenSchema(db, texts, names, { delimiter, read, signal, cells });
}

/** Texts of files that were read already: their cells, or a table of them. */
export type KnownTexts = { cells: TextCells } | { table: string; names: readonly string[] };

/** Bytes of a cell in most tables, with its delimiter. */
const usualCell = 24;

/**
 * Calls a function with a table of texts, the names of its columns, and its cells where it is wide and short; there is
 * no table then, and none of few columns. `known`: the texts, when they were read already; `bytes`: the size of the files.
 */
async function withTexts<T>(
  db: Database,
  source: string,
  given: { known: KnownTexts | null; bytes: number },
  work: (texts: string, names: readonly string[], cells: TextCells | null) => Promise<T>,
  always = true,
): Promise<T> {
  if (given.known && 'table' in given.known) return work(given.known.table, given.known.names, null);
  const known = given.known?.cells ?? null;
  const names = known?.columns.map(({ name }) => name) ?? (await columnsOf(db, source)).map(({ name }) => name);
  if (!always && names.length <= fewColumns) return work(source, names, null);
  // Rows that are read only to see that they are too many are read again.
  const isLong = given.bytes > sampleRows * names.length * usualCell;
  const cells = known ?? (isLong ? null : await textCells(db, source, names));
  const isShort = cells !== null && (await rowsOf(db, cells)) < sampleRows;
  const texts = isShort ? cells.table : `loopwright_texts_${++tables}`;
  try {
    if (!isShort) await db.run(`CREATE TEMP TABLE ${texts} AS SELECT * FROM ${source}`);
    return await work(texts, names, isShort ? cells : null);
  } finally {
    if (cells && !known) await dropTexts(db, cells);
    if (!isShort) await db.run(`DROP TABLE IF EXISTS ${texts}`);
  }
}

async function rowsOf(db: Database, { lists }: TextCells): Promise<number> {
  const [{ n = 0 } = {}] = await db.rows(`SELECT count(*) AS n FROM ${lists}`);
  return Number(n);
}

/**
 * How CSV files without a schema are read, and what a person should know about it. The last ones are kept while the files
 * do not change. Only the first `mostRows` of large files tell it. `known`: all texts, when they were read already.
 */
export async function readAsWritten(
  db: Database,
  files: readonly string[],
  read?: ReadSettings,
  mostRows?: number,
  known: KnownTexts | null = null,
): Promise<WrittenSchema> {
  const stats = files.map((file) => statSync(file, { throwIfNoEntry: false }));
  const bytes = bytesOf(files);
  const isLarge = bytes > largeBytes;
  const limit = mostRows !== undefined && isLarge ? ` LIMIT ${mostRows}` : '';
  const key = JSON.stringify([
    read ?? null,
    limit,
    ...files.map((file, i) => [file, stats[i]?.size, stats[i]?.mtimeMs]),
  ]);
  const before = kept.get(key);
  if (before) return before;
  const texts = `(SELECT * FROM ${textSource(files, read)}${limit})`;
  const found = await withTexts(
    db,
    texts,
    { known: limit !== '' && known && 'table' in known ? null : known, bytes },
    (source, names, own) => writtenOf(db, files, source, names, own, read),
    false,
  );
  for (const first of kept.keys()) if (kept.size >= mostKept) kept.delete(first);
  kept.set(key, found);
  return found;
}

const bytesOf = (files: readonly string[]) =>
  files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);

const largeBytes = 64 << 20;
const mostKept = 16;
const kept = new Map<string, WrittenSchema>();

/** SELECT of texts in the types of some fields. */
export function typedTexts(fields: readonly Field[], texts: string, schema: DatasetSchema = { fields: [] }): string {
  const selected = fields.map(
    (field) => `${parseField(field, schema, 'VARCHAR', 'raw').value} AS ${quoteIdentifier(field.name)}`,
  );
  return `SELECT ${selected.join(', ')} FROM ${texts}`;
}

export function fieldsOf(fields: readonly Field[], names: readonly string[]): Field[] {
  const wanted = new Set(names);
  return fields.filter(({ name }) => wanted.has(name));
}

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suggestion } from '../base/didYouMean.ts';
import { DataError, ProjectError } from '../base/errors.ts';
import { projectPath } from '../base/projectPath.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import type { Database } from '../data/database.ts';
import { parseField } from '../data/parseField.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { sourceSql } from '../data/readSource.ts';
import { databaseTables, type DatabaseKind, type DatabaseTable } from '../data/sources/databaseTables.ts';
import { fromDuckdb } from '../data/sources/duckdbSource.ts';
import { sourceContext } from '../data/sources/sourceContext.ts';
import { fromSqlite } from '../data/sources/sqliteSource.ts';
import { writtenNotes } from '../data/written/writtenNotes.ts';
import { writtenSchema } from '../data/written/writtenSchema.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import { isOfTool } from './notData.ts';
import { kindOf } from './lookAtDatabase.ts';
import type { OpenTable } from './openTable.ts';

const mostRows = 200_000;
const mostColumns = 2000;

/** A table of a database file, and the file. */
export interface OpenDatabase {
  kind: DatabaseKind;
  table: DatabaseTable;
}

/**
 * Returns the kind and the tables of a database file. Throws DataError when it is none, or one of a
 * tool, and ProjectError when there is no such file.
 */
export async function tablesOf(
  folder: string,
  path: string,
  signal?: AbortSignal,
): Promise<{ kind: DatabaseKind; tables: DatabaseTable[] }> {
  const file = projectPath(folder, path);
  if (!existsSync(file)) throw new ProjectError(`There is no file \`${path}\`.`);
  const kind = kindOf(file);
  if (kind === null)
    throw new DataError(`\`${path}\` is not a SQLite or DuckDB database, or it is damaged.`, { place: { file: path } });
  const tables = await databaseTables(folder, kind, path, signal);
  if (isOfTool(tables.map(({ name }) => name)))
    throw new DataError(`\`${path}\` is the database of a tool, such as MLflow, and not a source of data.`, {
      place: { file: path },
    });
  return { kind, tables };
}

/** Returns a table by its name. Throws ProjectError when there is none, or when it has no row. */
export function tableNamed(tables: readonly DatabaseTable[], name: string, path: string): DatabaseTable {
  const table =
    tables.find((one) => one.name === name) ??
    tables.find((one) => one.name.toLowerCase() === name.toLowerCase() || one.sql === name);
  const names = tables.map((one) => one.name);
  if (!table)
    throw new ProjectError(
      `\`${path}\` has no table \`${name}\`.${suggestion(name, names) || ` Its tables: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}.`}`,
    );
  if (table.rows === 0) throw new ProjectError(`The table \`${table.name}\` of \`${path}\` has no row yet.`);
  return table;
}

/**
 * Reads the first rows of a table, at most 200,000, as `collect` reads them. Texts that are all dates become dates.
 * Throws DataError when it cannot be read.
 */
export async function openDatabaseTable(
  db: Database,
  folder: string,
  path: string,
  { kind, table }: OpenDatabase,
  signal?: AbortSignal,
): Promise<OpenTable> {
  if (table.columns.length > mostColumns)
    throw new DataError(
      `${path}: the table \`${table.name}\` has ${table.columns.length.toLocaleString('en-US')} columns; at most ${mostColumns.toLocaleString('en-US')} are supported`,
      { place: { file: path } },
    );
  const received = await mkdtemp(join(tmpdir(), 'loopwright-start-'));
  try {
    const context = sourceContext(folder, { folder: received, database: db, ...(signal ? { signal } : {}) });
    const query = `SELECT * FROM ${table.sql} LIMIT ${mostRows}`;
    const { files } =
      kind === 'sqlite'
        ? await fromSqlite(context, { sqlite: path, query })
        : await fromDuckdb(context, { duckdb: path, query });
    await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_texts AS SELECT * FROM ${sourceSql(files)}`);
  } finally {
    await rm(received, { recursive: true, force: true });
  }
  const { fields, notes } = await withDates(db, 'loopwright_texts', signal);
  const rows = Number((await db.rows('SELECT count(*) AS n FROM loopwright_typed'))[0]?.['n'] ?? 0);
  const whole = rows < mostRows;
  return {
    view: 'loopwright_typed',
    rows,
    allRows: whole ? rows : Math.max(rows, table.rows ?? rows),
    estimated: !whole && !table.exact,
    readAs: null,
    columns: null,
    schema: { fields },
    notes,
  };
}

/** Creates `loopwright_typed` from typed rows: columns of texts that are all dates become dates. */
export async function withDates(
  db: Database,
  source: string,
  signal?: AbortSignal,
): Promise<{ fields: Field[]; notes: string[] }> {
  const columns = await columnsOf(db, source);
  const texts = columns.filter(({ sqlType }) => sqlType === 'VARCHAR').map(({ name }) => name);
  const written = await writtenSchema(db, source, texts, { delimiter: ',', signal });
  const doubtful = new Set(written.columns.filter(({ strays }) => strays.length > 0).map(({ name }) => name));
  const dates = new Map(
    written.schema.fields
      .filter(({ name, type }) => (type === 'date' || type === 'datetime') && !doubtful.has(name))
      .map((field) => [field.name, field]),
  );
  const selected = columns.map(({ name }) => {
    const field = dates.get(name);
    const column = quoteIdentifier(name);
    return field ? `${parseField(field, { fields: [field] }, 'VARCHAR', 'typed').value} AS ${column}` : column;
  });
  await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_typed AS SELECT ${selected.join(', ')} FROM ${source}`);
  const { notes, questions } = writtenNotes(written.columns.filter(({ name }) => dates.has(name)));
  return {
    fields: columns.map(({ name, type }): Field => dates.get(name) ?? { name, type }),
    notes: [...notes, ...questions],
  };
}

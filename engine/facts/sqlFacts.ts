import { CancelledError, messageOf } from '../base/errors.ts';
import { withoutSqlEnd } from '../base/withoutSqlEnd.ts';
import { openDatabase, type Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { checkOneSelect } from '../data/oneSelect.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { readAsWritten, textSource } from '../data/inferFiles.ts';
import { parseField } from '../data/parseField.ts';
import { sourceFormat, sourceSql } from '../data/readSource.ts';
import type { DatasetSchema, FieldType } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import { boundIn } from '../stages/sqlParams.ts';
import { mostRows, stampFiles } from './datasetFacts.ts';
import type { SqlFacts } from './facts.ts';
import type { SqlRequest } from './requests.ts';
import { projectPath } from '../base/projectPath.ts';

const sqlTypes: Partial<Record<FieldType, string>> = {
  number: 'DOUBLE',
  integer: 'BIGINT',
  year: 'BIGINT',
  boolean: 'BOOLEAN',
  datetime: 'TIMESTAMP',
  date: 'DATE',
  time: 'TIME',
};

/** Longest time for reading the columns of the sources and binding a query, in milliseconds. */
const mostMs = 60_000;

/**
 * Binds the SQL of a prepare stage on empty tables with the columns of its sources. Returns its error or the columns of
 * its result; null when a source is unknown.
 */
export async function sqlFacts(root: string, request: SqlRequest): Promise<SqlFacts | null> {
  const db = await openDatabase({ threads: 1, memoryLimit: '1GB' });
  const timer = setTimeout(() => db.interrupt(), mostMs);
  try {
    for (const table of request.tables) {
      const columns = await columnsFor(db, root, table);
      if (!columns || columns.length === 0) return null;
      await db.run(
        `CREATE TABLE ${quoteIdentifier(table.name)} (${columns.map(({ name, sqlType }) => `${quoteIdentifier(name)} ${sqlType}`).join(', ')})`,
      );
    }
    const query = withoutSqlEnd(request.sql);
    // The SQL is only bound, never run; it can read no other tables and change no setting.
    await db.run('SET enable_external_access = false');
    await db.run('SET lock_configuration = true');
    if (query.trim() !== '') await checkOneSelect(db, `\n${query}`);
    return {
      error: null,
      columns: (await columnsOf(db, `(\n${query}\n)`, boundIn(query, request.params))).map(({ name, type }) => ({
        name,
        type,
      })),
    };
  } catch (error) {
    // A query that takes too long to bind is not checked.
    if (error instanceof CancelledError) return null;
    return errorFacts(error, request.sql);
  } finally {
    clearTimeout(timer);
    db.close();
  }
}

/** Returns the columns of the schema, and further columns of the data when it exists. */
async function columnsFor(
  db: Database,
  root: string,
  { path, schema, read }: SqlRequest['tables'][number],
): Promise<{ name: string; sqlType: string }[] | null> {
  const declared =
    schema?.fields.map(({ name, type }) => ({ name, sqlType: sqlTypes[type ?? 'any'] ?? 'VARCHAR' })) ?? [];
  try {
    const files = await stampFiles(root, path);
    if (files.length === 0) return schema ? declared : null;
    const paths = files.map((file) => projectPath(root, file.path));
    const found = await foundColumns(db, paths, schema, read ?? undefined);
    return [
      ...declared,
      ...found.filter(({ name }) => !declared.some((other) => other.name.toLowerCase() === name.toLowerCase())),
    ];
  } catch {
    return schema ? declared : null;
  }
}

/** The columns of files as a stage reads them: of text with a schema the other columns are texts. */
async function foundColumns(
  db: Database,
  files: readonly string[],
  schema: DatasetSchema | null,
  read: ReadSettings | undefined,
): Promise<{ name: string; sqlType: string }[]> {
  if (sourceFormat(files[0] ?? '') !== 'csv') return columnsOf(db, sourceSql(files));
  if (schema) return columnsOf(db, textSource(files, read));
  const { schema: written } = await readAsWritten(db, files, read, mostRows + 1);
  return written.fields.map((field) => ({
    name: field.name,
    sqlType: parseField(field, written, 'VARCHAR', 'raw').sqlType,
  }));
}

function errorFacts(error: unknown, sql: string): SqlFacts | null {
  const cause = messageOf(error instanceof Error && error.cause ? error.cause : error);
  // SQL that reads files or needs extensions cannot be checked here.
  if (/Permission Error|external access|extension|No files found|IO Error|HTTP Error/i.test(cause)) return null;
  const shown = /LINE (\d+): ?(.*)\n(\s*)\^/.exec(cause);
  const message =
    cause
      .split('\n')[0]
      ?.replace(/^(?:\w+ )*Error: /, '')
      .trim() ?? '';
  // DuckDB has no code for it; the tests hold its words.
  const kind = /^Table with name \S+ does not exist/.test(message) ? 'unknown table' : 'other';
  if (!shown) return { error: { kind, message, line: null, column: null }, columns: [] };
  const [, number = '1', excerpt = '', spaces = ''] = shown;
  // The query is in parentheses and starts on the second line.
  const line = Number(number) - 1;
  // DuckDB shows part of a long line, with dots where it is cut. Its caret counts from the start of that part.
  const written = sql.split('\n')[line - 1] ?? '';
  const cut = excerpt.replace(/^\.\.\./, '').replace(/\.\.\.$/, '');
  const at = spaces.length - `LINE ${number}: `.length - (excerpt.startsWith('...') ? 3 : 0);
  const offset = written.indexOf(cut.trimStart());
  const column = offset === -1 ? null : offset - (cut.length - cut.trimStart().length) + at + 1;
  return {
    error: { kind, message, line, column: column !== null && column >= 1 && column <= written.length ? column : null },
    columns: [],
  };
}

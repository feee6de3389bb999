import { statSync } from 'node:fs';
import type { ReadSettings } from '../../project/schema/readSettings.ts';
import type { Database } from '../database.ts';
import { columnsOf } from '../inspectColumns.ts';
import { quoteIdentifier } from '../quote.ts';
import { sourceFormat, sourceSql } from '../readSource.ts';
import { forgetRejects, keepRejects, rejectFindings } from '../rejects.ts';
import { freshness, textRows, type Peek, type PeekOptions } from './peek.ts';
import type { SourceContext } from './source.ts';

/** Size of files up to which the newest time of all rows is read. */
const mostForNewest = 256_000_000;

/**
 * Returns rows, columns and freshness of files, which `about` does not describe. `whole` are the files when nothing of
 * them was left out. `counted` also counts the rows of a Parquet file of which only the footer is there.
 */
export async function peekTable(
  context: SourceContext,
  files: readonly string[],
  options: PeekOptions,
  whole: readonly string[] | null,
  counted = whole !== null,
): Promise<Omit<Peek, 'about'>> {
  const db = await context.database();
  const text = sourceFormat(files[0] ?? '') === 'csv';
  const { source, notes } = text ? await textSource(db, files, options.read) : { source: sourceSql(files), notes: [] };
  const columns = (await columnsOf(db, source)).map(({ name, sqlType }) => ({ name, type: sqlType }));
  const names = columns.map(({ name }) => name);
  const rows = await textRows(db, source, names, options.rows);
  const cheap = whole !== null && whole.reduce((sum, file) => sum + statSync(file).size, 0) <= mostForNewest;
  return {
    columns: text ? await inferredTypes(db, files, columns, options.read) : columns,
    rows,
    ...(!counted ? {} : { total: await countOf(db, source) }),
    ...(cheap ? await newestRow(db, source, names, options.timestamp ?? null) : {}),
    ...(notes.length > 0 ? { notes } : {}),
    ...(text ? { text: true } : {}),
  };
}

/** Reads the fields as texts into a table, and names the lines that cannot be read. */
async function textSource(
  db: Database,
  files: readonly string[],
  read: ReadSettings | undefined,
): Promise<{ source: string; notes: string[] }> {
  await forgetRejects(db);
  const source = sourceSql(files, { allText: true, withFile: false, rejects: true, read });
  await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_peek AS SELECT * FROM ${source}`);
  await db.run('DROP TABLE IF EXISTS loopwright_peek_lines');
  await keepRejects(db, 'loopwright_peek_lines', null);
  const findings = await rejectFindings(db, 'loopwright_peek_lines', 'quarantine');
  await forgetRejects(db);
  return { source: 'loopwright_peek', notes: findings.map(({ message }) => `Not a row: ${message}`) };
}

/** Returns the columns with the types that DuckDB reads from the texts; as texts when it cannot. */
async function inferredTypes(
  db: Database,
  files: readonly string[],
  columns: readonly { name: string; type: string }[],
  read: ReadSettings | undefined,
): Promise<{ name: string; type: string }[]> {
  const types = await columnsOf(db, sourceSql(files, { read })).catch(() => []);
  const found = new Map(types.map(({ name, sqlType }) => [name, sqlType]));
  return columns.map(({ name, type }) => ({ name, type: found.get(name) ?? type }));
}

async function countOf(db: Database, source: string): Promise<number> {
  return Number((await db.rows(`SELECT count(*) AS n FROM ${source}`))[0]?.['n'] ?? 0);
}

async function newestRow(
  db: Database,
  source: string,
  names: readonly string[],
  column: string | null,
): Promise<ReturnType<typeof freshness>> {
  if (column === null || !names.includes(column)) return {};
  const at = `max(TRY_CAST(CAST(${quoteIdentifier(column)} AS VARCHAR) AS TIMESTAMP))`;
  const [row] = await db.rows(`SELECT ${at} AS newest FROM ${source}`);
  return typeof row?.['newest'] === 'number' ? freshness(row['newest'], 'row') : {};
}

import { statSync } from 'node:fs';
import { expandGlob } from '../data/expandGlob.ts';
import type { Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { profileTable, profileTypedCells } from '../data/profileTable.ts';
import { contradictions } from '../data/reading/contradictions.ts';
import { sourceFormat, sourceSql } from '../data/readSource.ts';
import { dropCells } from '../data/typedCells.ts';
import { tableSql, typedTable } from '../data/typedSource.ts';
import { checkFiles } from '../data/checkFiles.ts';
import { validateTable } from '../data/validateTable.ts';
import { CancelledError, DataError, messageOf } from '../base/errors.ts';
import { projectPath, relativePath } from '../base/projectPath.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import { splitColumn } from '../project/splitColumn.ts';
import type { ColumnFacts, DatasetFacts, FileStamp } from './facts.ts';
import { headerFacts } from './headers.ts';
import type { DatasetRequest } from './requests.ts';

/** Upper limit of rows to read; the rest of a larger dataset is not checked. */
export const mostRows = 1_000_000;

/** Returns the files that a pattern matches, with their current size and modification time. */
export async function stampFiles(root: string, pattern: string): Promise<FileStamp[]> {
  const stamps: FileStamp[] = [];
  for (const file of await expandGlob(root, pattern)) {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats)
      stamps.push({ path: relativePath(root, file), bytes: stats.size, modifiedMs: Math.round(stats.mtimeMs) });
  }
  return stamps;
}

/**
 * Reads a dataset and validates it against its schema. A read error becomes part of the facts; throws only
 * CancelledError.
 */
export async function datasetFacts(
  db: Database,
  root: string,
  request: DatasetRequest,
  files: FileStamp[],
  signal?: AbortSignal,
): Promise<DatasetFacts> {
  const schemaStats =
    request.schemaPath === null
      ? undefined
      : statSync(projectPath(root, request.schemaPath), { throwIfNoEntry: false });
  const empty: DatasetFacts = {
    files,
    schemaModifiedMs: schemaStats ? Math.round(schemaStats.mtimeMs) : null,
    error: null,
    headers: [],
    rows: 0,
    partial: false,
    columns: [],
    broken: request.schema ? [] : null,
    tableProblems: [],
    orphans: [],
  };
  if (files.length === 0) return empty;
  const absolute = files.map((file) => projectPath(root, file.path));
  const failed = (error: unknown): DatasetFacts['error'] => {
    if (error instanceof CancelledError) throw error;
    const place = error instanceof DataError ? error.place?.file : undefined;
    const file = place === undefined ? null : relativePath(root, place);
    return { file, message: messageOf(error).replaceAll(`${root}/`, '') };
  };
  try {
    // Before anything else looks at their text.
    await checkFiles(absolute, signal);
  } catch (error) {
    return { ...empty, error: failed(error) };
  }
  const headers = files.flatMap((file, i) => headerFacts(absolute[i] ?? '', file.path, request.read) ?? []);
  const { read } = request;
  const contradicting = read
    ? files.flatMap((file, i) => contradictions(absolute[i] ?? '', read).map((says) => ({ file: file.path, says })))
    : [];
  if (contradicting.length > 0) empty.contradictions = contradicting.slice(0, 20);
  try {
    return { ...(await readFacts(db, root, request, absolute, empty)), headers };
  } catch (error) {
    return { ...empty, headers, error: failed(error) };
  }
}

async function readFacts(
  db: Database,
  root: string,
  { schema, read: settings, environment, foreign }: DatasetRequest,
  files: string[],
  empty: DatasetFacts,
): Promise<DatasetFacts> {
  const format = sourceFormat(files[0] ?? '');
  const text = format === 'csv' && schema !== null;
  const how = settings ?? undefined;
  if (!schema) {
    const typed = format === 'csv' ? await typedTable(db, files, null, { read: how, rows: mostRows + 1 }) : null;
    if (typed?.cells) {
      const columns = await profileTypedCells(db, typed);
      await dropCells(db, typed);
      return { ...empty, rows: columns[0]?.rows ?? 0, columns: withoutSplit(columns).map(factsOf) };
    }
    const source = typed ? `(${typed.select})` : sourceSql(files, { withFile: false });
    const limited = `(SELECT * FROM ${source} LIMIT ${mostRows + 1})`;
    if (format !== 'parquet') await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_facts AS SELECT * FROM ${limited}`);
    const read = format === 'parquet' ? limited : 'loopwright_facts';
    const [row] = await db.rows(`SELECT count(*) AS n FROM ${read}`);
    const rows = Number(row?.['n'] ?? 0);
    return {
      ...empty,
      rows: Math.min(rows, mostRows),
      partial: rows > mostRows,
      columns: withoutSplit(await profileTable(db, read)).map(factsOf),
    };
  }
  const source = sourceSql(files, { allText: text, withFile: text, rejects: text, read: how });
  const limited = `(SELECT * FROM ${source} LIMIT ${mostRows + 1})`;
  // With an inner limit, DuckDB reports no rejected lines past the limit, so it is set only for large data.
  const bytes = empty.files.reduce((sum, file) => sum + file.bytes, 0);
  const large = bytes > 64 << 20;
  const result = await validateTable(db, {
    source: large ? limited : source,
    schema,
    mode: text ? 'raw' : 'typed',
    rejects: text && !large,
    foreign: await foreignSources(db, root, schema, foreign),
    ...(environment === null ? {} : { environment }),
  });
  try {
    // A wide table was copied, and is not read from its files again.
    const found = await typedTable(db, files, schema, { rejects: true, read: how, copy: result.copy ?? null });
    const read = found.cells ? '' : found.select;
    // Text is parsed once into a table. Parquet is read in place.
    const whole = found.cells || result.rows > mostRows ? undefined : found.table;
    const typed = text
      ? (whole ?? 'loopwright_facts')
      : large
        ? `(SELECT * FROM (${read}) LIMIT ${mostRows + 1})`
        : `(${read})`;
    if (text && !found.cells && whole === undefined)
      await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_facts AS SELECT * FROM (${read}) LIMIT ${mostRows + 1}`);
    const profiles = found.cells ? await profileTypedCells(db, found) : await profileTable(db, typed);
    if (found.cells) await dropCells(db, found);
    else if (found.table) await db.run(`DROP TABLE IF EXISTS ${found.table}`);
    const columns = withoutSplit(profiles).map(factsOf);
    const orphans = result.rules.flatMap(({ foreignKey, count, firstRow, firstValue }) =>
      foreignKey === undefined ? [] : [{ key: foreignKey, count, firstRow, firstValue: firstValue ?? '' }],
    );
    return {
      ...empty,
      rows: Math.min(result.rows, mostRows),
      partial: result.rows > mostRows,
      columns,
      broken: result.rules
        .filter((rule) => rule.foreignKey === undefined)
        .map((rule) => ({ ...rule, firstFile: rule.firstFile === null ? null : relativePath(root, rule.firstFile) })),
      tableProblems: result.tableProblems,
      orphans,
    };
  } finally {
    await result.discard();
  }
}

/**
 * Returns SQL for the table that each foreign key refers to. Null for keys within the table, and for tables without
 * data or without the columns; the check of the files alone reports those.
 */
async function foreignSources(
  db: Database,
  root: string,
  schema: DatasetSchema,
  foreign: DatasetRequest['foreign'],
): Promise<(string | null)[]> {
  const sources: (string | null)[] = [];
  for (const [i, { reference }] of (schema.foreignKeys ?? []).entries()) {
    const other = foreign[i] ?? null;
    const files = other ? await stampFiles(root, other.path) : [];
    const paths = files.map((file) => projectPath(root, file.path));
    const there =
      other && paths.length > 0
        ? await tableSql(db, paths, other.schema, { rejects: true, read: other.read ?? undefined })
        : null;
    const has = there === null ? [] : (await columnsOf(db, there)).map(({ name }) => name);
    sources.push([reference.fields].flat().every((name) => has.includes(name)) ? there : null);
  }
  return sources;
}

/** Removes the column with the split of a row: Loopwright adds it, not the user. */
function withoutSplit<T extends { name: string }>(columns: T[]): T[] {
  return columns.filter((column) => column.name !== splitColumn);
}

function factsOf({
  name,
  type,
  missing,
  distinct,
  exact,
  numbers,
  top,
}: Awaited<ReturnType<typeof profileTable>>[number]): ColumnFacts {
  return {
    name,
    type,
    missing,
    distinct,
    exact,
    top,
    numbers: numbers && {
      min: numbers.min,
      q25: numbers.q25,
      median: numbers.median,
      q75: numbers.q75,
      max: numbers.max,
      mean: numbers.mean,
      histogram: numbers.histogram,
    },
  };
}

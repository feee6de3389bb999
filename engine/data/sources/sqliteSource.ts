import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type BetterSqlite from 'better-sqlite3';
import { duration } from '../../../words/times.ts';
import { durationMs } from '../../base/duration.ts';
import { CancelledError, DataError, WorkError, messageOf } from '../../base/errors.ts';
import { runCommand } from '../../base/runCommand.ts';
import { suggestion } from '../../base/didYouMean.ts';
import type { Watermark } from '../watermark.ts';
import { quoteIdentifier } from '../quote.ts';
import { queryError, queryText, type QueryText } from './queryText.ts';
import { RowFile, checkColumns, type RowColumn } from './rowFile.ts';
import type { Received, SourceContext } from './source.ts';
import type { SqliteDone, SqliteFault, SqliteReport, SqliteRequest } from './sqliteRows/messages.ts';
import { sqlTypeOf, type Seen } from './sqliteValues.ts';
import { projectPath } from '../../base/projectPath.ts';

export interface SqliteSource {
  sqlite: string;
  query: string;
  watermark?: string | undefined;
  batch?: number | undefined;
  /** A duration after which the query is stopped. */
  timeout?: string | undefined;
}

/**
 * Reads the rows of a query from a SQLite file, opened read-only. With a watermark, it reads only rows after the last
 * one.
 */
export async function fromSqlite(context: SourceContext, source: SqliteSource): Promise<Received> {
  const query = queryText(context.root, source.query);
  const path = join(
    context.folder,
    `sqlite-${createHash('sha256').update(`${source.sqlite}\0${source.query}`).digest('hex').slice(0, 16)}`,
    'rows.parquet',
  );
  const handle = openReadOnly(context.root, source.sqlite);
  let rows: RowFile | null = null;
  try {
    const prepared = prepare(context, source, query, handle);
    const { names } = prepared;
    rows = await RowFile.open(path, names.length);
    const { watermark, seen } = await readRows(context, source, prepared, rows, names);
    const columns = names.map((name, i): RowColumn => ({ name, typed: typeOf(seen[i]) }));
    names.forEach((name, i) => {
      if (seen[i]?.blob) context.log(`${name}: bytes are written as base64`);
    });
    await rows.finish(await context.database(), columns, path, context.signal);
    return { files: [path], version: null, rows: rows.rows, watermark, discard: () => rm(path, { force: true }) };
  } catch (error) {
    throw explain(error, query, source.sqlite);
  } finally {
    await rows?.discard();
    handle.close();
  }
}

/** Opens a database of the project; `waitMs` is the time to wait for a lock. Throws DataError when there is none. */
export function openReadOnly(root: string, file: string, waitMs = 10_000): BetterSqlite.Database {
  const path = projectPath(root, file);
  if (!existsSync(path))
    throw new DataError(`There is no database \`${file}\`. Correct the path in loopwright.yaml.`, { place: { file } });
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  try {
    return new Database(path, { readonly: true, fileMustExist: true, timeout: waitMs });
  } catch (error) {
    throw new DataError(`The database \`${file}\` cannot be opened: ${messageOf(error)}. Check its permissions.`, {
      cause: error,
      place: { file },
    });
  }
}

/** A query that SQLite has accepted. */
export interface Prepared {
  names: string[];
  sql: string;
  values: (bigint | number | string)[];
  statement: BetterSqlite.Statement;
  /** The query, or a view that it reads, is recursive. */
  isRecursive: boolean;
}

/** Wraps the query to limit it by the watermark. The last columns are the watermark and its kind. */
export function prepare(
  { since, inclusive }: SourceContext,
  { watermark }: SqliteSource,
  { sql }: QueryText,
  handle: BetterSqlite.Database,
): Prepared {
  const plain = `SELECT * FROM (\n${sql}\n) AS q`;
  const names = handle
    .prepare(plain)
    .columns()
    .map(({ name }) => name);
  checkColumns(names, watermark, suggestion);
  const by = watermark === undefined ? '' : `q.${quoteIdentifier(watermark)}`;
  const after = since && watermark !== undefined ? ` WHERE ${by} ${inclusive ? '>=' : '>'} ?` : '';
  const wanted =
    watermark === undefined ? plain : `SELECT q.*, ${by}, typeof(${by}) FROM (\n${sql}\n) AS q${after} ORDER BY ${by}`;
  const values = since && watermark !== undefined ? [boundValue(since)] : [];
  const plan = handle.prepare(`EXPLAIN QUERY PLAN ${wanted}`).all(...values) as { detail: string }[];
  return {
    names,
    sql: wanted,
    values,
    statement: handle.prepare(wanted).raw().safeIntegers(),
    isRecursive: plan.some(({ detail }) => detail === 'RECURSIVE STEP'),
  };
}

function boundValue({ value, kind }: Watermark): bigint | number | string {
  return kind === 'integer' ? BigInt(value) : kind === 'real' ? Number(value) : value;
}

/** Longest time of a query with a recursion, where the source gives none: most recursions that last longer never end. */
const recursionMs = 60_000;

/**
 * Runs the query in a process of its own, which can be ended: a query of SQLite blocks its thread. Returns the highest
 * watermark.
 */
async function readRows(
  context: SourceContext,
  source: SqliteSource,
  { sql, values, isRecursive }: Prepared,
  file: RowFile,
  names: readonly string[],
): Promise<{ watermark: Watermark | null; seen: Seen[] }> {
  const program = programPath();
  if (program === null) throw new WorkError('A part of the installation is missing; install Loopwright again.');
  const request: SqliteRequest = {
    database: projectPath(context.root, source.sqlite),
    sql,
    values: values.map((value) => (typeof value === 'bigint' ? { integer: String(value) } : value)),
    columns: names.length,
    hasWatermark: source.watermark !== undefined,
    batch: source.batch ?? 10_000,
    out: file.path,
  };
  const limit = source.timeout === undefined ? (isRecursive ? recursionMs : null) : durationMs(source.timeout);
  const late = new AbortController();
  const timer = limit === null ? undefined : setTimeout(() => late.abort(), Math.min(limit, 2 ** 31 - 1));
  let done: SqliteDone | null = null;
  let fault: SqliteFault | null = null;
  let last = '';
  try {
    await runCommand({
      cmd: [process.execPath, program],
      cwd: context.root,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      signal: AbortSignal.any([context.signal, late.signal]),
      onInput: (stdin) => stdin.end(`${JSON.stringify(request)}\n`),
      onLine: (line, from) => {
        const report = from === 'stdout' ? reportOf(line) : null;
        if (report?.event === 'rows')
          context.progress(`${report.rows.toLocaleString('en-US')} rows from ${source.sqlite}`);
        else if (report?.event === 'done') done = report;
        else if (report?.event === 'fault') fault = report;
        else if (line.trim() !== '') last = line.trim();
      },
    });
  } catch (error) {
    if (late.signal.aborted && !context.signal.aborted) throw tooLong(source, isRecursive, limit ?? 0, error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
  if (fault !== null) throw faultOf(fault, source.watermark);
  if (done === null)
    throw new WorkError(`The database \`${source.sqlite}\` could not be read to its end. ${last}`.trim());
  const { rows, longest, seen, highest, unmarked } = done as SqliteDone;
  file.received(names.length, rows, longest);
  if (unmarked > 0)
    context.log(
      `warning: ${unmarked.toLocaleString('en-US')} rows have no ${source.watermark}; changes to them are not detected`,
    );
  const watermark =
    highest === null || source.watermark === undefined ? context.since : { column: source.watermark, ...highest };
  return { watermark, seen };
}

function tooLong(source: SqliteSource, isRecursive: boolean, ms: number, cause: unknown): WorkError {
  const why = isRecursive
    ? 'It is recursive, and a recursion without a last step never ends: give it a condition or a LIMIT'
    : 'Make it smaller';
  return new WorkError(
    `The query of \`${source.sqlite}\` did not end within ${duration(ms)} and was stopped. ${why}, or set \`timeout\` of the source to a longer time.`,
    { cause, place: { file: 'loopwright.yaml' } },
  );
}

function faultOf({ code, message }: SqliteFault, watermark: string | undefined): Error {
  if (code === 'BYTES')
    return new DataError(
      `The watermark ${watermark ?? ''} contains bytes, which have no useful order. Use a column of numbers or texts.`,
    );
  if (code === 'FULL')
    return new WorkError('The disk is full: the received rows could not be written. Free some space and run again.');
  return Object.assign(new Error(message), { code });
}

function reportOf(line: string): SqliteReport | null {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' && 'event' in value ? (value as SqliteReport) : null;
  } catch {
    return null;
  }
}

/** The program beside the bundle, or beside this source. */
function programPath(): string | null {
  const folder = dirname(fileURLToPath(import.meta.url));
  return [join(folder, 'sqliteRows.cjs'), join(folder, 'sqliteRows/main.ts')].find((path) => existsSync(path)) ?? null;
}

function typeOf(seen: Seen | undefined): RowColumn['typed'] {
  const type = sqlTypeOf(seen);
  return (text) => (type === null ? text : `CAST(${text} AS ${type})`);
}

/** Converts an error of SQLite to one for the user. */
export function explain(error: unknown, query: QueryText, file: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof WorkError || error instanceof CancelledError) return error;
  if (code === 'SQLITE_BUSY')
    return new WorkError(`The database \`${file}\` was locked by another program for 10 s. Try again.`, {
      cause: error,
      place: { file },
    });
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT')
    return new DataError(`\`${file}\` is not a SQLite database, or it is damaged.`, { cause: error, place: { file } });
  if (code === 'SQLITE_CANTOPEN')
    return new DataError(
      `The database \`${file}\` cannot be read with its write-ahead log: make its folder writable, or write the log back with \`PRAGMA wal_checkpoint(TRUNCATE)\`.`,
      { cause: error, place: { file } },
    );
  if (typeof code === 'string' && code.startsWith('SQLITE_'))
    return queryError(query, `${messageOf(error)}.`, null, error);
  return error;
}

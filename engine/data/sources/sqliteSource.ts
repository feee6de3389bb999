import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type BetterSqlite from 'better-sqlite3';
import { CancelledError, DataError, WorkError, checkCancelled, messageOf } from '../../base/errors.ts';
import { suggestion } from '../../base/didYouMean.ts';
import type { Watermark } from '../watermark.ts';
import { quoteIdentifier } from '../quote.ts';
import { queryError, queryText, type QueryText } from './queryText.ts';
import { RowFile, checkColumns, nextBatch, type RowColumn } from './rowFile.ts';
import type { Received, SourceContext } from './source.ts';
import { projectPath } from '../../base/projectPath.ts';

export interface SqliteSource {
  sqlite: string;
  query: string;
  watermark?: string | undefined;
  batch?: number | undefined;
}

export type Value = null | bigint | number | string | Buffer;

/** Kinds of values found in a column. SQLite does not enforce column types. */
export interface Seen {
  integer: boolean;
  real: boolean;
  text: boolean;
  blob: boolean;
  /** An integer that a double cannot represent. */
  long: boolean;
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
    const { statement, names, values } = prepare(context, source, query, handle);
    rows = await RowFile.open(path, names.length);
    const seen = names.map(nothingSeen);
    const watermark = await readRows(
      context,
      source,
      statement.iterate(...values) as IterableIterator<Value[]>,
      rows,
      seen,
    );
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

/** Opens a database of the project. Throws DataError when there is none. */
export function openReadOnly(root: string, file: string): BetterSqlite.Database {
  const path = projectPath(root, file);
  if (!existsSync(path))
    throw new DataError(`There is no database \`${file}\`. Correct the path in loopwright.yaml.`, { place: { file } });
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  try {
    return new Database(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
  } catch (error) {
    throw new DataError(`The database \`${file}\` cannot be opened: ${messageOf(error)}. Check its permissions.`, {
      cause: error,
      place: { file },
    });
  }
}

/** Wraps the query to limit it by the watermark. The last columns are the watermark and its kind. */
export function prepare(
  { since, inclusive }: SourceContext,
  { watermark }: SqliteSource,
  { sql }: QueryText,
  handle: BetterSqlite.Database,
): { names: string[]; values: (bigint | number | string)[]; statement: BetterSqlite.Statement } {
  const inner = handle.prepare(`SELECT * FROM (\n${sql}\n) AS q`);
  const names = inner.columns().map(({ name }) => name);
  checkColumns(names, watermark, suggestion);
  if (watermark === undefined) return { names, values: [], statement: inner.raw().safeIntegers() };
  const by = `q.${quoteIdentifier(watermark)}`;
  const statement = handle.prepare(
    `SELECT q.*, ${by}, typeof(${by}) FROM (\n${sql}\n) AS q${since ? ` WHERE ${by} ${inclusive ? '>=' : '>'} ?` : ''} ORDER BY ${by}`,
  );
  return { names, values: since ? [boundValue(since)] : [], statement: statement.raw().safeIntegers() };
}

function boundValue({ value, kind }: Watermark): bigint | number | string {
  return kind === 'integer' ? BigInt(value) : kind === 'real' ? Number(value) : value;
}

async function readRows(
  context: SourceContext,
  source: SqliteSource,
  found: IterableIterator<Value[]>,
  file: RowFile,
  seen: Seen[],
): Promise<Watermark | null> {
  let watermark = context.since;
  let unmarked = 0;
  let batch: (string | null)[][] = [];
  const write = async () => {
    await file.write(batch);
    batch = [];
    context.progress(`${file.rows.toLocaleString('en-US')} rows from ${source.sqlite}`);
    // Reading blocks the thread. A cancellation is handled between two batches.
    await breathe();
    checkCancelled(context.signal);
  };
  let size = nextBatch(source.batch ?? 10_000, 0);
  for (const row of found) {
    batch.push(seen.map((kinds, i) => asText(row[i] ?? null, kinds)));
    if (source.watermark !== undefined) {
      const kind = row[seen.length + 1];
      if (kind === 'null') unmarked++;
      else if (kind === 'blob')
        throw new DataError(
          `The watermark ${source.watermark} contains bytes, which have no useful order. Use a column of numbers or texts.`,
        );
      else watermark = { column: source.watermark, value: String(row[seen.length]), kind: kind as Watermark['kind'] };
    }
    if (batch.length < size) continue;
    await write();
    size = nextBatch(source.batch ?? 10_000, file.rowBytes);
  }
  await write();
  if (unmarked > 0)
    context.log(
      `warning: ${unmarked.toLocaleString('en-US')} rows have no ${source.watermark}; changes to them are not detected`,
    );
  return watermark;
}

/** Returns a value as text, and notes its kind. */
export function asText(value: Value, seen: Seen): string | null {
  if (value === null) return null;
  if (typeof value === 'string') {
    seen.text = true;
    return value;
  }
  if (typeof value === 'bigint') {
    seen.integer = true;
    if (value > 9007199254740992n || value < -9007199254740992n) seen.long = true;
    return value.toString();
  }
  if (typeof value === 'number') {
    seen.real = true;
    return String(value);
  }
  seen.blob = true;
  return value.toString('base64');
}

export const nothingSeen = (): Seen => ({ integer: false, real: false, text: false, blob: false, long: false });

/** Returns the narrowest SQL type that loses no information; null for text. */
export function sqlTypeOf(seen: Seen | undefined): 'DOUBLE' | 'BIGINT' | null {
  if (!seen || seen.text || seen.blob || (seen.real && seen.long)) return null;
  return seen.real ? 'DOUBLE' : seen.integer ? 'BIGINT' : null;
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

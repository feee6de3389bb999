import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from 'mysql2';
import { CancelledError, WorkError, checkCancelled } from '../../base/errors.ts';
import { suggestion } from '../../base/didYouMean.ts';
import type { Watermark } from '../watermark.ts';
import { mysqlPlace } from './mysqlAddress.ts';
import { mysqlColumn, type MysqlColumn } from './mysqlColumns.ts';
import {
  ask,
  connectMysql,
  describeMysql,
  eachMysqlBatch,
  isPassing,
  killMysqlQuery,
  type MysqlPlace,
} from './mysqlConnection.ts';
import { mysqlQueryError } from './mysqlQueryError.ts';
import { queryText, type QueryText } from './queryText.ts';
import { withRetries } from './retry.ts';
import { RowFile, checkColumns, nextBatch } from './rowFile.ts';
import type { Received, SourceContext } from './source.ts';

export interface MysqlSource extends MysqlPlace {
  query: string;
  watermark?: string | undefined;
  batch?: number | undefined;
}

/**
 * Reads the rows of a query from MySQL or MariaDB as they are sent, in one read-only snapshot of the database. With a
 * watermark, it reads only rows after the last one.
 */
export async function fromMysql(context: SourceContext, source: MysqlSource): Promise<Received> {
  const query = queryText(context.root, source.query);
  const path = join(
    context.folder,
    `mysql-${createHash('sha256')
      .update(`${mysqlPlace(source.mysql)}\0${source.query}`)
      .digest('hex')
      .slice(0, 16)}`,
    'rows.parquet',
  );
  const options = { what: 'The MySQL database could not be read', signal: context.signal, log: context.log };
  return withRetries(options, () =>
    withMysql(context, source, query, (connection) => pull(context, source, query, connection, path)),
  );
}

/** Runs work in a read-only transaction. Cancelling ends its query on the server. */
export async function withMysql<T>(
  context: SourceContext,
  source: MysqlSource,
  query: QueryText,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connectMysql(context, source);
  let killing: Promise<void> | null = null;
  const stop = () => {
    killing = killMysqlQuery(context, source, connection).catch(() => {});
  };
  try {
    checkCancelled(context.signal);
    context.signal.addEventListener('abort', stop, { once: true });
    await ask(connection, 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    return await work(connection);
  } catch (error) {
    if (context.signal.aborted) throw new CancelledError();
    if (error instanceof WorkError || isPassing(error)) throw error;
    throw await mysqlQueryError(error, query, connection);
  } finally {
    context.signal.removeEventListener('abort', stop);
    await (killing as Promise<void> | null);
    connection.destroy();
  }
}

/** Returns the columns of the query, checked for names and the watermark. */
export async function mysqlColumns(
  connection: Connection,
  { watermark }: MysqlSource,
  { sql }: QueryText,
): Promise<MysqlColumn[]> {
  const fields = await describeMysql(connection, sql);
  checkColumns(
    fields.map(({ name }) => name),
    watermark,
    suggestion,
  );
  return fields.map(mysqlColumn);
}

/**
 * Returns the query with the last column being the text of the watermark, and with at most `limit` rows. A query that
 * needs no change is sent as it is, so that the server does not build its result first.
 */
export function mysqlSelect(
  { since, inclusive }: Pick<SourceContext, 'since' | 'inclusive'>,
  source: MysqlSource,
  { sql }: QueryText,
  columns: readonly MysqlColumn[],
  limit: number | null = null,
): string {
  const by = columns.find(({ name }) => name === source.watermark)?.by() ?? null;
  if (by === null && limit === null && !columns.some(({ isWrapped }) => isWrapped)) return sql;
  const selected = columns.map((column) => column.selected);
  if (by !== null) selected.push(`${by.expression} AS loopwright_watermark`);
  const after =
    by !== null && since ? ` WHERE ${by.expression} ${inclusive ? '>=' : '>'} ${by.literal(since.value)}` : '';
  // Of all rows, the first ones are as good as the lowest.
  const order = by === null || (limit !== null && !since) ? '' : ` ORDER BY ${by.expression}`;
  return `SELECT ${selected.join(', ')} FROM (\n${sql}\n) AS q${after}${order}${limit === null ? '' : ` LIMIT ${limit}`}`;
}

async function pull(
  context: SourceContext,
  source: MysqlSource,
  query: QueryText,
  connection: Connection,
  path: string,
): Promise<Received> {
  const columns = await mysqlColumns(connection, source, query);
  const rows = await RowFile.open(path, columns.length);
  try {
    const watermark = await fetchRows(context, source, query, connection, columns, rows);
    const typed = columns.map(({ name, typed: type }) => ({ name, typed: type(context.log).sql }));
    context.progress(`writing ${rows.rows.toLocaleString('en-US')} rows`);
    await rows.finish(await context.database(), typed, path, context.signal);
    return { files: [path], version: null, rows: rows.rows, watermark, discard: () => rm(path, { force: true }) };
  } finally {
    await rows.discard();
  }
}

async function fetchRows(
  context: SourceContext,
  source: MysqlSource,
  query: QueryText,
  connection: Connection,
  columns: readonly MysqlColumn[],
  rows: RowFile,
): Promise<Watermark | null> {
  const { watermark } = source;
  const texts = columns.map(({ text }) => text);
  // The watermark is read as its own column is, without a second count of what it contains.
  let highest: string | null = null;
  let unmarked = 0;
  const read = (row: (Buffer | null)[]) => {
    const values = texts.map((text, i) => {
      const value = row[i];
      return value === null || value === undefined ? null : text(value);
    });
    if (watermark !== undefined) {
      const mark = row[columns.length]?.toString('utf8') ?? null;
      if (mark === null) unmarked++;
      // The zero date comes first and is no date that another can be compared with.
      else if (!mark.startsWith('0000-00-00')) highest = mark;
    }
    return values;
  };
  await eachMysqlBatch(
    connection,
    mysqlSelect(context, source, query, columns),
    read,
    () => nextBatch(source.batch ?? 10_000, rows.rowBytes),
    async (batch) => {
      checkCancelled(context.signal);
      await rows.write(batch);
      context.progress(`${rows.rows.toLocaleString('en-US')} rows from MySQL`);
    },
  );
  if (unmarked > 0)
    context.log(
      `warning: ${unmarked.toLocaleString('en-US')} rows have no ${watermark}; changes to them are not detected`,
    );
  return highest === null || watermark === undefined
    ? context.since
    : { column: watermark, value: highest, kind: 'text' };
}

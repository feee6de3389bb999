import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, FieldDef } from 'pg';
import { CancelledError, DataError, WorkError, checkCancelled, messageOf } from '../../base/errors.ts';
import { suggestion } from '../../base/didYouMean.ts';
import type { Watermark } from '../watermark.ts';
import type { Database } from '../database.ts';
import { decimalCast } from '../decimalCast.ts';
import { quoteIdentifier } from '../quote.ts';
import { asText, codeOf, connectPostgres, destroy, leave, type PostgresPlace } from './postgresConnection.ts';
import { queryError, queryText, type QueryText } from './queryText.ts';
import { withRetries } from './retry.ts';
import { RowFile, checkColumns, nextBatch, type RowColumn } from './rowFile.ts';
import type { Received, SourceContext } from './source.ts';

export interface PostgresSource extends PostgresPlace {
  query: string;
  watermark?: string | undefined;
  batch?: number | undefined;
}

export type Column = FieldDef & { kind: string };

/**
 * Reads the rows of a query through a cursor, in one read-only snapshot of the database. With a watermark, it reads
 * only rows after the last one.
 */
export async function fromPostgres(context: SourceContext, source: PostgresSource): Promise<Received> {
  const query = queryText(context.root, source.query);
  const path = join(
    context.folder,
    `postgres-${createHash('sha256').update(`${source.postgres}\0${source.query}`).digest('hex').slice(0, 16)}`,
    'rows.parquet',
  );
  const db = await context.database();
  const options = { what: 'PostgreSQL could not be read', signal: context.signal, log: context.log };
  return withRetries(options, async () => {
    const client = await connectPostgres(context, source);
    const stop = () => destroy(client);
    context.signal.addEventListener('abort', stop, { once: true });
    try {
      checkCancelled(context.signal);
      return await pull(context, source, query, client, db, path);
    } catch (error) {
      throw context.signal.aborted ? new CancelledError() : explain(error, query);
    } finally {
      context.signal.removeEventListener('abort', stop);
      await leave(client);
    }
  });
}

async function pull(
  context: SourceContext,
  source: PostgresSource,
  query: QueryText,
  client: Client,
  db: Database,
  path: string,
): Promise<Received> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const described = await client.query({ text: `SELECT * FROM (\n${query.sql}\n) AS q LIMIT 0`, types: asText });
  checkColumns(
    described.fields.map(({ name }) => name),
    source.watermark,
    suggestion,
  );
  const columns = await kindsOf(client, described.fields);
  for (const column of columns) if (notes[column.kind]) context.log(`${column.name}: ${notes[column.kind]}`);
  const [rows, watermark] = await fetchRows(context, source, query, client, columns, path);
  try {
    const typed = await typesOf(db, rows, columns, context.log);
    context.progress(`writing ${rows.rows.toLocaleString('en-US')} rows`);
    await rows.finish(db, typed, path, context.signal);
    return { files: [path], version: null, rows: rows.rows, watermark, discard: () => rm(path, { force: true }) };
  } finally {
    await rows.discard();
  }
}

async function fetchRows(
  context: SourceContext,
  source: PostgresSource,
  query: QueryText,
  client: Client,
  columns: readonly Column[],
  path: string,
): Promise<[RowFile, Watermark | null]> {
  const { default: Cursor } = await import('pg-cursor');
  const { since } = context;
  const by = source.watermark === undefined ? null : `q.${quoteIdentifier(source.watermark)}`;
  const after = by !== null && since ? ` WHERE ${by} ${context.inclusive ? '>=' : '>'} $1` : '';
  const text = `SELECT ${columns.map(selected).join(', ')}${by === null ? '' : `, ${by}::text`} FROM (\n${query.sql}\n) AS q${after}${by === null ? '' : ` ORDER BY ${by} NULLS FIRST`}`;
  const cursor = client.query(
    new Cursor<(string | null)[]>(text, after === '' ? [] : [since?.value], { rowMode: 'array', types: asText }),
  );
  const file = await RowFile.open(path, columns.length);
  let highest: string | null = null;
  let unmarked = 0;
  try {
    for (;;) {
      checkCancelled(context.signal);
      const rows = await cursor.read(nextBatch(source.batch ?? 10_000, file.rowBytes));
      if (rows.length === 0) break;
      await file.write(rows);
      if (by !== null) unmarked += rows.filter((row) => row[columns.length] === null).length;
      highest = (by === null ? null : rows.at(-1)?.[columns.length]) ?? highest;
      context.progress(`${file.rows.toLocaleString('en-US')} rows from PostgreSQL`);
    }
    await cursor.close();
  } catch (error) {
    await file.discard();
    throw context.signal.aborted ? new CancelledError() : error;
  }
  if (unmarked > 0)
    context.log(
      `warning: ${unmarked.toLocaleString('en-US')} rows have no ${source.watermark}; changes to them are not detected`,
    );
  if (highest !== null && /^-?(nan|infinity)$/i.test(highest)) {
    await file.discard();
    throw new DataError(
      `The highest ${source.watermark} is ${highest}, and no later row could be higher. Exclude such rows from the query.`,
    );
  }
  return [
    file,
    highest === null || source.watermark === undefined
      ? since
      : { column: source.watermark, value: highest, kind: 'text' },
  ];
}

/** Returns the type names with their kind: `array`, `composite`, `enum`, or the name itself. */
export async function kindsOf(client: Client, fields: readonly FieldDef[]): Promise<Column[]> {
  const { rows } = await client.query<{ oid: string; typname: string; typcategory: string; typtype: string }>({
    text: 'SELECT oid, typname, typcategory, typtype FROM pg_catalog.pg_type WHERE oid = ANY($1)',
    values: [fields.map((field) => field.dataTypeID)],
    types: asText,
  });
  const known = new Map(
    rows.map((row) => [
      Number(row.oid),
      row.typcategory === 'A' ? 'array' : row.typtype === 'c' ? 'composite' : row.typname,
    ]),
  );
  return fields.map((field) => ({ ...field, kind: known.get(field.dataTypeID) ?? 'text' }));
}

export const notes: Record<string, string> = {
  bytea: 'bytes are written as base64',
  array: 'lists are written as JSON',
  composite: 'records are written as JSON',
};

/** Returns the SQL expression that the server evaluates for a column. */
export function selected({ name, kind }: Column): string {
  const column = `q.${quoteIdentifier(name)}`;
  if (kind === 'array' || kind === 'composite') return `pg_catalog.to_json(${column})::text`;
  if (kind === 'bytea') return `pg_catalog.translate(pg_catalog.encode(${column}, 'base64'), E'\\n', '')`;
  if (kind === 'money') return `${column}::numeric::text`;
  return `${column}::text`;
}

/** SQL types of DuckDB by the name of a type. */
export const simple: Record<string, string> = {
  bool: 'BOOLEAN',
  int2: 'SMALLINT',
  int4: 'INTEGER',
  int8: 'BIGINT',
  oid: 'BIGINT',
  float4: 'FLOAT',
  float8: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP',
};

const dated = new Set(['DATE', 'TIMESTAMP']);

/**
 * Returns the SQL type of each column. Numerics get as many digits as they need; those that fit no DECIMAL stay text.
 */
async function typesOf(
  db: Database,
  rows: RowFile,
  columns: readonly Column[],
  log: (line: string) => void,
): Promise<RowColumn[]> {
  await rows.flushed();
  const typed: RowColumn[] = [];
  for (const [i, column] of columns.entries()) {
    const type = simple[column.kind];
    if (column.kind === 'numeric' || column.kind === 'money')
      typed.push({ name: column.name, typed: await numericType(db, rows, i, column, log) });
    else
      typed.push({
        name: column.name,
        typed: (text) =>
          type === undefined ? text : `CAST(${dated.has(type) ? `replace(${text}, ' BC', ' (BC)')` : text} AS ${type})`,
      });
  }
  return typed;
}

const mostDigits = 38;

async function numericType(
  db: Database,
  rows: RowFile,
  i: number,
  column: Column,
  log: (line: string) => void,
): Promise<RowColumn['typed']> {
  const c = `c${i}`;
  // Declared digits are used when they exist, so that every read has the same type.
  const modifier = column.dataTypeModifier;
  const declared =
    modifier > 4 && column.kind === 'numeric' ? { digits: (modifier - 4) >> 16, scale: (modifier - 4) & 0x7ff } : null;
  const [found = {}] = await db.rows(
    `SELECT coalesce(bool_or(${c} IN ('NaN', 'Infinity', '-Infinity')), false) AS odd, max(length(regexp_extract(${c}, '^-?(\\d+)', 1))) AS whole, max(length(regexp_extract(${c}, '\\.(\\d+)$', 1))) AS scale FROM ${rows.source()}`,
  );
  const scale = Math.max(Number(found['scale'] ?? 0), declared?.scale ?? 0);
  const digits = Math.max(Number(found['whole'] ?? 1) + scale, declared?.digits ?? 18);
  if (found['odd'] === true) {
    log(`${column.name}: contains NaN or Infinity, so it is read as DOUBLE`);
    return (text) => `CAST(${text} AS DOUBLE)`;
  }
  if (digits > mostDigits) {
    log(`${column.name}: numbers of ${digits} digits do not fit a numeric type and stay text`);
    return (text) => text;
  }
  return (text) => decimalCast(text, digits, scale);
}

/** Converts an error of a query to one for the user; an error that may pass stays as it is. */
export function explain(error: unknown, query: QueryText): unknown {
  const code = codeOf(error);
  if (error instanceof WorkError || error instanceof CancelledError || code === '' || /^(08|40|53|57P|E)/.test(code))
    return error;
  const position = Number((error as { position?: string }).position ?? Number.NaN);
  const internal = messageOf(error);
  const hint = (error as { hint?: string }).hint;
  const offset = Number.isNaN(position) ? null : position - 1 - 'SELECT * FROM (\n'.length;
  const advice =
    code === '42501'
      ? ' Grant the user permission to read it.'
      : code === '25006'
        ? ' The query must not change data.'
        : '';
  return queryError(query, `${internal}${hint ? ` (${hint})` : ''}.${advice}`, offset, error);
}

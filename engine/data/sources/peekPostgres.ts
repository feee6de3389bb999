import type { Client } from 'pg';
import { CancelledError, DataError, ProjectError, WorkError, checkCancelled } from '../../base/errors.ts';
import { suggestion } from '../../base/didYouMean.ts';
import { quoteIdentifier } from '../quote.ts';
import { freshness, timeOf, type Peek, type PeekOptions } from './peek.ts';
import { asText, codeOf, connectPostgres, destroy, leave } from './postgresConnection.ts';
import {
  explain,
  kindsOf,
  notes as kindNotes,
  selected,
  simple,
  type Column,
  type PostgresSource,
} from './postgresSource.ts';
import { queryText, type QueryText } from './queryText.ts';
import { reasonOf } from './retry.ts';
import { checkColumns } from './rowFile.ts';
import type { SourceContext } from './source.ts';

/** Longest time for counting the rows, in milliseconds. */
const countMs = 2000;

/** Reads the first rows of a query in a read-only transaction, and counts all of them when that takes little time. */
export async function peekPostgres(
  context: SourceContext,
  source: PostgresSource,
  options: PeekOptions,
): Promise<Peek> {
  const query = queryText(context.root, source.query);
  const client = await connectPostgres(context, source).catch((error: unknown) => {
    throw told(error, query);
  });
  const stop = () => destroy(client);
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    checkCancelled(context.signal);
    return await look(context, source, query, client, options);
  } catch (error) {
    if (context.signal.aborted) throw new CancelledError();
    throw await withTables(client, error, query);
  } finally {
    context.signal.removeEventListener('abort', stop);
    await leave(client);
  }
}

async function look(
  context: SourceContext,
  source: PostgresSource,
  query: QueryText,
  client: Client,
  options: PeekOptions,
): Promise<Peek> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const inner = `(\n${query.sql}\n) AS q`;
  const described = await client.query({ text: `SELECT * FROM ${inner} LIMIT 0`, types: asText });
  const names = described.fields.map(({ name }) => name);
  checkColumns(names, source.watermark, suggestion);
  const columns = await kindsOf(client, described.fields);
  const by = source.watermark === undefined ? null : `q.${quoteIdentifier(source.watermark)}`;
  const since = by === null ? null : context.since;
  // Only rows after the watermark need its order: the next ones are the lowest.
  const after = since ? ` WHERE ${by} ${context.inclusive ? '>=' : '>'} $1` : '';
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${columns.map(selected).join(', ')} FROM ${inner}${after}${since ? ` ORDER BY ${by}` : ''} LIMIT ${Math.floor(options.rows)}`,
    values: since ? [since.value] : [],
    rowMode: 'array',
    types: asText,
  });
  const [place] = (
    await client.query<{ version: string; name: string }>(
      `SELECT current_setting('server_version') AS version, current_database() AS name`,
    )
  ).rows;
  const counted = await countRows(client, inner, after, since?.value ?? null, timeColumn(columns, source, options));
  return {
    columns: columns.map((column, i) => ({ name: column.name, type: typeOf(column, rows, i) })),
    rows,
    about: `PostgreSQL ${/^[\d.]+/.exec(place?.version ?? '')?.[0] ?? ''}, database ${place?.name ?? ''} on ${client.host}:${client.port}`,
    ...(counted === null ? {} : { total: counted.total, ...freshness(counted.newest, 'row') }),
    notes: [
      ...columns.flatMap(({ name, kind }) => (kindNotes[kind] ? [`${name}: ${kindNotes[kind]}.`] : [])),
      ...(counted === null
        ? [`Counting the rows takes longer than ${countMs / 1000} s, so their number is left out.`]
        : []),
    ],
  };
}

/** Returns the column with the time of a row: by the schema, otherwise the watermark when it is a time. */
function timeColumn(columns: readonly Column[], source: PostgresSource, options: PeekOptions): string | null {
  const isTime = (name: string | null | undefined) =>
    columns.some((column) => column.name === name && /^(date|timestamp|timestamptz)$/.test(column.kind));
  return [options.timestamp, source.watermark].find((name) => isTime(name)) ?? null;
}

async function countRows(
  client: Client,
  inner: string,
  after: string,
  since: string | null,
  time: string | null,
): Promise<{ total: number; newest: number | null } | null> {
  await client.query('SAVEPOINT counting');
  try {
    await client.query(`SET LOCAL statement_timeout = ${countMs}`);
    const at = time === null ? 'NULL' : `max(q.${quoteIdentifier(time)})`;
    // Without rows after the watermark, the freshest row is still that of the whole query.
    const newest = after === '' || time === null ? at : `(SELECT ${at} FROM ${inner})`;
    const { rows } = await client.query<{ total: string; newest: string | null }>({
      text: `SELECT count(*)::text AS total, (${newest})::text AS newest FROM ${inner}${after}`,
      values: since === null ? [] : [since],
      types: asText,
    });
    return { total: Number(rows[0]?.total ?? 0), newest: timeOf(rows[0]?.newest) };
  } catch (error) {
    if (codeOf(error) !== '57014') throw error;
    await client.query('ROLLBACK TO SAVEPOINT counting');
    return null;
  }
}

/** Returns the SQL type that `collect` gives a column. Digits of numbers that declare none come from these rows. */
function typeOf(column: Column, rows: readonly (string | null)[][], i: number): string {
  if (column.kind !== 'numeric' && column.kind !== 'money') return simple[column.kind] ?? 'VARCHAR';
  const values = rows.map((row) => row[i] ?? '');
  if (values.some((value) => /[ay]/i.test(value))) return 'DOUBLE';
  const modifier = column.kind === 'numeric' ? column.dataTypeModifier : -1;
  const declared = modifier > 4 ? { digits: (modifier - 4) >> 16, scale: (modifier - 4) & 0x7ff } : null;
  const most = (pattern: RegExp) => Math.max(0, ...values.map((value) => pattern.exec(value)?.[1]?.length ?? 0));
  const scale = Math.max(declared?.scale ?? 0, most(/\.(\d+)$/));
  const digits = Math.max(declared?.digits ?? 18, most(/^-?(\d+)/) + scale);
  return digits > 38 ? 'VARCHAR' : `DECIMAL(${digits},${scale})`;
}

/** Returns the error for the user. One that passes is left as it is for a retry; a preview reports it at once. */
function told(error: unknown, query: QueryText): unknown {
  const found = explain(error, query);
  if (found instanceof WorkError || found instanceof ProjectError || found instanceof CancelledError) return found;
  return new WorkError(
    `PostgreSQL could not be read: ${reasonOf(error)}. Check that the server runs, and the host and port of its address.`,
    { cause: error },
  );
}

/** Returns the error for the user, with the tables that there are when one is missing. */
async function withTables(client: Client, error: unknown, query: QueryText): Promise<unknown> {
  const found = told(error, query);
  if (codeOf(error) !== '42P01' || !(found instanceof DataError)) return found;
  const tables = await tablesOf(client);
  const missing = /"([^"]+)"/.exec(found.message)?.[1] ?? '';
  const advice =
    suggestion(missing, tables) ||
    (tables.length === 0
      ? ' This user can read no table of the database.'
      : ` The tables are: ${tables.slice(0, 12).join(', ')}${tables.length > 12 ? ', …' : ''}.`);
  return new DataError(`${found.message}${advice}`, { cause: error, ...(found.place ? { place: found.place } : {}) });
}

async function tablesOf(client: Client): Promise<string[]> {
  try {
    await client.query('ROLLBACK');
    const { rows } = await client.query<{ name: string }>(
      `SELECT CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
         AND pg_catalog.has_table_privilege(c.oid, 'SELECT') ORDER BY 1 LIMIT 1000`,
    );
    return rows.map(({ name }) => name);
  } catch {
    return [];
  }
}

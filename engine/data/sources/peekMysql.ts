import type { Connection } from 'mysql2';
import { CancelledError, ProjectError, WorkError } from '../../base/errors.ts';
import { quoteMysqlIdentifier } from '../quote.ts';
import { ask, isPassing, rowsOf } from './mysqlConnection.ts';
import { mysqlPlace } from './mysqlAddress.ts';
import type { MysqlColumn } from './mysqlColumns.ts';
import { isTimeLimit } from './mysqlQueryError.ts';
import { mysqlColumns, mysqlSelect, withMysql, type MysqlSource } from './mysqlSource.ts';
import { freshness, timeOf, type Peek, type PeekOptions } from './peek.ts';
import { queryText, type QueryText } from './queryText.ts';
import { reasonOf } from './retry.ts';
import type { SourceContext } from './source.ts';

/** Longest time for counting the rows, in seconds. */
const countSeconds = 2;

/** Reads the first rows of a query in a read-only transaction, and counts all of them when that takes little time. */
export async function peekMysql(context: SourceContext, source: MysqlSource, options: PeekOptions): Promise<Peek> {
  const query = queryText(context.root, source.query);
  try {
    return await withMysql(context, source, query, (connection) => look(context, source, query, connection, options));
  } catch (error) {
    if (error instanceof WorkError || error instanceof ProjectError || error instanceof CancelledError) throw error;
    // Errors that pass are left as they are for a retry; a preview reports them at once.
    if (!isPassing(error)) throw error;
    throw new WorkError(
      `The MySQL database could not be read: ${reasonOf(error)}. Check that the server runs, and the host and port of its address.`,
      { cause: error },
    );
  }
}

async function look(
  context: SourceContext,
  source: MysqlSource,
  query: QueryText,
  connection: Connection,
  options: PeekOptions,
): Promise<Peek> {
  const columns = await mysqlColumns(connection, source, query);
  const found = await rowsOf(
    connection,
    mysqlSelect(context, source, query, columns, Math.max(0, Math.floor(options.rows))),
  );
  const rows = found.map((row) => columns.map(({ text }, i) => (row[i] ? text(row[i]) : null)));
  const notes: string[] = [];
  const types = columns.map(({ typed }) => typed((line) => notes.push(`${line.replace(/^warning: /, '')}.`)).type);
  const [place] = await ask(connection, 'SELECT VERSION(), DATABASE()');
  const version = place?.[0] ?? '';
  const counted = await countRows(
    context,
    source,
    query,
    connection,
    columns,
    timeColumn(columns, types, source, options),
    version,
  );
  return {
    columns: columns.map(({ name }, i) => ({ name, type: types[i] ?? 'VARCHAR' })),
    rows,
    about: `${/mariadb/i.test(version) ? 'MariaDB' : 'MySQL'} ${/^[\d.]+/.exec(version)?.[0] ?? ''}, database ${place?.[1] ?? ''} on ${mysqlPlace(source.mysql).replace(/^mysql:\/\/|\/[^/]*$/g, '')}`,
    ...(counted === null ? {} : { total: counted.total, ...freshness(counted.newest, 'row') }),
    notes: [
      ...notes,
      ...(counted === null
        ? [`Counting the rows takes longer than ${countSeconds} s, so their number is left out.`]
        : []),
    ],
  };
}

/** Returns the column with the time of a row: by the schema, otherwise the watermark when it is a time. */
function timeColumn(
  columns: readonly MysqlColumn[],
  types: readonly string[],
  source: MysqlSource,
  options: PeekOptions,
): string | null {
  const isTime = (name: string | null | undefined) =>
    columns.some((column, i) => column.name === name && /^(DATE|TIMESTAMP)$/.test(types[i] ?? ''));
  return [options.timestamp, source.watermark].find((name) => isTime(name)) ?? null;
}

async function countRows(
  { since, inclusive }: SourceContext,
  source: MysqlSource,
  { sql }: QueryText,
  connection: Connection,
  columns: readonly MysqlColumn[],
  time: string | null,
  version: string,
): Promise<{ total: number; newest: number | null } | null> {
  await ask(
    connection,
    /mariadb/i.test(version)
      ? `SET SESSION max_statement_time = ${countSeconds}`
      : `SET SESSION max_execution_time = ${countSeconds * 1000}`,
  );
  const by = columns.find(({ name }) => name === source.watermark)?.by() ?? null;
  const after = by !== null && since ? `${by.expression} ${inclusive ? '>=' : '>'} ${by.literal(since.value)}` : 'TRUE';
  // Without rows after the watermark, the freshest row is still that of the whole query.
  const newest = time === null ? 'NULL' : `MAX(q.${quoteMysqlIdentifier(time)})`;
  try {
    const [row] = await ask(
      connection,
      `SELECT COUNT(CASE WHEN ${after} THEN 1 END), ${newest} FROM (\n${sql}\n) AS q`,
    );
    return { total: Number(row?.[0] ?? 0), newest: timeOf(row?.[1]) };
  } catch (error) {
    if (!isTimeLimit(error)) throw error;
    return null;
  }
}

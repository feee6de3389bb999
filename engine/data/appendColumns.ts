import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { quoteIdentifier } from './quote.ts';

type DuckDB = typeof import('@duckdb/node-api');

export type TypedKind = 'text' | 'number' | 'integer' | 'flag' | 'time';
/** A value to append. Times are epoch milliseconds. Numbers can be NaN or infinite, integers cannot. */
export type TypedValue = string | number | boolean | null;

/** A column of rows that are created in memory rather than read from a file. */
export interface TypedColumn {
  name: string;
  kind: TypedKind;
}

const sqlTypes: Record<TypedKind, string> = {
  text: 'VARCHAR',
  number: 'DOUBLE',
  integer: 'BIGINT',
  flag: 'BOOLEAN',
  time: 'TIMESTAMPTZ',
};

/** Returns the statement that creates an empty table for the columns. */
export function createTableSql(table: string, columns: readonly TypedColumn[]): string {
  return `CREATE TABLE ${quoteIdentifier(table)} (${columns.map(({ name, kind }) => `${quoteIdentifier(name)} ${sqlTypes[kind]}`).join(', ')})`;
}

/** Appends rows given as columns, in whole chunks. Much faster than one statement per row. */
export async function appendColumns(
  duckdb: DuckDB,
  connection: DuckDBConnection,
  table: string,
  columns: readonly TypedColumn[],
  values: readonly (readonly TypedValue[])[],
): Promise<void> {
  const types: Record<TypedKind, DuckDBType> = {
    text: duckdb.VARCHAR,
    number: duckdb.DOUBLE,
    integer: duckdb.BIGINT,
    flag: duckdb.BOOLEAN,
    time: duckdb.TIMESTAMPTZ,
  };
  const appender = await connection.createAppender(table);
  const rows = values[0]?.length ?? 0;
  const chunkRows = 2048;
  for (let from = 0; from < rows; from += chunkRows) {
    const to = Math.min(rows, from + chunkRows);
    const chunk = duckdb.DuckDBDataChunk.create(
      columns.map(({ kind }) => types[kind]),
      to - from,
    );
    for (const [i, { kind }] of columns.entries())
      chunk.setColumnValues(
        i,
        (values[i] ?? []).slice(from, to).map((value) => valueOf(duckdb, kind, value)),
      );
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function valueOf(duckdb: DuckDB, kind: TypedKind, value: TypedValue): DuckDBValue {
  if (value === null) return null;
  switch (kind) {
    case 'text':
      return String(value);
    case 'number':
      return Number(value);
    case 'flag':
      return Boolean(value);
    case 'integer':
      return BigInt(Math.trunc(Number(value)));
    case 'time':
      return new duckdb.DuckDBTimestampTZValue(BigInt(Math.round(Number(value) * 1000)));
  }
}

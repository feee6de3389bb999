import type { DuckDBConnection, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import { CancelledError } from '../base/errors.ts';
import { appendColumns, createTableSql, type TypedColumn, type TypedValue } from './appendColumns.ts';
import { columnReader } from './columnReader.ts';
import { describeDatabaseError } from './databaseError.ts';
import { plainValue } from './plainValue.ts';
import type { Table } from './table.ts';

/** What a parameter may be: positional `?` or `$1` with an array, `$name` with an object. */
export type SqlValue = string | number | boolean | bigint | null;
export type SqlParams = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/**
 * DuckDB in memory. Statements are executed one after the other in the order they were given.
 * Each rejects with a DataError when a file cannot be read, CancelledError after interrupt(), else WorkError.
 */
export interface Database {
  run(sql: string, params?: SqlParams): Promise<void>;
  /**
   * Rows as plain objects; for small results. BIGINT → number, timestamp → epoch milliseconds UTC, date → `YYYY-MM-DD`.
   */
  rows(sql: string, params?: SqlParams): Promise<Record<string, unknown>[]>;
  /**
   * Columns: numbers, booleans (0/1) and times (epoch ms, UTC) as Float64Array with NaN for null, all else as texts.
   */
  table(sql: string, params?: SqlParams): Promise<Table>;
  /**
   * Reads columns as `table` does, some rows at a time, in the order of the query, so that memory holds one batch. The
   * next batch is read once `visit` is done; `visit` must not wait for another statement of this database.
   */
  batches(sql: string, rows: number, visit: (batch: Table) => Promise<void> | void): Promise<void>;
  /** Makes an empty table for rows that are made here. */
  create(table: string, columns: readonly TypedColumn[]): Promise<void>;
  /** Appends rows to such a table: `values[i]` are those of column i. */
  append(table: string, columns: readonly TypedColumn[], values: readonly (readonly TypedValue[])[]): Promise<void>;
  /** Stops the statement under way and those waiting, which then reject with CancelledError. */
  interrupt(): void;
  close(): void;
}

export interface DatabaseOptions {
  threads?: number;
  /** Such as `4GB`. Beyond it DuckDB spills to `tempDirectory`. */
  memoryLimit?: string;
  tempDirectory?: string;
}

/** Opens an empty database in memory. It never downloads an extension. */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const duckdb = await import('@duckdb/node-api');
  const settings: Record<string, string> = {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  };
  if (options.threads !== undefined) settings['threads'] = String(options.threads);
  if (options.memoryLimit !== undefined) settings['memory_limit'] = options.memoryLimit;
  if (options.tempDirectory !== undefined) settings['temp_directory'] = options.tempDirectory;
  try {
    const instance = await duckdb.DuckDBInstance.create(':memory:', settings);
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new OpenDatabase(duckdb, connection, () => instance.closeSync());
  } catch (error) {
    throw describeDatabaseError(error);
  }
}

class OpenDatabase implements Database {
  readonly #duckdb: typeof import('@duckdb/node-api');
  readonly #connection: DuckDBConnection;
  readonly #closeInstance: () => void;
  #last: Promise<unknown> = Promise.resolve();
  #interrupts = 0;
  #closed = false;

  constructor(duckdb: typeof import('@duckdb/node-api'), connection: DuckDBConnection, closeInstance: () => void) {
    this.#duckdb = duckdb;
    this.#connection = connection;
    this.#closeInstance = closeInstance;
  }

  run(sql: string, params?: SqlParams): Promise<void> {
    return this.#query(sql, params, async () => {});
  }

  rows(sql: string, params?: SqlParams): Promise<Record<string, unknown>[]> {
    return this.#query(sql, params, async (result) => {
      const names = result.deduplicatedColumnNames();
      const rows: Record<string, unknown>[] = [];
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        for (const values of chunk.getRows()) {
          rows.push(Object.fromEntries(names.map((name, i) => [name, plainValue(this.#duckdb, values[i] ?? null)])));
        }
      }
      return rows;
    });
  }

  table(sql: string, params?: SqlParams): Promise<Table> {
    return this.#query(sql, params, async (result) => (await this.#read(result, Number.POSITIVE_INFINITY)).table);
  }

  batches(sql: string, rows: number, visit: (batch: Table) => Promise<void> | void): Promise<void> {
    return this.#inTurn(async () => {
      const result = await this.#connection.stream(sql);
      for (let isLast = false; !isLast;) {
        const batch = await this.#read(result, rows);
        if (batch.table.rows > 0) await visit(batch.table);
        ({ isLast } = batch);
      }
    });
  }

  /** Reads chunks until there are `rows` rows, or no more. */
  async #read(result: DuckDBResult, rows: number): Promise<{ table: Table; isLast: boolean }> {
    const names = result.deduplicatedColumnNames();
    const readers = result.columnTypes().map((type) => columnReader(this.#duckdb, type));
    const table: Table = { rows: 0, columns: {} };
    let isLast = false;
    while (table.rows < rows) {
      const chunk = await result.fetchChunk();
      isLast = !chunk || chunk.rowCount === 0;
      if (!chunk || isLast) break;
      for (const [i, reader] of readers.entries()) reader.append(chunk.getColumnVector(i), chunk.rowCount);
      table.rows += chunk.rowCount;
    }
    for (const [i, reader] of readers.entries()) table.columns[names[i] ?? `column${i}`] = reader.column();
    return { table, isLast };
  }

  create(table: string, columns: readonly TypedColumn[]): Promise<void> {
    return this.run(createTableSql(table, columns));
  }

  append(table: string, columns: readonly TypedColumn[], values: readonly (readonly TypedValue[])[]): Promise<void> {
    return this.#inTurn(() => appendColumns(this.#duckdb, this.#connection, table, columns, values));
  }

  interrupt(): void {
    this.#interrupts++;
    if (!this.#closed) this.#connection.interrupt();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.closeSync();
    this.#closeInstance();
  }

  #query<T>(sql: string, params: SqlParams | undefined, read: (result: DuckDBResult) => Promise<T>): Promise<T> {
    return this.#inTurn(async () =>
      read(await this.#connection.run(sql, params as DuckDBValue[] | Record<string, DuckDBValue> | undefined)),
    );
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const interrupts = this.#interrupts;
    const work = this.#last.then(async () => {
      if (this.#closed || interrupts !== this.#interrupts) throw new CancelledError();
      try {
        return await step();
      } catch (error) {
        throw describeDatabaseError(error);
      }
    });
    this.#last = work.catch(() => {});
    return work;
  }
}

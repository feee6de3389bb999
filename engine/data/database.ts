import type { DuckDBConnection, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import { CancelledError, messageOf } from '../base/errors.ts';
import { appendColumns, createTableSql, type TypedColumn, type TypedValue } from './appendColumns.ts';
import { columnReader } from './columnReader.ts';
import { describeDatabaseError } from './databaseError.ts';
import { plainValue } from './plainValue.ts';
import type { Table } from './table.ts';

/** A parameter value: positional `?` or `$1` with an array, `$name` with an object. */
export type SqlValue = string | number | boolean | bigint | null;
export type SqlParams = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/**
 * An in-memory DuckDB database. Statements run one after the other in the order of the calls. Each rejects with a
 * DataError when a file cannot be read, with CancelledError after interrupt(), otherwise with WorkError.
 */
export interface Database {
  run(sql: string, params?: SqlParams): Promise<void>;
  /**
   * Returns rows as plain objects, for small results. BIGINT becomes a number, a timestamp epoch milliseconds UTC, a
   * date `YYYY-MM-DD`.
   */
  rows(sql: string, params?: SqlParams): Promise<Record<string, unknown>[]>;
  /**
   * Returns columns: numbers, booleans (0/1) and times (epoch ms, UTC) as Float64Array with NaN for null, other values
   * as strings.
   */
  table(sql: string, params?: SqlParams): Promise<Table>;
  /**
   * Reads columns like `table`, in batches of rows in the order of the query, so that memory contains one batch at a
   * time. The next batch is read when `visit` is done. `visit` must not wait for another statement of this database.
   */
  batches(sql: string, rows: number, visit: (batch: Table) => Promise<void> | void): Promise<void>;
  /** Creates an empty table for rows that are created in memory. */
  create(table: string, columns: readonly TypedColumn[]): Promise<void>;
  /** Appends rows to such a table. `values[i]` are the values of column i. */
  append(table: string, columns: readonly TypedColumn[], values: readonly (readonly TypedValue[])[]): Promise<void>;
  /** Returns the number of statements of a text without binding or running them. Rejects when it cannot be parsed. */
  statements(sql: string): Promise<number>;
  /** Stops the running statement and those that wait. They reject with CancelledError. */
  interrupt(): void;
  close(): void;
}

export interface DatabaseOptions {
  threads?: number;
  /** Memory limit such as `4GB`. Beyond it, DuckDB spills to `tempDirectory`. */
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
    return this.#inTurn(sql, async () => {
      const result = await this.#connection.stream(sql);
      for (let isLast = false; !isLast;) {
        const batch = await this.#read(result, rows);
        if (batch.table.rows > 0) await visit(batch.table);
        ({ isLast } = batch);
      }
    });
  }

  /** Reads chunks until there are `rows` rows or the result ends. */
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
    return this.#inTurn('', () => appendColumns(this.#duckdb, this.#connection, table, columns, values));
  }

  statements(sql: string): Promise<number> {
    return this.#inTurn(sql, async () => {
      try {
        return (await this.#connection.extractStatements(sql)).count;
      } catch (error) {
        throw new Error(messageOf(error).replace(/^Failed to extract statements: /, ''), { cause: error });
      }
    });
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
    return this.#inTurn(sql, async () =>
      read(await this.#connection.run(sql, params as DuckDBValue[] | Record<string, DuckDBValue> | undefined)),
    );
  }

  #inTurn<T>(sql: string, step: () => Promise<T>): Promise<T> {
    const interrupts = this.#interrupts;
    const work = this.#last.then(async () => {
      if (this.#closed || interrupts !== this.#interrupts) throw new CancelledError();
      try {
        return await step();
      } catch (error) {
        throw describeDatabaseError(error, sql);
      }
    });
    this.#last = work.catch(() => {});
    return work;
  }
}

/** A value that SQLite accepts and returns. */
export type SqlValue = string | number | null;
export type SqlRow = Record<string, SqlValue>;

/** The store's database for the other rooms. Statements are prepared once; every value is a parameter. */
export interface Sql {
  all<T = SqlRow>(statement: string, ...values: SqlValue[]): T[];
  get<T = SqlRow>(statement: string, ...values: SqlValue[]): T | undefined;
  /** Rows as arrays in the order of their columns: the fastest way to read many. */
  columns(statement: string, ...values: SqlValue[]): SqlValue[][];
  /** The first column of all rows, which must contain numbers. */
  numbers(statement: string, ...values: SqlValue[]): number[];
  iterate<T = SqlRow>(statement: string, ...values: SqlValue[]): IterableIterator<T>;
  run(statement: string, ...values: SqlValue[]): { changes: number; lastId: number };
  /** Runs a function in one transaction. */
  write<T>(work: () => T): T;
  /** The same, but gives up and returns false when another process locks the store for this long. */
  tryWrite(patienceMs: number, work: () => void): boolean;
  /** Runs a function on one snapshot of the store, independent of concurrent writes. */
  read<T>(work: () => T): T;
  /** A text that changes with every change of the database, by this process or another. */
  version(): string;
  isOpen(): boolean;
  close(): void;
}

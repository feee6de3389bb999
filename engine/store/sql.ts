/** A value that SQLite takes and gives. */
export type SqlValue = string | number | null;
export type SqlRow = Record<string, SqlValue>;

/** The store's database as the rest of the engine sees it. Statements are prepared once; every value is a parameter. */
export interface Sql {
  all<T = SqlRow>(statement: string, ...values: SqlValue[]): T[];
  get<T = SqlRow>(statement: string, ...values: SqlValue[]): T | undefined;
  /** Rows as arrays in the order of their columns: the quickest way to read many. */
  columns(statement: string, ...values: SqlValue[]): SqlValue[][];
  /** The first column of all rows, which must be numbers. */
  numbers(statement: string, ...values: SqlValue[]): number[];
  iterate<T = SqlRow>(statement: string, ...values: SqlValue[]): IterableIterator<T>;
  run(statement: string, ...values: SqlValue[]): { changes: number; lastId: number };
  /** Runs the work as one write; everything or nothing. */
  write<T>(work: () => T): T;
  /** The same, but gives up when another process holds the store for this long; false then. */
  tryWrite(patienceMs: number, work: () => void): boolean;
  /** Runs the work over the store as it is now, whatever others write meanwhile. */
  read<T>(work: () => T): T;
  /** Another text after every change of the database, by this process or another. */
  version(): string;
  isOpen(): boolean;
  close(): void;
}

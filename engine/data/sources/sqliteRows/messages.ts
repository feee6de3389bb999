import type { Watermark } from '../../watermark.ts';
import type { Seen } from '../sqliteValues.ts';

/** What the program is asked, as one line of JSON on its standard input. */
export interface SqliteRequest {
  database: string;
  sql: string;
  /** Values of the parameters; a whole number of 64 bits as its digits. */
  values: (string | number | { integer: string })[];
  /** Number of columns of the query, before the watermark and its kind. */
  columns: number;
  hasWatermark: boolean;
  /** Rows between two reports. */
  batch: number;
  /** File that the rows are written to, as lines of a RowFile. */
  out: string;
}

export interface SqliteDone {
  event: 'done';
  rows: number;
  /** Characters of the longest line. */
  longest: number;
  /** Kinds of values by column. */
  seen: Seen[];
  highest: Pick<Watermark, 'value' | 'kind'> | null;
  /** Rows without a watermark. */
  unmarked: number;
}

/** `code`: one of SQLite, `BYTES` for a watermark of bytes, `FULL` for a full disk, or null. */
export interface SqliteFault {
  event: 'fault';
  code: string | null;
  message: string;
}

/** What it answers, a line each on its standard output. */
export type SqliteReport = { event: 'rows'; rows: number } | SqliteDone | SqliteFault;

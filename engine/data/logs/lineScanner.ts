import type { WrittenType } from '../parquet/typedValues.ts';

/** SQL types of the columns that a scanner proves. */
export type ScannedType = WrittenType;

/**
 * Reads the usual lines of a format from bytes. It accepts only lines of a strict form, of which it gives the same
 * values as the SQL of the format; other lines are left to that SQL.
 */
export interface LineScanner {
  /** Columns in their order; every value of a scanned line has the type. */
  columns: readonly { name: string; type: ScannedType }[];
  /** The schema asks nothing of a value but that it has its type, and an empty text is a missing value. */
  isProof: boolean;
  /** True for a text from elsewhere, such as from the SQL of the format, that a column of a type other than text can hold. */
  accepts: (column: number, text: string) => boolean;
  /**
   * Reads the line `bytes[from, end)`. Returns false when it has not the strict form, else the bounds of the value of
   * column i are `bounds[2 * i]` and `bounds[2 * i + 1]` in `bytes`, in `own` from `ownFrom` on, or both 0 for none.
   */
  scan: (bytes: Buffer, from: number, end: number) => boolean;
  /** As `scan`, of the line at `from`, which a line break ends. Returns the place of the break, or -1. */
  scanLine?: (bytes: Buffer, from: number) => number;
  bounds: Int32Array;
  /** Values that are not in the line as they are: their offsets count from `ownFrom`. */
  readonly own: Buffer;
}

/** Offset from which on bounds are those of `own`: beyond the end of any chunk of lines. */
export const ownFrom = 1 << 30;

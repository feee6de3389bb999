import type { LineScanner, ScannedType } from './lineScanner.ts';

/** A line that a scanner did not read. */
export interface OtherLine {
  text: Buffer;
  /** Number of the line in the slice, from 1. */
  line: number;
  /** Number of scanned lines before it. */
  before: number;
}

/** The lines of a slice that were scanned, in this thread or in another one. */
export interface ScannedSlice {
  readonly scanner: Pick<LineScanner, 'columns' | 'isProof' | 'accepts'>;
  readonly lines: number;
  readonly others: readonly OtherLine[];
  /** Too many lines have other forms. */
  readonly isFutile: boolean;
  /** Writes the rows as a Parquet file. Call it once, before `release`. */
  write: (path: string, part: ScannedPart) => Promise<WrittenRows>;
  /** Gives back what the slice uses, when it is not needed any more. */
  release: () => void;
}

/** What the rows of a slice need besides their values. */
export interface ScannedPart {
  /** The file of the lines, and the number of lines before the slice. */
  file: string;
  before: number;
  /** Types of the columns, with the values of the other lines. */
  types: readonly ScannedType[];
  /** The values of each line that was not scanned; null for a line that is no row. */
  found: readonly ((string | null)[] | null)[];
}

export interface WrittenRows {
  rows: number;
  /** The part has the number of each line: not all lines are rows. */
  isNumbered: boolean;
}

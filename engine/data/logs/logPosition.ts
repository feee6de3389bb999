/** SHA-256 of the bytes of a file up to an offset, or of at most 1,024 bytes before it. */
export interface Mark {
  offset: number;
  hash: string;
}

/** One stream of lines: a file that grows, wherever rotation moves it. Offsets count uncompressed bytes. */
export interface StreamPosition {
  /** Absolute path at which the stream was last seen. */
  path: string;
  /** Device and inode of the files that hold it, the last one last. */
  ids: string[];
  /** The first bytes; null while nothing was read. */
  head: Mark | null;
  /** The bytes before the offsets at which collections ended, oldest first; the last one is where the next starts. */
  marks: Mark[];
  offset: number;
  /** Number of lines before `offset`. */
  lines: number;
  /** Device, inode, size and time of the compressed file that was read to its end. */
  packed: string | null;
  /** Epoch milliseconds of the last collection that saw it. */
  seen: number;
}

/** Where a collection of logs ended. */
export interface LogPosition {
  kind: 'logs';
  /** Hash of format, pattern and schema: with others, the lines are read differently. */
  settings: string;
  /** Epoch milliseconds at which the files were listed. */
  at: number;
  streams: StreamPosition[];
}

export function isLogPosition(value: unknown): value is LogPosition {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'logs';
}

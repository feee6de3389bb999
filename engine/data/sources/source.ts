import type { ShapeSettings } from '../reading/readAs.ts';
import type { Watermark } from '../watermark.ts';
import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { Database } from '../database.ts';

/** Context of a source. Messages of a source can contain secrets; the caller removes them. */
export interface SourceContext {
  /** Absolute path of the project. */
  root: string;
  /** Folder for received files, absolute. Unfinished files in it are resumed. */
  folder: string;
  env: Record<string, string | undefined>;
  /** Returns the environment of a user program, with the project's Python active. */
  programEnv: () => Record<string, string | undefined>;
  signal: AbortSignal;
  progress: (text: string, share?: number) => void;
  log: (line: string) => void;
  database: () => Promise<Database>;
  /** Returns the project files that a path or glob matches, relative to the project. */
  expand: (path: string) => string[];
  /** Reads the source as if nothing had been received before. */
  anew: boolean;
  /** Reads only rows after this value; null reads all. */
  since: Watermark | null;
  /** Also reads rows equal to `since`. A primary key identifies those that were already read. */
  inclusive: boolean;
  /** The schema of the dataset; null when it has none. */
  schema?: DatasetSchema | null;
  /** The position that the last collection ended at, as the source returned it; null when there is none. */
  position?: unknown;
  /** Receives the process id of a command. */
  onSpawn?: (pid: number) => void;
}

/** Rows from lines of text, and the lines that are none. */
export interface ReceivedLines {
  /** FROM expression with the columns, mostly as text, `_file`, and the line number `_line`. */
  sql: string;
  /** The columns have types of their own, which are not read as text. */
  typed?: boolean;
  /** SELECT of the lines that could not be read: file, line, text. */
  unparsed: string;
  /** Number of those lines. */
  count: number;
  /** The format that they do not have. */
  format: string;
  /** Parquet files with these rows in their order, when every value is of the type of its field already. */
  proof?: readonly string[] | null;
}

/** Result of a source: complete files that can be read as one table. */
export interface Received {
  /** Absolute paths. */
  files: string[];
  /** Version of the data, such as a hash. An equal version means no changes. Null when unknown. */
  version: string | null;
  /** Highest watermark of the received rows. */
  watermark?: Watermark | null;
  /** Position of the next collection, for a source that gives each row once. JSON. */
  position?: unknown;
  /** The rows replace those of earlier collections, although the source gives each row once: it was read again. */
  startsAgain?: boolean;
  /** Rows that were read from lines of text; their types come from the schema. */
  lines?: ReceivedLines;
  /** Called when the rows and the position are in a version. */
  committed?: () => void;
  /** Number of received rows, when they were counted. */
  rows?: number;
  /** Returns false when a file changed after it was listed. The rows read can then mix two versions. */
  unchanged?: () => boolean;
  /** How text files are read, where the source says so. */
  read?: ShapeSettings;
  /** Removes temporary files once the rows are written. */
  discard?: () => Promise<void>;
}

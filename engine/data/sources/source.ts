import type { Watermark } from '../watermark.ts';
import type { Database } from '../database.ts';

/**
 * What a source works with. Nothing that it logs, tells or throws needs to be free of secrets: whoever calls it sees to
 * that.
 */
export interface SourceContext {
  /** Absolute path of the project. */
  root: string;
  /** Folder for what is received, absolute; unfinished files in it are taken up again. */
  folder: string;
  env: Record<string, string | undefined>;
  /** The environment of a program that a person wrote, with the project's Python active. */
  programEnv: () => Record<string, string | undefined>;
  signal: AbortSignal;
  progress: (text: string, share?: number) => void;
  log: (line: string) => void;
  database: () => Promise<Database>;
  /** The files that a path or glob of the project names, relative to it. */
  expand: (path: string) => string[];
  /** Ask as if nothing had been received before. */
  anew: boolean;
  /** Rows after this are asked for; null asks for all. */
  since: Watermark | null;
  /** Rows equal to `since` are asked for too: a primary key tells those that are there already. */
  inclusive: boolean;
  /** Told the process number of a command. */
  onSpawn?: (pid: number) => void;
}

/** What a source gave: whole files that can be read as one table. */
export interface Received {
  /** Absolute paths. */
  files: string[];
  /**
   * What the source says it gave, such as a hash; the same again means that nothing is new. Null when it cannot tell.
   */
  version: string | null;
  /** The highest watermark of what was received. */
  watermark?: Watermark | null;
  /** Rows received, where they were counted. */
  rows?: number;
  /**
   * False when a file is no longer what it was when it was listed: what was read may be half of one and half of the
   * other.
   */
  unchanged?: () => boolean;
  /** Removes what is of no use any more once the rows are written. */
  discard?: () => Promise<void>;
}

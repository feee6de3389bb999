/** A text as DuckDB reads it. */
export interface OpenedText {
  /** The file as the user knows it. */
  file: string;
  /** Number of lines before the first row. */
  before: number;
}

/** The paths that DuckDB reads, of this process. DuckDB names them in errors and in the lines that it sets aside. */
const opened = new Map<string, OpenedText>();
const most = 100_000;

/** Notes how a path is read. */
export function noteOpened(path: string, text: OpenedText): void {
  if (opened.size >= most) opened.clear();
  opened.set(path, text);
}

/** Returns the file that a path was made from, and the number of lines before its first row. */
export function openedText(path: string): OpenedText {
  return opened.get(path) ?? { file: path, before: 1 };
}

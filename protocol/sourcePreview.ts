import type { Place } from './problem.ts';

/** What a source would bring now. Nothing of it was written. Times are epoch milliseconds. */
export interface SourcePreview {
  /** The collect stage; null for a file that no stage reads. */
  stage: string | null;
  dataset: string | null;
  /** Kind of the source, as its key in `from`: `files`, `postgres`, … */
  kind: string;
  /** The source as the project names it, without secrets. */
  source: string;
  /** What answered, in one line: `PostgreSQL 15.8, database shop on db.example:5432`. */
  about: string;
  takenAt: number;
  /** Time that the source needed to answer. */
  ms: number;
  columns: PreviewColumn[];
  /** Values as text; null for a missing value. */
  rows: (string | null)[][];
  /** Number of rows that it would bring; null when counting them takes long. */
  total: number | null;
  /** Number of lines that wait in logs, those that do not parse among them; null for other sources. */
  lines: { count: number; exact: boolean } | null;
  /** Time of the freshest row or file; null when it is not known. */
  newest: number | null;
  newestOf: 'row' | 'file' | null;
  /** Age of `newest`: `3 min 5 s behind`. */
  lag: string | null;
  /** Only rows after this value would be added; null when all rows are read. */
  since: { column: string; value: string; inclusive: boolean } | null;
  /** True for a source that gives each row once: its rows are added to those of the dataset. */
  adds: boolean;
  /** Rows that the dataset has; null before the first collection. */
  has: number | null;
  /** The schema of the dataset; null without one. */
  schema: string | null;
  /** What `collect` does with rows that break the schema. */
  invalid: 'fail' | 'quarantine' | 'warn';
  /** Among the shown rows. */
  invalidRows: number;
  faults: RowFault[];
  /** Faults of the whole table, such as a missing column. */
  problems: { message: string; isError: boolean }[];
  notes: string[];
  /** The command that a preview with consent would run; null for other sources, and when it was run. */
  command: string | null;
}

export interface PreviewColumn {
  name: string;
  /** DuckDB's name of the type that the source gives. */
  type: string;
  /** Type in the schema of the dataset; null for a column that is not in it, and without a schema. */
  declared: string | null;
}

/** A reason why a shown row does not fit the schema. */
export interface RowFault {
  /** Index of the row in `rows`. */
  row: number;
  /** Null when the reason concerns the row as a whole. */
  column: string | null;
  reason: string;
}

/** A source that could not be previewed: why, and where in the project. */
export interface PreviewProblem {
  stage: string;
  message: string;
  place: Pick<Place, 'file' | 'line' | 'column'> | null;
}

/** One of the two is there. */
export interface SourceAnswer {
  preview: SourcePreview | null;
  problem: PreviewProblem | null;
}

import type { DriftReason } from './drift.ts';

/** What a table holds, column by column. */
export interface TableProfile {
  rows: number;
  columns: ColumnProfile[];
}

/** What a column looks like. Numbers of times are epoch milliseconds UTC. */
export interface ColumnProfile {
  name: string;
  /** Type of Table Schema. */
  type: string;
  rows: number;
  /** NULL and NaN. */
  missing: number;
  /** Number of different values; an estimate within 3 % where `exact` is false. */
  distinct: number;
  /** False when `distinct` is estimated, which only happens for numbers, times and texts of a large table. */
  exact: boolean;
  numbers: NumberProfile | null;
  /**
   * The ten most frequent values of texts, booleans and dates, most first, with exact counts; null for numbers and times.
   * Where `distinct` is estimated, a text that is hardly more frequent than others can be absent.
   */
  top: { value: string; count: number }[] | null;
  /** Characters of texts; null for all else and where there is none. */
  lengths: { min: number; mean: number; max: number } | null;
  /** The first and the last date, or time of day, as ISO 8601. Absent for other types; `numbers` has those of times. */
  range?: { first: string; last: string };
}

export interface NumberProfile {
  min: number;
  q05: number;
  q25: number;
  median: number;
  q75: number;
  q95: number;
  max: number;
  mean: number;
  /** Sample standard deviation (n − 1); 0 for a single value. */
  std: number;
  zeros: number;
  negative: number;
  /** Infinite values, which the rest leaves out. */
  infinite: number;
  /**
   * 20 equal bins between min and max, the last one closed; one bin when they are equal. Those of whole numbers are at
   * most 20, hold as many each, and end beyond max. `edges` is one longer than `counts`.
   */
  histogram: Histogram;
  /**
   * The same between the 1st and the 99th percentile, where the ends are so far out that the bins above show nothing;
   * values beyond are not in it.
   */
  core: Histogram | null;
}

export interface Histogram {
  edges: number[];
  counts: number[];
}

/** What can be profiled: a dataset as it is now, one of its versions, or any file that can be read as a table. */
export type DataSubject =
  { kind: 'dataset'; name: string } | { kind: 'snapshot'; id: string } | { kind: 'file'; path: string };

/** What is known of a subject before a row is read. */
export interface DataHead {
  /** Such as `features`, `features@3f2a` or a path. */
  title: string;
  subject: DataSubject;
  /** Relative to the project where they lie in it. */
  files: string[];
  bytes: number;
  /** When a version was made, epoch ms; null for what is read as it is now. */
  madeAt: number | null;
  /** The column that is to be predicted, where a schema or an experiment says so. */
  target: string | null;
  /** Role, unit and description by column, from the schema. */
  fields: Record<string, { role: string | null; unit: string | null; description: string | null }>;
}

export interface DataProfile extends TableProfile, DataHead {
  /** How text files are read, as sentences: encoding, delimiter, decimal character, header. Absent for other files. */
  readAs?: string[];
  tookMs: number;
}

/**
 * What can be said of a table at once, while its profile is still worked out. Numbers are null where they would take as
 * long as the profile.
 */
export interface DataOutline extends DataHead {
  rows: number | null;
  columns: { name: string; type: string; missing: number | null }[];
}

/** A part of a table as it lies in its files, each value as text, long ones cut; null where it is missing. */
export interface DataRows {
  offset: number;
  /** At most 100 columns; `columnCount` of all. */
  columns: string[];
  columnCount: number;
  rows: (string | null)[][];
  /** Whether there are rows behind these. */
  more: boolean;
}

/** How columns hang together, measured on a sample of at most 50,000 rows. */
export interface DataRelations {
  rows: number;
  sampled: number;
  /**
   * Numbers and times, at most 40. `pearson[i][j]` and `spearman[i][j]` belong to `columns[i]` and `columns[j]`; null
   * where one is constant.
   */
  columns: string[];
  pearson: (number | null)[][];
  spearman: (number | null)[][];
  target: string | null;
  /** Most informative first; empty without a target. */
  relevance: Relevance[];
}

/** What a column tells about the target. */
export interface Relevance {
  column: string;
  /**
   * Nats; numbers in at most 32 bins of equal counts, texts by their 50 most frequent values, missing as a value of its
   * own.
   */
  mutualInformation: number;
  /** What an unrelated column of the same shape stays below 95 times in 100. */
  baseline: number;
  /** The share of the target's uncertainty that the column takes away, 0 to 1. */
  share: number;
  relevant: boolean;
}

/** Whether data is good enough to learn from, in the words of data quality. */
export interface QualityReport {
  rows: number;
  completeness: {
    share: number;
    worst: { column: string; share: number }[];
    /** Texts that can stand for a missing value, such as `NA`, and whether they count as one. */
    markers?: { column: string; text: string; rows: number; missing: boolean }[];
  };
  uniqueness: { repeatedRows: number; keys: { key: string; repeated: number }[] };
  /** Null without a schema. */
  validity: {
    validRows: number;
    rules: {
      field: string;
      rule: string;
      severity: 'error' | 'warning';
      count: number;
      message: string;
      examples: { row: number; file: string | null; value: string | null }[];
    }[];
    problems: string[];
  } | null;
  /** Null without a timestamp. */
  freshness: { column: string; oldest: number; newest: number; ageMs: number } | null;
  /** Null without a target. */
  relevance: { target: string; columns: Relevance[]; sampled: number } | null;
}

/** One thing to profile, for a list to choose from. */
export interface SubjectChoice {
  subject: DataSubject;
  title: string;
  rows: number | null;
  madeAt: number | null;
  /** What stands before it: the version before, or the datasets that the stage which writes it reads. */
  before: DataSubject[];
}

/** How a table differs from another, column by column. */
export interface DataComparison {
  reference: { title: string; rows: number };
  current: { title: string; rows: number };
  /** Only there in the one or the other, and those whose type changed. */
  added: string[];
  removed: string[];
  retyped: { column: string; from: string; to: string }[];
  columns: ComparedColumn[];
  /** Share of drifted among the compared columns. */
  share: number;
  drifted: boolean;
}

export interface ComparedColumn {
  column: string;
  type: string;
  /** Its name says its convention (`js_distance_e`); `none` where nothing was compared. */
  measure: string;
  /**
   * What is held against the threshold: a distance, or the p-value of a test in the profile `evidently`. Null where
   * there is none.
   */
  value: number | null;
  pValue: number | null;
  /** The p-value corrected over the columns; null without a correction. */
  adjustedP: number | null;
  /** Mean of the value at these sizes when nothing has changed; null where it is not known for the measure. */
  chance: number | null;
  threshold: number | null;
  drifted: boolean;
  reason: DriftReason;
  nReference: number;
  nCurrent: number;
  /** Share of rows without a value. */
  missingReference: number;
  missingCurrent: number;
  note: string | null;
  /** Both sides over the same bins; null where a side has no value. */
  distribution: SharedDistribution | null;
}

/**
 * Shares of the values, of each side by itself. Numbers have `edges` (one more than shares; values beyond count in the
 * end bins), texts `labels`, the last of which may be `other`.
 */
export interface SharedDistribution {
  edges: number[];
  labels: string[];
  reference: number[];
  current: number[];
}

import type { ColumnProfile } from './dataProfile.ts';

/** How a text file is read as a table. */
export interface ReadAs {
  /** A label of the WHATWG Encoding Standard, such as `utf-8` or `windows-1252`. */
  encoding: string;
  delimiter: string;
  /** Whether the first line that is read holds the names of the columns. */
  header: boolean;
  /** Lines before it that are passed over. */
  skip: number;
}

/** A file that may become the data of a project. Paths are relative to the folder, with `/`. */
export interface FoundTable {
  path: string;
  bytes: number;
}

export interface FoundScript {
  path: string;
  /** Libraries of machine learning that it imports, as people write them: MLflow, scikit-learn. */
  libraries: string[];
  arguments: ScriptArgument[];
  /** Files of the folder that it reads. */
  reads: string[];
  writes: string[];
  /** JSON files among `writes` that look like metrics. */
  metrics: string[];
  /** It logs to MLflow. */
  mlflow: boolean;
  /** The address that it sets for MLflow itself, which takes its runs elsewhere. */
  trackingUri: string | null;
  /** Why it is proposed, such as `it is named train.py`. */
  reason: string;
}

export interface ScriptArgument {
  /** As it is written on the command line: `--lr`, or a name when it stands by position. */
  flag: string;
  /** Name as a param of the project. */
  param: string;
  kind: 'number' | 'integer' | 'text' | 'flag';
  /** Null when the program has none. */
  value: string | number | boolean | null;
  help: string;
  required: boolean;
}

export interface FoundImport {
  path: string;
  kind: 'mlruns' | 'mlflow.db';
  /** Null when it was not counted. */
  runs: number | null;
}

/** A database file. */
export interface FoundDatabase {
  path: string;
  kind: 'sqlite' | 'duckdb';
  bytes: number;
  /** The likeliest to learn from first, those without a row last. */
  tables: FoundDatabaseTable[];
  /** Why its tables cannot be read, as a sentence; null when they can. */
  problem: string | null;
}

export interface FoundDatabaseTable {
  /** With its schema where that is not the default one: `sales.orders`. */
  name: string;
  columns: number;
  /** Null when they were not counted. */
  rows: number | null;
  /** False: there are about as many. */
  exact: boolean;
}

/** A log that grows, with the files that rotation made of it. */
export interface FoundLog {
  /** The file that grows: `logs/access.log`, also when only rotated files are there. */
  path: string;
  /** Number of files, and their bytes as they are on disk. */
  files: number;
  bytes: number;
  /** As in `format:`; null when no known format was recognised. */
  format: 'json' | 'logfmt' | 'common' | 'combined' | 'pattern' | null;
  /** The format in words, or why it is unknown. */
  about: string;
  lines: number;
  /** False: there are about as many. */
  exact: boolean;
}

/** What lies in a folder. Lists are sorted by what is most likely wanted. */
export interface FolderLook {
  folder: string;
  /** The file of a project that is there already: nothing is written beside it. */
  project: string | null;
  tables: FoundTable[];
  scripts: FoundScript[];
  /** Named, and never run. */
  notebooks: string[];
  imports: FoundImport[];
  databases: FoundDatabase[];
  logs: FoundLog[];
  dvc: boolean;
  /** Folders that were too large or too many to be looked through to the end. */
  cut: boolean;
}

export type StartTask = 'binary' | 'multiclass' | 'regression';

/** A column that could be predicted. */
export interface TargetChoice {
  name: string;
  task: StartTask;
  /** The other way to see it, such as a number of few values as classes. */
  otherTask: StartTask | null;
  /** Values with their counts, the most frequent first; empty for regression. At most 50. */
  classes: { value: string; count: number }[];
  /** Of two classes: the one that counts as positive. */
  positive: string | null;
  /** Why it is offered at its place. */
  reason: string;
  /** What a person should know before choosing it, such as a rare class. */
  warning: string | null;
}

export interface LeftOut {
  name: string;
  reason: string;
  /** It can be taken in all the same. */
  usable: boolean;
}

/** What a file holds and what could be learnt from it. */
export interface TableLook {
  path: string;
  /** The table of a database file; null for other files. */
  table: string | null;
  bytes: number;
  rows: number;
  /** The rows were estimated from the beginning of a large file. */
  estimated: boolean;
  /** Null for files that say themselves how they are read. */
  readAs: ReadAs | null;
  /** What was found odd and how it is read: texts that mean no value, decimal commas, lines that are no rows. */
  notes: string[];
  columns: ColumnProfile[];
  targets: TargetChoice[];
  /** Columns that cannot be predicted, with the reason. */
  notTargets: { name: string; reason: string }[];
}

/** What a person chose. Paths are relative to the folder. */
export interface StartChoice {
  from:
    | {
        kind: 'table';
        path: string;
        target: string;
        task?: StartTask;
        readAs?: ReadAs;
        /** Columns that would be left out and are to be used. */ use?: string[];
      }
    | {
        kind: 'database';
        path: string;
        /** Null: all tables with rows, without a model. */
        table: string | null;
        /** Null: nothing is predicted; the rows are collected and checked. */
        target: string | null;
        task?: StartTask;
        use?: string[];
      }
    | { kind: 'logs'; paths: string[] }
    | { kind: 'script'; path: string }
    | { kind: 'import'; path: string };
}

export interface ProposedFile {
  /** Relative to the folder. */
  path: string;
  text: string;
  /** `append` adds the text to a file that is there. */
  how: 'new' | 'append';
  /** One line: what the file is. */
  about: string;
}

export interface Proposal {
  files: ProposedFile[];
  leftOut: LeftOut[];
  /** Columns the model learns from; null where no model of ours is trained. */
  features: number | null;
  /** What a person should know: few rows, a class that is rare, a name that was taken. */
  notes: string[];
}

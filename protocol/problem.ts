/** A place in a text file. Lines and columns are 1-based; a column counts UTF-16 code units, as editors do. */
export interface Place {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export type Severity = 'error' | 'warning' | 'info';

/** A change of text that belongs to a fix. */
export interface FixEdit extends Place {
  newText: string;
}

/** A way to mend a problem, whole: applying all edits is one step. */
export interface Fix {
  /** What it does, in the imperative: `Change to epochs`. */
  title: string;
  edits: FixEdit[];
}

/** One finding about a user's file: what is wrong, where, and what to do. */
export interface Problem extends Place {
  code: string;
  severity: Severity;
  message: string;
  /** Other places that take part, such as the rest of a cycle. */
  related?: (Place & { message: string })[];
  /** The environment variable that is not set. */
  variable?: string;
  /** The likeliest first. */
  fixes?: Fix[];
  /** It was found in the data or in earlier runs, not in the text alone. */
  fromData?: true;
}

/** What a person may make of a rule. */
export const severityChoices = ['error', 'warning', 'info', 'off'] as const;
export type SeverityChoice = (typeof severityChoices)[number];
/** Chosen severities by code, such as `LW412`. */
export type Severities = Readonly<Record<string, SeverityChoice>>;

/** The fields of a problem that programs read: `loopwright check --format json`. */
export function plainProblem({ file, line, column, endLine, endColumn, code, severity, message }: Problem): Problem {
  return { file, line, column, endLine, endColumn, code, severity, message };
}

/** What every command of the CLI ends with. */
export const exitCodes = { done: 0, failed: 1, wrongUse: 2, cancelled: 130 } as const;

/** A place in a text file. Lines and columns are 1-based; a column counts UTF-16 code units, as editors do. */
export interface Place {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export type Severity = 'error' | 'warning' | 'info';

/** One finding about a user's file: what is wrong, where, and what to do. */
export interface Problem extends Place {
  code: string;
  severity: Severity;
  message: string;
}

/** What every command of the CLI ends with. */
export const exitCodes = { done: 0, failed: 1, wrongUse: 2, cancelled: 130 } as const;

import type { InvalidMode } from '../project/schema/datasetSchema.ts';
import type { PlannedMark, PlannedRule } from './judgedRows.ts';

/** A row that breaks a rule, counted in its file. */
export interface Example {
  row: number;
  file: string | null;
  value: string | null;
}

/** The number of rows that a finding shows. */
export const mostExamples = 5;
/** Longest text of a value in a finding, and in the reasons of a row. */
export const longest = { shown: 500, reason: 80 };

/** Number of rows that break a rule, and the first of them. Rows count from 1 in their file, without the header. */
export interface RuleFinding {
  field: string;
  rule: string;
  severity: 'error' | 'warning';
  /** Handling of the rows; `warn` keeps them. */
  mode: InvalidMode;
  count: number;
  firstRow: number;
  firstFile: string | null;
  firstValue: string | null;
  /** The first rows, at most five, including the one above. */
  examples: Example[];
  /** For the rule foreignKeys: the index of the key in the schema. */
  foreignKey?: number;
  message: string;
}

/** `age: below minimum 0 in 3 rows, first in row 17 (found -1)` */
export function ruleMessage(field: string, says: string, count: number, row: number, value: string | null): string {
  return `${field}: ${says} in ${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'}, first in row ${row}${value === null ? '' : ` (found ${value})`}`;
}

/** The finding of a rule, from the first rows that break it. */
export function toFinding(planned: PlannedRule | PlannedMark, mode: InvalidMode, examples: Example[]): RuleFinding {
  const { field, rule, says, count } = planned;
  const { row, file, value } = examples[0] ?? { row: 0, file: null, value: null };
  return {
    field,
    rule,
    severity: planned.mode === 'warn' ? 'warning' : 'error',
    mode,
    count,
    firstRow: row,
    firstFile: file,
    firstValue: value,
    examples,
    ...('reference' in planned && planned.reference ? { foreignKey: planned.reference.key } : {}),
    message: ruleMessage(field, says, count, row, value),
  };
}

/** Reads the examples from rows of a query with the columns row, file and value. */
export function toExamples(rows: readonly Record<string, unknown>[]): Example[] {
  return rows.map((row) => ({
    row: Number(row['row']),
    file: typeof row['file'] === 'string' ? row['file'] : null,
    value: row['value'] === null ? null : String(row['value']),
  }));
}

/** The reason of a row without the value and the bracket behind it, which a missing value has not. */
export function reasonStart({ field, says, rule }: PlannedRule | PlannedMark): string {
  return rule === 'required' ? `${field}: ${says}` : `${field}: ${says} (found `;
}

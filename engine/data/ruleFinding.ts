import type { InvalidMode } from '../project/schema/datasetSchema.ts';

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
  examples: { row: number; file: string | null; value: string | null }[];
  /** For the rule foreignKeys: the index of the key in the schema. */
  foreignKey?: number;
  message: string;
}

/** `age: below minimum 0 in 3 rows, first in row 17 (found -1)` */
export function ruleMessage(field: string, says: string, count: number, row: number, value: string | null): string {
  return `${field}: ${says} in ${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'}, first in row ${row}${value === null ? '' : ` (found ${value})`}`;
}

import type { InvalidMode } from '../project/schema/datasetSchema.ts';

/** How often one rule was broken and where first. Rows count from 1 in their file, the header not counted. */
export interface RuleFinding {
  field: string;
  rule: string;
  severity: 'error' | 'warning';
  /** What happens to the rows: `warn` keeps them. */
  mode: InvalidMode;
  count: number;
  firstRow: number;
  firstFile: string | null;
  firstValue: string | null;
  /** The first rows, at most five, the one above included. */
  examples: { row: number; file: string | null; value: string | null }[];
  /** Of the rule foreignKeys: which of the schema's. */
  foreignKey?: number;
  message: string;
}

/** `age: below minimum 0 in 3 rows, first in row 17 (found -1)` */
export function ruleMessage(field: string, says: string, count: number, row: number, value: string | null): string {
  return `${field}: ${says} in ${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'}, first in row ${row}${value === null ? '' : ` (found ${value})`}`;
}

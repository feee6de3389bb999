/** How often one rule was broken and where first. Rows count from 1 in their file, the header not counted. */
export interface RuleFinding {
  field: string;
  rule: string;
  severity: 'error' | 'warning';
  count: number;
  firstRow: number;
  firstFile: string | null;
  firstValue: string | null;
  message: string;
}

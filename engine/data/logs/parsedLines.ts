/** SQL that reads the columns of a line. */
export interface ParsedLines {
  /** FROM expression with a row for each row of the records, in their order, and their column `line`. */
  from: string;
  /** Columns with their SQL over `from`. Texts stay texts, so that the schema reads their types. */
  columns: { name: string; sql: string; isTimestamp?: boolean }[];
  /** SQL that is true for a line in the format. */
  fits: string;
}

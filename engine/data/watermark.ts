/**
 * The highest value of a source's watermark column that was received: its exact text, and what SQLite has to compare it
 * as.
 */
export interface Watermark {
  column: string;
  value: string;
  kind: 'text' | 'integer' | 'real';
}

/**
 * Highest received value of a source's watermark column: its exact text, and the type with which SQLite must compare
 * it.
 */
export interface Watermark {
  column: string;
  value: string;
  kind: 'text' | 'integer' | 'real';
}

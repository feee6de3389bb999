/**
 * Highest received value of a source's watermark column: its exact text, and the type with which SQLite or
 * Python must compare it.
 */
export interface Watermark {
  column: string;
  value: string;
  kind: 'text' | 'integer' | 'real' | 'decimal' | 'datetime' | 'date' | 'time';
}

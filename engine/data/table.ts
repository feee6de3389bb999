/**
 * A column in memory. Missing values are NaN in numbers and null in texts. Times are numbers: epoch milliseconds, UTC.
 */
export type Column = { kind: 'number'; values: Float64Array } | { kind: 'text'; values: (string | null)[] };

/**
 * A table in memory by columns, all of length `rows`. For model input and windows of the prediction log, never for
 * whole datasets.
 */
export interface Table {
  rows: number;
  columns: Record<string, Column>;
}

import { DataError } from '../errors.ts';
import type { Column, Table } from '../data/table.ts';

/** A column that a model reads. */
export interface FeatureSpec {
  name: string;
  kind: 'numeric' | 'categorical' | 'boolean';
}

/** How a number becomes input: log1p if asked, median for missing, (x − mean) / std, cut at ±10, and one more input that says missing when training had gaps. */
export interface NumericStep {
  name: string;
  kind: 'numeric' | 'boolean';
  log: boolean;
  /** What stands for a missing value, before the logarithm. */
  fill: number;
  mean: number;
  std: number;
  missingIndicator: boolean;
  levels?: undefined;
}

/** How a text becomes input: one input a level, one for all other values, one for missing when training had gaps (else missing counts as other). */
export interface CategoricalStep {
  name: string;
  kind: 'categorical';
  levels: string[];
  missingIndicator: boolean;
}

export type PreprocessStep = NumericStep | CategoricalStep;

/** Fitted on training rows, kept as JSON in the model, and applied by the same code in training, testing and serving. */
export interface Preprocess {
  steps: PreprocessStep[];
  /** Inputs of the network. */
  width: number;
}

const maximumLevels = 50;
const cut = 10;

/** Fits the steps on training rows. Throws DataError when a column is absent, of the wrong kind, or holds no value at all. */
export function fitPreprocess(train: Table, features: readonly FeatureSpec[]): Preprocess {
  const fitted = features.map((feature): PreprocessStep => {
    const column = columnOf(train, feature.name);
    return feature.kind === 'categorical' ? fitCategorical(feature.name, column) : fitNumeric(feature.name, feature.kind, column);
  });
  return { steps: fitted, width: fitted.reduce((sum, step) => sum + stepWidth(step), 0) };
}

/** Rows × width, row by row. Throws DataError when a column is absent or of the wrong kind. */
export function applyPreprocess(preprocess: Preprocess, table: Table): Float32Array {
  const { width } = preprocess;
  const input = new Float32Array(table.rows * width);
  let at = 0;
  for (const step of preprocess.steps) {
    const column = columnOf(table, step.name);
    if (step.kind === 'categorical') fillCategorical(step, column, table.rows, input, at, width);
    else fillNumeric(step, numbersOf(step.name, column), table.rows, input, at, width);
    at += stepWidth(step);
  }
  return input;
}

function stepWidth(step: PreprocessStep): number {
  return (step.kind === 'categorical' ? step.levels.length + 1 : 1) + (step.missingIndicator ? 1 : 0);
}

function fitNumeric(name: string, kind: 'numeric' | 'boolean', column: Column): NumericStep {
  const all = numbersOf(name, column);
  const known = all.filter(Number.isFinite).toSorted();
  if (known.length === 0) throw new DataError(`${name}: no training row has a number in this feature; leave it out or fill it`);
  const quantile = (q: number) => known[Math.round(q * (known.length - 1))] ?? 0;
  const [low, median, high] = [quantile(0.05), quantile(0.5), quantile(0.95)];
  // Heavy tail: nothing negative, and the way up from the median to the 95th percentile over three times the way down to the 5th.
  const log = kind === 'numeric' && (known[0] ?? -1) >= 0 && high - median > 3 * (median - low) && high - median > 1;
  const fill = kind === 'boolean' ? (median >= 0.5 ? 1 : 0) : median;
  const shaped = log ? known.map(Math.log1p) : known;
  const mean = shaped.reduce((sum, x) => sum + x, 0) / shaped.length;
  const std = Math.sqrt(shaped.reduce((sum, x) => sum + (x - mean) ** 2, 0) / shaped.length);
  return { name, kind, log, fill, mean, std: std > 1e-12 ? std : 1, missingIndicator: known.length < all.length };
}

function fitCategorical(name: string, column: Column): CategoricalStep {
  const counts = new Map<string, number>();
  let missing = 0;
  for (let i = 0; i < column.values.length; i++) {
    const level = levelOf(column, i);
    if (level === null) missing++;
    else counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  if (counts.size === 0) throw new DataError(`${name}: no training row has a value in this feature; leave it out or fill it`);
  // A level needs enough rows to learn from: 2, growing to 20 with the table.
  const enough = Math.min(20, Math.max(2, Math.floor(column.values.length / 1000)));
  const levels = [...counts].filter(([, n]) => n >= enough).toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, maximumLevels).map(([level]) => level);
  return { name, kind: 'categorical', levels, missingIndicator: missing > 0 };
}

function fillNumeric(step: NumericStep, values: Float64Array, rows: number, input: Float32Array, at: number, width: number): void {
  for (let r = 0; r < rows; r++) {
    const raw = values[r] ?? Number.NaN;
    const known = Number.isFinite(raw);
    const value = known ? raw : step.fill;
    const shaped = step.log ? Math.log1p(Math.max(value, 0)) : value;
    input[r * width + at] = Math.min(cut, Math.max(-cut, (shaped - step.mean) / step.std));
    if (step.missingIndicator && !known) input[r * width + at + 1] = 1;
  }
}

function fillCategorical(step: CategoricalStep, column: Column, rows: number, input: Float32Array, at: number, width: number): void {
  const position = new Map(step.levels.map((level, i) => [level, i]));
  const other = step.levels.length;
  for (let r = 0; r < rows; r++) {
    const level = levelOf(column, r);
    const slot = level === null ? (step.missingIndicator ? other + 1 : other) : (position.get(level) ?? other);
    input[r * width + at + slot] = 1;
  }
}

function columnOf(table: Table, name: string): Column {
  const column = table.columns[name];
  if (!column) throw new DataError(`${name}: the feature is not a column of the data, which has ${Object.keys(table.columns).join(', ')}`);
  return column;
}

function numbersOf(name: string, column: Column): Float64Array {
  if (column.kind === 'number') return column.values;
  if (column.values.every((value) => value === null)) return new Float64Array(column.values.length).fill(Number.NaN);
  const row = column.values.findIndex((value) => value !== null);
  throw new DataError(`${name}: declared as a number but holds text, such as "${column.values[row]}" in row ${row + 1}; correct the type in the dataset schema or the SQL`, { place: {} });
}

function levelOf(column: Column, row: number): string | null {
  if (column.kind === 'text') return column.values[row] ?? null;
  const value = column.values[row] ?? Number.NaN;
  return Number.isNaN(value) ? null : String(value);
}

import { DataError } from '../base/errors.ts';
import type { Column, Table } from '../data/table.ts';

/** A column that a model reads. */
export interface FeatureSpec {
  name: string;
  kind: 'numeric' | 'categorical' | 'boolean';
  /** Settings that replace the defaults. */
  preprocess?: FeaturePreprocessing;
  /** The order of the values, for the ordinal encoding; default the alphabet. */
  categories?: readonly string[];
}

/** How a feature becomes input; see `preprocess` of the train stage. */
export interface FeaturePreprocessing {
  impute?: 'median' | 'mean' | 'most_frequent' | number;
  transform?: 'auto' | 'log' | 'none';
  scale?: 'standard' | 'minmax' | 'robust' | 'none';
  encode?: 'one_hot' | 'ordinal' | 'frequency' | 'target';
}

/**
 * How a number becomes input: the fill for missing, log1p if asked, (x − mean) / std, cut at ±10 unless `uncut`, and
 * one more input for missing values when the training rows had some.
 */
export interface NumericStep {
  name: string;
  kind: 'numeric' | 'boolean';
  log: boolean;
  /** The value that replaces a missing one, before the logarithm. */
  fill: number;
  /**
   * The value that is subtracted and the one that divides: mean and standard deviation, or those of the chosen scaling.
   */
  mean: number;
  std: number;
  uncut?: true;
  missingIndicator: boolean;
  levels?: undefined;
}

/**
 * How a text becomes input: one input a level, one for all other values, one for missing when the training rows had
 * missing values (else missing counts as other).
 */
export interface CategoricalStep {
  name: string;
  kind: 'categorical';
  levels: string[];
  /** With an encoding as one number: that of each level, and last that of every other value and of missing. */
  numbers?: number[];
  missingIndicator: boolean;
}

export type PreprocessStep = NumericStep | CategoricalStep;

/**
 * Fitted on training rows, kept as JSON in the model, and applied by the same code in training, testing and serving.
 */
export interface Preprocess {
  steps: PreprocessStep[];
  /** Inputs of the network. */
  width: number;
}

const maximumLevels = 50;
const cut = 10;

/**
 * Fits the steps on training rows. `target` holds a number for each row (0 and 1 for two classes), for the target
 * encoding. Throws DataError when a column is absent, of the wrong kind, or holds no value at all.
 */
export function fitPreprocess(
  train: Table,
  features: readonly FeatureSpec[],
  target: Float64Array | null = null,
): Preprocess {
  const fitted = features.map((feature): PreprocessStep => {
    const column = columnOf(train, feature.name);
    return feature.kind === 'categorical'
      ? fitCategorical(feature, column, target)
      : fitNumeric(feature.name, feature.kind, column, feature.preprocess ?? {});
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
  return (step.kind === 'categorical' && !step.numbers ? step.levels.length + 1 : 1) + (step.missingIndicator ? 1 : 0);
}

function fitNumeric(
  name: string,
  kind: 'numeric' | 'boolean',
  column: Column,
  { impute = 'median', transform = 'auto', scale = 'standard' }: FeaturePreprocessing,
): NumericStep {
  const all = numbersOf(name, column);
  const known = all.filter(Number.isFinite).toSorted();
  if (known.length === 0)
    throw new DataError(`${name}: no training row has a number in this feature; leave it out or fill it`);
  const quantile = (q: number) => known[Math.round(q * (known.length - 1))] ?? 0;
  const [low, median, high] = [quantile(0.05), quantile(0.5), quantile(0.95)];
  // Heavy tail: nothing negative, and the way up from the median to the 95th percentile over three times the way down
  // to the 5th.
  const heavy = kind === 'numeric' && (known[0] ?? -1) >= 0 && high - median > 3 * (median - low) && high - median > 1;
  const log = transform === 'auto' ? heavy : transform === 'log';
  if (log && (known[0] ?? 0) < 0)
    throw new DataError(
      `${name}: log(1 + x) needs values of at least 0, and the smallest is ${known[0]}; choose \`transform: none\``,
    );
  const fill =
    typeof impute === 'number'
      ? impute
      : kind === 'boolean'
        ? median >= 0.5
          ? 1
          : 0
        : impute === 'mean'
          ? average(known)
          : impute === 'most_frequent'
            ? mostFrequent(known)
            : median;
  const shaped = log ? known.map(Math.log1p) : known;
  const mean = average(shaped);
  const std = Math.sqrt(shaped.reduce((sum, x) => sum + (x - mean) ** 2, 0) / shaped.length);
  const at = (q: number) => shaped[Math.round(q * (shaped.length - 1))] ?? 0;
  const scaled = {
    standard: [mean, std],
    minmax: [at(0), at(1) - at(0)],
    robust: [at(0.5), at(0.75) - at(0.25)],
    none: [0, 1],
  }[scale] as [number, number];
  return {
    name,
    kind,
    log,
    fill,
    mean: scaled[0],
    std: scaled[1] > 1e-12 ? scaled[1] : 1,
    ...(scale === 'none' ? { uncut: true as const } : {}),
    missingIndicator: known.length < all.length,
  };
}

function average(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** The most frequent of sorted values, the smallest of several. */
function mostFrequent(sorted: Float64Array): number {
  let [best, most, from] = [sorted[0] ?? 0, 0, 0];
  for (let i = 1; i <= sorted.length; i++) {
    if (i < sorted.length && sorted[i] === sorted[from]) continue;
    if (i - from > most) [best, most] = [sorted[from] ?? 0, i - from];
    from = i;
  }
  return best;
}

/**
 * Rows that the overall mean counts for in the target encoding: a level with fewer is drawn to it by more than half.
 */
const smoothing = 20;

function fitCategorical(
  { name, preprocess, categories }: FeatureSpec,
  column: Column,
  target: Float64Array | null,
): CategoricalStep {
  const encode = preprocess?.encode ?? 'one_hot';
  const counts = new Map<string, number>();
  let missing = 0;
  for (let i = 0; i < column.values.length; i++) {
    const level = levelOf(column, i);
    if (level === null) missing++;
    else counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  if (counts.size === 0)
    throw new DataError(`${name}: no training row has a value in this feature; leave it out or fill it`);
  if (encode === 'one_hot') {
    // A level needs enough rows to learn from: 2, growing to 20 with the table.
    const enough = Math.min(20, Math.max(2, Math.floor(column.values.length / 1000)));
    const levels = [...counts]
      .filter(([, n]) => n >= enough)
      .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
      .slice(0, maximumLevels)
      .map(([level]) => level);
    return { name, kind: 'categorical', levels, missingIndicator: missing > 0 };
  }
  const levels = [...(encode === 'ordinal' && categories ? categories : [...counts.keys()].toSorted())];
  const numbers =
    encode === 'ordinal'
      ? ordinals(levels.length)
      : encode === 'frequency'
        ? [...levels.map((level) => (counts.get(level) ?? 0) / column.values.length), 0]
        : targetMeans(name, column, levels, target);
  return { name, kind: 'categorical', levels, numbers, missingIndicator: missing > 0 };
}

/** Positions from -1 to 1; 0 for any other value. */
function ordinals(levels: number): number[] {
  return [...Array.from({ length: levels }, (_, i) => (levels === 1 ? 0 : (2 * i) / (levels - 1) - 1)), 0];
}

/**
 * The mean of the target in each level and as many rows of the overall mean as `smoothing` says, in standard deviations
 * from the overall mean (Micci-Barreca, 2001).
 */
function targetMeans(name: string, column: Column, levels: readonly string[], target: Float64Array | null): number[] {
  if (!target)
    throw new DataError(
      `${name}: the target encoding needs a target that is a number or has two classes; choose another \`encode\``,
    );
  const sums = new Map(levels.map((level) => [level, { n: 0, sum: 0 }]));
  let [n, mean, squares] = [0, 0, 0];
  for (let i = 0; i < target.length; i++) {
    const [y, level] = [target[i] ?? Number.NaN, levelOf(column, i)];
    if (Number.isNaN(y)) continue;
    n++;
    const off = y - mean;
    mean += off / n;
    squares += off * (y - mean);
    const own = level === null ? undefined : sums.get(level);
    if (own) [own.n, own.sum] = [own.n + 1, own.sum + y];
  }
  const std = Math.sqrt(squares / Math.max(1, n)) || 1;
  return [
    ...levels.map((level) => {
      const { n: rows, sum } = sums.get(level) ?? { n: 0, sum: 0 };
      return ((sum + smoothing * mean) / (rows + smoothing) - mean) / std;
    }),
    0,
  ];
}

function fillNumeric(
  step: NumericStep,
  values: Float64Array,
  rows: number,
  input: Float32Array,
  at: number,
  width: number,
): void {
  for (let r = 0; r < rows; r++) {
    const raw = values[r] ?? Number.NaN;
    const known = Number.isFinite(raw);
    const value = known ? raw : step.fill;
    const shaped = step.log ? Math.log1p(Math.max(value, 0)) : value;
    const scaled = (shaped - step.mean) / step.std;
    input[r * width + at] = step.uncut ? scaled : Math.min(cut, Math.max(-cut, scaled));
    if (step.missingIndicator && !known) input[r * width + at + 1] = 1;
  }
}

function fillCategorical(
  step: CategoricalStep,
  column: Column,
  rows: number,
  input: Float32Array,
  at: number,
  width: number,
): void {
  const position = new Map(step.levels.map((level, i) => [level, i]));
  const other = step.levels.length;
  for (let r = 0; r < rows; r++) {
    const level = levelOf(column, r);
    if (step.numbers) {
      input[r * width + at] = step.numbers[level === null ? other : (position.get(level) ?? other)] ?? 0;
      if (step.missingIndicator && level === null) input[r * width + at + 1] = 1;
      continue;
    }
    const slot = level === null ? (step.missingIndicator ? other + 1 : other) : (position.get(level) ?? other);
    input[r * width + at + slot] = 1;
  }
}

function columnOf(table: Table, name: string): Column {
  const column = table.columns[name];
  if (!column)
    throw new DataError(
      `${name}: the feature is not a column of the data, which has ${Object.keys(table.columns).join(', ')}`,
    );
  return column;
}

function numbersOf(name: string, column: Column): Float64Array {
  if (column.kind === 'number') return column.values;
  if (column.values.every((value) => value === null)) return new Float64Array(column.values.length).fill(Number.NaN);
  const row = column.values.findIndex((value) => value !== null);
  throw new DataError(
    `${name}: declared as a number but holds text, such as "${column.values[row]}" in row ${row + 1}; correct the type in the dataset schema or the SQL`,
    { place: {} },
  );
}

function levelOf(column: Column, row: number): string | null {
  if (column.kind === 'text') return column.values[row] ?? null;
  const value = column.values[row] ?? Number.NaN;
  return Number.isNaN(value) ? null : String(value);
}

import type { Cells } from './condense.ts';
import type { Interval } from './intervals.ts';
import type { Measure } from './measures/measure.ts';
import type { MetricParameters } from './metricParameters.ts';
import type { RowHits } from './rowHits.ts';

/** The parts of a task that the preparation of its metrics differs in. Arrays hold the rows that are kept. */
export interface TaskRows<Rows> {
  /** All rows, kept or not. */
  rowsGiven: number;
  /** Rows with a true value, a prediction and a weight above 0. */
  size: number;
  /** See `PreparedMetrics`. */
  effective: number | null;
  /** The weights of the rows; undefined counts each once. */
  weights: Float64Array | undefined;
  parameters: MetricParameters;
  /** The weights of the kept rows among those of all. */
  keep: (all: ArrayLike<number>) => ArrayLike<number>;
  /** The formula of a measure; undefined when the measure does not fit. */
  formula: (measure: Measure) => ((rows: Rows) => number | null) | undefined;
  rows: (weights?: ArrayLike<number>, squares?: ArrayLike<number>) => Rows;
  losses: (measure: Measure) => Float64Array | undefined;
  interval: (measure: Measure) => ((rows: Rows, confidence: number) => Interval | null) | undefined;
  hits: (measure: Measure) => RowHits | null;
  /** The rows that a measure is about, of equal weight. */
  behind: (rows: Rows, measure: Measure) => number;
  /** Squared distances of the true values from their mean, by row. */
  spreads?: () => Float64Array;
  /** The usual reason for a metric without a value. */
  usuallyUndefinedWhen: string;
  /** Condenses the rows to cells of alike ones; absent where resamples draw rows however many there are. */
  condensing?: Condensing<Rows>;
}

export interface Condensing<Rows> {
  /** The cell of each kept row, dense from 0. `bins` is about how many scores to tell apart. */
  codes: (bins: number) => Int32Array;
  /** The same of each given row; −1 for a row that is not kept. */
  spread: (codes: Int32Array) => Int32Array;
  /** The task of the means of the rows of each cell. */
  condensed: (cells: Cells) => TaskRows<Rows>;
}

import type { ClassCounts } from '../classCounts.ts';
import type { Confusion } from '../confusion.ts';
import type { Interval } from '../intervals.ts';
import type { Task } from '../predictions.ts';
import type { Ranking } from '../ranking.ts';
import type { Residuals } from '../residuals.ts';

/** What names, checks, completion, hover and the reference page need to know of a metric. */
export interface MetricDescription {
  /** As a gate names it, such as `pr_auc`. */
  name: string;
  direction: 'larger' | 'smaller';
  /** The smallest and the largest value that the metric can have. */
  range: readonly [min: number, max: number];
  /** What the metric is, without the direction. */
  docs: string;
  /** Where the definition comes from: the function of a tool, or a paper. */
  source: string;
}

/** Rows of a binary model whose label and score are known. A formula may read any of the forms that are prepared. */
export interface BinaryRows {
  /** 1 is positive. */
  labels: Float64Array;
  scores: Float64Array;
  /** Sorted once; weights do not change it. */
  ranking: Ranking;
  /** How often each row counts; undefined counts each once. */
  weights: ArrayLike<number> | undefined;
  /** Counts at the decision threshold. Only the formula of a measure that needs the threshold reads it. */
  confusion: Confusion;
  minPrecision: number;
}

/**
 * A metric that is computed from truth and predictions. It has a formula for each task that it fits; a formula gives
 * null where the metric is not defined.
 */
export interface Measure extends MetricDescription {
  /**
   * `threshold`: the metric is about decisions and is left out where no threshold is known. `probability`: it is left
   * out where the scores are no probabilities.
   */
  needs?: 'threshold' | 'min_precision' | 'probability';
  /** False when resamples do not repeat the metric, so that it has no interval. */
  resampled?: false;
  /**
   * The rows that a binary metric is about: the positives, the rarer of both classes, or those decided as positive.
   * Default: all.
   */
  behind?: 'positives' | 'rarer' | 'decided';
  /** The interval from the counts; without it, that of resamples. */
  interval?: CountedInterval;
  /**
   * The metric is the share of these rows that are decided rightly, so that two models are compared row by row:
   * `classes` means the mean of the shares of the classes.
   */
  shareOf?: 'all' | 'positives' | 'classes';
  /** The losses of the rows, for a metric that is their mean; its interval is that of studentised resamples. */
  loss?: RowLoss;
  binary?: (rows: BinaryRows) => number | null;
  multiclass?: (counts: ClassCounts) => number | null;
  regression?: (residuals: Residuals) => number | null;
}

/** Intervals of a metric at a confidence, from counts; null where there are none to compute it from. */
export interface CountedInterval {
  binary?: (rows: BinaryRows, confidence: number) => Interval | null;
  multiclass?: (counts: ClassCounts, confidence: number) => Interval | null;
  /** The interval spans the percentiles of the resamples as well, because the counts do not hold all that varies. */
  spansResamples?: true;
}

/** The loss of a row: of a label (1 is positive) and a score, of the probability of the true class, or of two values. */
export interface RowLoss {
  binary?: (label: number, score: number) => number;
  multiclass?: (probability: number) => number;
  regression?: (truth: number, prediction: number) => number;
  /** The metric is the root of the mean, or 1 − the mean over the variance of the true values. */
  as?: 'root' | 'explained';
}

/** The tasks that a measure has a formula for. */
export function tasksOf(measure: Measure): Task[] {
  return (['binary', 'multiclass', 'regression'] as const).filter((task) => measure[task] !== undefined);
}

import type { BinaryRows } from '../binaryRows.ts';
import type { ClassCounts } from '../classCounts.ts';
import type { LabelCounts, LabelledRow } from '../labelCounts.ts';
import type { RankedQuery } from '../rankedQuery.ts';
import type { QueryMeans } from '../queryMeans.ts';
import type { Interval } from '../intervals.ts';
import type { MetricParameters } from '../metricParameters.ts';
import { tasks, type Task } from '../predictions.ts';
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
  /** Of labels: the metric is left out where the labels have no scores, or none are decided. */
  ofLabels?: 'scores' | 'decisions';
  /** The metric is left out where this is not given and has no default, and compared only with values at the same one. */
  parameter?: keyof MetricParameters;
  hasDefault?: true;
  /** When rows leave the metric without a value, as half a sentence. */
  undefinedWhen?: string;
  /** False when resamples do not repeat the metric, so that it has no interval. */
  resampled?: false;
  /**
   * The rows that a binary metric is about: the positives, the negatives, the rarer of both classes, or those decided as
   * positive. Default: all.
   */
  behind?: 'positives' | 'negatives' | 'rarer' | 'decided';
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
  multilabel?: (counts: LabelCounts) => number | null;
  ranking?: (queries: QueryMeans) => number | null;
}

/** Intervals of a metric at a confidence, from counts; null where there are none to compute it from. */
export interface CountedInterval {
  binary?: (rows: BinaryRows, confidence: number) => Interval | null;
  multiclass?: (counts: ClassCounts, confidence: number) => Interval | null;
  regression?: (residuals: Residuals, confidence: number) => Interval | null;
  multilabel?: (counts: LabelCounts, confidence: number) => Interval | null;
  /** The interval spans the percentiles of the resamples as well, because the counts do not hold all that varies. */
  spansResamples?: true;
}

/**
 * The loss of a row. Binary: of a label (1 is positive) and a score. Multiclass: of the true class and its probability.
 * Regression: of two values. `decided` is the number of the decided class, NaN where nothing decides.
 */
export type LossOf = (truth: number, answer: number, decided: number, parameters: MetricParameters) => number;

/** The losses of rows by task, for a metric that is their mean. */
export interface RowLoss {
  binary?: LossOf;
  multiclass?: LossOf;
  regression?: LossOf;
  multilabel?: (row: LabelledRow) => number;
  ranking?: (query: RankedQuery, parameters: MetricParameters) => number;
  /**
   * The metric is the root of the mean, or 1 − the mean over the variance of the true values. `gain`: the functions give
   * gains from 0 to 1, whose loss is 1 − the gain.
   */
  as?: 'root' | 'explained' | 'gain';
  /** The largest loss that a row can have: rows that are all alike have an interval up to it. */
  largest?: (parameters: MetricParameters) => number;
}

/** The tasks that a measure has a formula for. */
export function tasksOf(measure: Measure): Task[] {
  return tasks.filter((task) => measure[task] !== undefined);
}

/** True when a metric has what it needs to know. */
export function hasParameter({ parameter, hasDefault }: Measure, given: MetricParameters): boolean {
  return parameter === undefined || hasDefault === true || given[parameter] !== undefined;
}

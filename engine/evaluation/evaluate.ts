import { countClasses, trueProbabilities } from './classCounts.ts';
import { confusionAt } from './confusion.ts';
import { intervalOf, type Interval, type Resampled } from './intervals.ts';
import { largeLossInterval } from './largeLossInterval.ts';
import { isSpread, meanLoss, relativeMeanLoss, type MeanLoss } from './meanLoss.ts';
import { measures } from './measures.ts';
import type { Measure } from './measures/measure.ts';
import { decidedBy, type Predictions } from './predictions.ts';
import { rank } from './ranking.ts';
import { oneSidedInterval } from './oneSidedInterval.ts';
import { rareClassInterval } from './rareClassInterval.ts';
import { sumResiduals } from './residuals.ts';

export interface EvaluationOptions {
  /** The threshold of a binary decision; without it, and without decisions, the metrics of decisions are left out. */
  threshold: number | null;
  minPrecision: number;
  /** False when the scores are no probabilities, such as those of a decision function. Default true. */
  areProbabilities?: boolean | undefined;
}

export type Metrics = Record<string, number | null>;

/** The metrics of some rows, prepared once and computed for any number of resamples. */
export interface PreparedMetrics {
  /** Rows with a true value and a prediction. */
  n: number;
  /** The rows that a metric is about; 0 where the true values are all of one class. */
  rowsBehind: (name: string) => number;
  /**
   * All metrics; `weights` says how often each row counts, so that resampling costs no new sort. Metrics that are not
   * resampled are left out where weights are given.
   */
  values: (weights?: ArrayLike<number>) => Metrics;
  /** The statistics of a resample, from which `intervalOf` computes intervals. */
  statistics: (weights: ArrayLike<number>) => Metrics;
  /** The interval of a metric; null where it has none. */
  intervalOf: (name: string, resampled: Resampled, confidence: number) => Interval | null;
  /** The rows that a share is about, whether they are decided rightly; null for a metric that is no share of rows. */
  hits: (name: string) => RowHits | null;
  /** True for a metric between 0 and 1. */
  isShare: (name: string) => boolean;
}

/** The decisions of all rows of a test: 1 is right, NaN is a row that the metric is not about. */
export interface RowHits {
  right: Float64Array;
  /** The group of each row, of whose shares the metric is the mean. */
  groups: ArrayLike<number>;
}

/** The metrics of a task as a function of weights; see `PreparedMetrics.values`. */
export function evaluator(
  truth: Float64Array,
  predictions: Predictions,
  options: EvaluationOptions,
): PreparedMetrics['values'] {
  return prepareMetrics(truth, predictions, options).values;
}

export function prepareMetrics(
  truth: Float64Array,
  predictions: Predictions,
  options: EvaluationOptions,
): PreparedMetrics {
  const { task, values, probabilities } = predictions;
  const areProbabilities = options.areProbabilities ?? true;
  if (task === 'regression')
    return prepare({
      formula: ({ regression }) => regression,
      rows: (weights) => sumResiduals(truth, values, weights),
      losses: ({ loss }) => {
        const of = loss?.regression;
        return of && truth.map((y, i) => of(y, values[i] ?? Number.NaN));
      },
      interval: () => undefined,
      spreads: () => spreadsOf(truth, values),
      hits: () => null,
      behind: ({ n }) => n,
      size: ({ n }) => n,
    });
  if (task === 'multiclass') {
    const labels = truth.map((label) => (Number.isNaN(label) ? -1 : label));
    const certainty = trueProbabilities(labels, values, probabilities);
    return prepare({
      formula: ({ multiclass, needs }) => (needs === 'probability' && !areProbabilities ? undefined : multiclass),
      rows: (weights) => countClasses(labels, values, probabilities, weights),
      losses: ({ loss }) => loss?.multiclass && certainty.map(loss.multiclass),
      interval: ({ interval }) => interval?.multiclass,
      hits: ({ shareOf }) =>
        hitsOf(shareOf, labels, (i) => {
          const decided = values[i] ?? -1;
          return decided >= 0 ? decided : Number.NaN;
        }),
      behind: ({ n, labelled }) => (labelled.filter((rows) => rows > 0).length < 2 ? 0 : n),
      size: ({ n }) => n,
    });
  }
  const kept = rowsKnown(truth, values);
  const labels = Float64Array.from(kept, (i) => truth[i] ?? 0);
  const scores = Float64Array.from(kept, (i) => values[i] ?? 0);
  const decided = decidedBy(predictions, options.threshold);
  const deciding = decided ? Float64Array.from(kept, (i) => decided.values[i] ?? 0) : scores;
  const ranking = rank(labels, scores);
  const { minPrecision } = options;
  return prepare({
    formula: ({ binary, needs }) =>
      (needs === 'threshold' && !decided) || (needs === 'probability' && !areProbabilities) ? undefined : binary,
    rows: (weights) => {
      const confusion = confusionAt(labels, deciding, decided?.threshold ?? 0.5, weights);
      return { labels, scores, ranking, weights, confusion, minPrecision };
    },
    losses: ({ loss }) => {
      const of = loss?.binary;
      return of && labels.map((label, i) => of(label, scores[i] ?? Number.NaN));
    },
    interval: ({ interval, loss }) => {
      const of = loss?.binary;
      if (!of) return interval?.binary;
      return (_, confidence) =>
        union(rareClassInterval(labels, scores, of, confidence), oneSidedInterval(labels, scores, of, confidence));
    },
    hits: ({ shareOf }) =>
      decided &&
      hitsOf(shareOf, truth, (i) => {
        const score = decided.values[i] ?? Number.NaN;
        return Number.isNaN(values[i] ?? Number.NaN) ? Number.NaN : Number(score >= decided.threshold);
      }),
    behind: ({ confusion: { tp, fp } }, measure) => {
      const positives = labels.reduce((sum, label) => sum + label, 0);
      const rarer = Math.min(positives, labels.length - positives);
      if (rarer === 0) return 0;
      return { positives, rarer, decided: tp + fp, all: labels.length }[measure.behind ?? 'all'];
    },
    size: () => labels.length,
    weights: (all) => (kept.length < truth.length ? Float64Array.from(kept, (i) => all[i] ?? 0) : all),
  });
}

/** The parts of a task that the preparation of its metrics differs in. */
interface TaskRows<Rows> {
  /** The formula of a measure; undefined when the measure does not fit. */
  formula: (measure: Measure) => ((rows: Rows) => number | null) | undefined;
  rows: (weights?: ArrayLike<number>) => Rows;
  losses: (measure: Measure) => Float64Array | undefined;
  interval: (measure: Measure) => ((rows: Rows, confidence: number) => Interval | null) | undefined;
  hits: (measure: Measure) => RowHits | null;
  /** The rows that a measure is about. */
  behind: (rows: Rows, measure: Measure) => number;
  /** Rows with a true value and a prediction. */
  size: (rows: Rows) => number;
  /** Squared distances of the true values from their mean, by row. */
  spreads?: () => Float64Array;
  /** The weights of the rows that are kept. */
  weights?: (all: ArrayLike<number>) => ArrayLike<number>;
}

function prepare<Rows>(task: TaskRows<Rows>): PreparedMetrics {
  const { weights: keptOf = (all) => all } = task;
  const fitting = measures.flatMap((measure) => {
    const formula = task.formula(measure);
    return formula ? [{ measure, formula }] : [];
  });
  const whole = task.rows();
  const means = new Map<string, LossOfRows>();
  for (const { measure } of fitting) {
    const losses = task.losses(measure);
    const spreads = measure.loss?.as === 'explained' ? task.spreads?.() : undefined;
    if (!losses) continue;
    const mean = spreads ? relativeMeanLoss(losses, spreads) : meanLoss(losses);
    means.set(measure.name, { mean, whole: mean(), as: measure.loss?.as, losses, spreads });
  }
  return {
    n: task.size(whole),
    rowsBehind: (name) => {
      const found = fitting.find(({ measure }) => measure.name === name);
      return found ? task.behind(whole, found.measure) : 0;
    },
    values: (weights) => {
      const rows = weights ? task.rows(keptOf(weights)) : whole;
      const metrics: Metrics = {};
      for (const { measure, formula } of fitting)
        if (weights === undefined || measure.resampled !== false) metrics[measure.name] = formula(rows);
      return metrics;
    },
    statistics: (all) => {
      const weights = keptOf(all);
      const statistics: Metrics = {};
      const counted = fitting.filter(({ measure }) => measure.resampled !== false && !means.has(measure.name));
      const rows = counted.length > 0 ? task.rows(weights) : null;
      if (rows) for (const { measure, formula } of counted) statistics[measure.name] = formula(rows);
      for (const [name, { mean, whole: known, as }] of means) {
        const drawn = mean(weights);
        if (!known || !drawn) continue;
        statistics[name] = metricOfMean(drawn.mean, as);
        statistics[pivotOf(name)] = isSpread(drawn) ? (drawn.mean - known.mean) / (drawn.error ?? 1) : null;
      }
      return statistics;
    },
    intervalOf: (name, resampled, confidence) => {
      const measure = fitting.find((one) => one.measure.name === name)?.measure;
      if (!measure) return null;
      const mean = means.get(name);
      const drawn = mean ? studentised(mean, resampled, name, confidence) : intervalOf(resampled, name, confidence);
      const counted = task.interval(measure)?.(whole, confidence);
      const found =
        measure.interval?.spansResamples || mean
          ? union(counted ?? null, drawn)
          : counted === undefined
            ? drawn
            : counted;
      const [low, high] = measure.range;
      return found && { low: Math.max(low, found.low), high: Math.min(high, found.high) };
    },
    hits: (name) => {
      const measure = fitting.find((one) => one.measure.name === name)?.measure;
      return measure ? task.hits(measure) : null;
    },
    isShare: (name) => {
      const [low, high] = fitting.find((one) => one.measure.name === name)?.measure.range ?? [];
      return low === 0 && high === 1;
    },
  };
}

/** Which rows are decided rightly; null for a metric that is no share of rows. */
function hitsOf(over: Measure['shareOf'], labels: Float64Array, decided: (row: number) => number): RowHits | null {
  if (over === undefined) return null;
  const right = labels.map((label, i) => {
    const own = decided(i);
    const isAbout = label >= 0 && !Number.isNaN(own) && (over !== 'positives' || label === 1);
    return isAbout ? Number(own === label) : Number.NaN;
  });
  return { right, groups: over === 'classes' ? labels : new Uint8Array(labels.length) };
}

/** Resamples hold a pivot under this name: how many of its standard errors a mean is from that of all rows. */
const pivotOf = (name: string) => `pivot of ${name}`;

/** The losses of the rows of a measure, as a mean of any weights. */
interface LossOfRows {
  mean: (weights?: ArrayLike<number>) => MeanLoss | null;
  whole: MeanLoss | null;
  as: 'root' | 'explained' | undefined;
  losses: Float64Array;
  spreads: Float64Array | undefined;
}

function metricOfMean(mean: number, as: LossOfRows['as']): number {
  return as === 'root' ? Math.sqrt(mean) : as === 'explained' ? 1 - mean : mean;
}

/** Rows show less of large losses than of small ones: the upper end has a fourth of the tail. */
const tailOfLarge = 4;

/**
 * The interval of a mean by the studentised bootstrap (Efron 1979): rare large losses widen its upper end, which the
 * percentiles of resamples miss. Resamples with hardly any large loss would put that end anywhere, so it is bounded by
 * the largest loss and the share of large ones. Null where all losses are equal, because then nothing says how large a
 * rare one is.
 */
function studentised(
  { whole, as, losses, spreads }: LossOfRows,
  resampled: Resampled,
  name: string,
  confidence: number,
): Interval | null {
  const pivots = intervalOf(resampled, pivotOf(name), confidence);
  const far = 1 - (1 - confidence) / tailOfLarge;
  const farther = intervalOf(resampled, pivotOf(name), far);
  if (!whole || !isSpread(whole)) return null;
  const error = whole.error ?? 0;
  const few = largeLossInterval(losses, spreads, confidence);
  const bound = largeLossInterval(losses, spreads, far)?.interval.high ?? Number.POSITIVE_INFINITY;
  const drawn = pivots &&
    farther && {
      low: Math.max(0, whole.mean - Math.max(0, pivots.high) * error),
      high: Math.min(bound, whole.mean - Math.min(0, farther.low) * error),
    };
  const found = union(drawn, few?.isRare ? few.interval : null);
  if (!found) return null;
  const ends = [metricOfMean(found.low, as), metricOfMean(found.high, as)];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

/** The interval that spans two; null without any. */
function union(a: Interval | null, b: Interval | null): Interval | null {
  return a && b ? { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) } : (a ?? b);
}

/** The rows of a part, of truth and predictions alike. */
export function subset(
  truth: Float64Array,
  predictions: Predictions,
  rows: ArrayLike<number>,
): { truth: Float64Array; predictions: Predictions } {
  const pick = (values: Float64Array) => Float64Array.from(rows, (i) => values[i] ?? Number.NaN);
  const { decisions } = predictions;
  return {
    truth: pick(truth),
    predictions: {
      task: predictions.task,
      values: pick(predictions.values),
      probabilities: predictions.probabilities.map(pick),
      ...(decisions && { decisions: pick(decisions) }),
    },
  };
}

function spreadsOf(truth: Float64Array, values: Float64Array): Float64Array {
  const known = truth.map((y, i) => (Number.isNaN(values[i] ?? Number.NaN) ? Number.NaN : y));
  const mean = meanLoss(known)()?.mean ?? 0;
  return known.map((y) => (y - mean) ** 2);
}

function rowsKnown(truth: Float64Array, scores: Float64Array): number[] {
  const rows: number[] = [];
  for (let i = 0; i < truth.length; i++)
    if (!Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(scores[i] ?? Number.NaN)) rows.push(i);
  return rows;
}

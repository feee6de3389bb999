import { intervalOf, type Interval, type Resampled } from './intervals.ts';
import { largestShare } from './largestShare.ts';
import { meanLoss, relativeMeanLoss } from './meanLoss.ts';
import { measures } from './measures.ts';
import type { Measure } from './measures/measure.ts';
import { metricOfMean, pivotOf, pivotStatistic, studentised, type LossOfRows } from './studentised.ts';
import type { RowHits } from './rowHits.ts';
import type { TaskRows } from './taskRows.ts';
import { union } from './union.ts';
import { product } from './weights.ts';

export type Metrics = Record<string, number | null>;

/** The losses of the kept rows behind a metric: their mean, the root of it, or 1 − that mean over another. */
export interface RowLosses {
  losses: Float64Array;
  /** The numbers whose mean divides that of the losses; undefined where none does. */
  spreads: Float64Array | undefined;
  as: 'root' | 'explained' | undefined;
}

/** The metrics of some rows, prepared once and computed for any number of resamples. */
export interface PreparedMetrics {
  /** Rows with a true value, a prediction and a weight above 0. */
  n: number;
  /** The number of rows of equal weight that vary as much (Kish 1965); null where each row counts once. */
  effective: number | null;
  /** The rows that a metric is about, of equal weight; 0 where the true values are all of one class. */
  rowsBehind: (name: string) => number;
  /**
   * All metrics; `weights` says how often each row counts, so that resampling costs no new sort. Metrics that are not
   * resampled are left out where weights are given.
   */
  values: (weights?: ArrayLike<number>) => Metrics;
  /** What resamples draw: rows, or cells of alike rows with how many there are of each. */
  draws: { n: number; counts?: Float64Array | undefined };
  /** The statistics of a resample, from which `intervalOf` computes intervals. */
  statistics: (weights: ArrayLike<number>) => Metrics;
  /** The interval of a metric; null where it has none. */
  intervalOf: (name: string, resampled: Resampled, confidence: number) => Interval | null;
  /** See `largestShare`; null for a metric that is no mean of the errors of a regression. */
  largestShare: (name: string) => number | null;
  /** The rows that a share is about, whether they are decided rightly; null for a metric that is no share of rows. */
  hits: (name: string) => RowHits | null;
  /** The losses of the kept rows; null for a metric that is no mean of them. */
  losses: (name: string) => RowLosses | null;
  /** True for a metric between 0 and 1. */
  isShare: (name: string) => boolean;
  /** When a metric has no value, as half a sentence; empty where that is not known. */
  undefinedWhen: (name: string) => string;
}

/** Prepares the metrics of a task, `only` these where given. `counts` says how many alike rows each row stands for. */
export function prepare<Rows>(
  task: TaskRows<Rows>,
  { only, counts }: { only?: readonly string[] | undefined; counts?: Float64Array } = {},
): PreparedMetrics {
  const fitting = measures.flatMap((measure) => {
    if (only?.includes(measure.name) === false) return [];
    const formula = task.formula(measure);
    return formula ? [{ measure, formula }] : [];
  });
  const { weights: base } = task;
  const weightsOf = (drawn: ArrayLike<number> | undefined) => (base && drawn ? product(drawn, base) : (drawn ?? base));
  const wholeWeights = weightsOf(counts);
  const squares = base && wholeWeights && product(wholeWeights, base);
  const whole = task.rows(wholeWeights, squares);
  const named = (name: string) => fitting.find(({ measure }) => measure.name === name)?.measure;
  const means = new Map<string, LossOfRows | null>();
  const meanOf = (measure: Measure): LossOfRows | null => {
    const known = means.get(measure.name);
    if (known !== undefined) return known;
    const losses = task.losses(measure);
    const spreads = losses && measure.loss?.as === 'explained' ? task.spreads?.() : undefined;
    const others = spreads && base ? product(spreads, base) : (spreads ?? base);
    const mean =
      losses && (others ? relativeMeanLoss(base ? product(losses, base) : losses, others) : meanLoss(losses));
    const found =
      losses && mean
        ? {
            mean,
            whole: mean(counts),
            as: measure.loss?.as,
            losses,
            spreads,
            weights: wholeWeights,
            squares,
            largest: measure.loss?.largest?.(task.parameters),
          }
        : null;
    means.set(measure.name, found);
    return found;
  };
  let ofWhole: Metrics | null = null;
  return {
    n: task.size,
    effective: task.effective,
    draws: { n: counts?.length ?? task.rowsGiven, counts },
    rowsBehind: (name) => {
      const measure = named(name);
      return measure ? Math.floor(task.behind(whole, measure) + 1e-9) : 0;
    },
    values: (weights) => {
      if (!weights && ofWhole) return { ...ofWhole };
      const rows = weights ? task.rows(weightsOf(task.keep(weights))) : whole;
      const metrics: Metrics = {};
      for (const { measure, formula } of fitting)
        if (weights === undefined || measure.resampled !== false) metrics[measure.name] = formula(rows);
      if (!weights) ofWhole = { ...metrics };
      return metrics;
    },
    statistics: (all) => {
      const drawn = counts ? all : task.keep(all);
      const statistics: Metrics = {};
      const counted = fitting.filter(({ measure }) => measure.resampled !== false && meanOf(measure) === null);
      const rows = counted.length > 0 ? task.rows(weightsOf(drawn)) : null;
      if (rows) for (const { measure, formula } of counted) statistics[measure.name] = formula(rows);
      for (const [name, loss] of means) {
        if (!loss) continue;
        const found = loss.mean(drawn);
        if (!loss.whole || !found) continue;
        statistics[name] = metricOfMean(found.mean, loss.as);
        statistics[pivotOf(name)] = pivotStatistic(found, loss.whole);
      }
      return statistics;
    },
    intervalOf: (name, resampled, confidence) => {
      const measure = named(name);
      if (!measure) return null;
      const mean = measure.resampled === false ? null : meanOf(measure);
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
    largestShare: (name) => {
      const measure = named(name);
      // Of classes the rare losses have bounds of their own.
      const losses = measure?.loss?.regression && task.losses(measure);
      return losses ? largestShare(losses, wholeWeights, measure.loss?.as ? 'squared' : 'absolute') : null;
    },
    hits: (name) => {
      const measure = named(name);
      return measure ? task.hits(measure) : null;
    },
    losses: (name) => {
      const measure = named(name);
      const found = measure && measure.resampled !== false ? meanOf(measure) : null;
      return found && found.as !== 'gain' ? { losses: found.losses, spreads: found.spreads, as: found.as } : null;
    },
    isShare: (name) => {
      const [low, high] = named(name)?.range ?? [];
      return low === 0 && high === 1;
    },
    undefinedWhen: (name) => named(name)?.undefinedWhen ?? task.usuallyUndefinedWhen,
  };
}

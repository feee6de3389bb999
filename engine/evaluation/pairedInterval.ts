import { binomialInterval } from '../statistics/binomialInterval.ts';
import type { PreparedMetrics } from './evaluate.ts';
import { intervalOf, type Interval, type Resampled } from './intervals.ts';
import { metricNeeds } from './metrics.ts';
import { dependentDifferenceInterval, meanInterval, type Limits } from './recoveredInterval.ts';

/** A model of a comparison: its metrics of the rows, and their values over the resamples that both models share. */
export interface ComparedModel {
  prepared: PreparedMetrics;
  resampled: Resampled;
}

export interface Comparison {
  own: ComparedModel;
  rival: ComparedModel;
  /** The differences over the resamples, by metric. */
  differences: Resampled;
}

/**
 * The interval of the difference of a metric of two models on the same rows. A share of rows is compared by the rows
 * that only one model has right. Any other metric has the interval of the difference of two dependent values (Zou
 * 2007), spanning the percentiles of the resamples. Null where one of the values has no interval.
 */
export function pairedInterval(comparison: Comparison, name: string, confidence: number): Interval | null {
  const { own, rival, differences } = comparison;
  const values = [own, rival].map(({ prepared }) => prepared.values()[name] ?? null);
  if (values.includes(null)) return null;
  const shares = discordantInterval(own.prepared.hits(name), rival.prepared.hits(name), confidence);
  if (shares) return shares;
  const [a, b] = [limitsOf(own, name, confidence), limitsOf(rival, name, confidence)];
  if (!a || !b) return null;
  const behind = Math.min(own.prepared.rowsBehind(name), rival.prepared.rowsBehind(name));
  const drawn = intervalOf(differences, name, confidence);
  const spread = differences.get(name);
  // A recall at a precision is the best of all thresholds, too large by chance: the ends of both models add up.
  const correlation = metricNeeds(name) === 'min_precision' ? -1 : leastCorrelation(comparison, name, behind);
  const found = dependentDifferenceInterval(a, b, correlation);
  const isAlike = a.value === b.value && (spread === undefined || spread.every((gap) => gap === 0));
  const unseen = isAlike && own.prepared.isShare(name) ? unseenShare(behind, confidence) : 0;
  return {
    low: Math.min(found.low, drawn?.low ?? found.low, -unseen),
    high: Math.max(found.high, drawn?.high ?? found.high, unseen),
  };
}

function limitsOf({ prepared, resampled }: ComparedModel, name: string, confidence: number): Limits | null {
  const value = prepared.values()[name];
  const interval = prepared.intervalOf(name, resampled, confidence);
  return value === null || value === undefined || !interval
    ? null
    : { value, low: Math.min(value, interval.low), high: Math.max(value, interval.high) };
}

/** The largest share of rows on which two models may differ that differ on none of `n` (Clopper and Pearson 1934). */
function unseenShare(n: number, confidence: number): number {
  return binomialInterval(0, n, confidence).high;
}

/**
 * The interval of the difference of two shares of the same rows, by group: the mean of the groups. Of each group it is
 * that of the share which only one model has right minus that which only the other has (Newcombe 1998, with exact
 * limits). Two models that decide alike get the share of rows on which they may still differ. Null without such rows,
 * or where the models are not known for the same rows.
 */
function discordantInterval(
  own: ReturnType<PreparedMetrics['hits']>,
  rival: ReturnType<PreparedMetrics['hits']>,
  confidence: number,
): Interval | null {
  if (!own || !rival) return null;
  const groups = new Map<number, { n: number; onlyOwn: number; onlyRival: number }>();
  for (const [i, hit] of own.right.entries()) {
    const other = rival.right[i] ?? Number.NaN;
    if (Number.isNaN(hit) !== Number.isNaN(other)) return null;
    if (Number.isNaN(hit)) continue;
    const group = own.groups[i] ?? 0;
    const counts = groups.get(group) ?? { n: 0, onlyOwn: 0, onlyRival: 0 };
    counts.n++;
    if (hit > other) counts.onlyOwn++;
    if (hit < other) counts.onlyRival++;
    groups.set(group, counts);
  }
  if (groups.size === 0) return null;
  return meanInterval(
    [...groups.values()].map(({ n, onlyOwn, onlyRival }) => {
      const [a, b] = [onlyOwn, onlyRival].map((count) => ({
        value: count / n,
        ...binomialInterval(count, n, confidence),
      })) as [Limits, Limits];
      // The counts of a multinomial: a row that only one model has right is not one that only the other has.
      const odds = (a.value * b.value) / ((1 - a.value) * (1 - b.value) || 1);
      return { value: a.value - b.value, ...dependentDifferenceInterval(a, b, -Math.min(1, Math.sqrt(odds))) };
    }),
  );
}

/** Two models that agree on all rows behind a metric are not surely the same: the correlation stays below this. */
const mostCorrelation = 0.99;

/**
 * The correlation of both values over the resamples, less one standard error of Fisher's transformation for the rows
 * behind them: of few rows, resamples of two models are more alike than new rows would be.
 */
function leastCorrelation({ own, rival, differences }: Comparison, name: string, behind: number): number {
  const [a, b, gap] = [own.resampled, rival.resampled, differences].map((drawn) => varianceOf(drawn.get(name)));
  if (!a || !b || gap === undefined || behind <= 4) return 0;
  const correlation = (a + b - gap) / (2 * Math.sqrt(a * b));
  const known = Math.min(mostCorrelation, Math.max(-mostCorrelation, correlation));
  return Math.min(known, Math.max(0, Math.tanh(Math.atanh(known) - 1 / Math.sqrt(behind - 3))));
}

function varianceOf(values: Float64Array | undefined): number | undefined {
  if (!values || values.length === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

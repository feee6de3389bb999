import { quantile } from '../statistics/quantile.ts';
import { poissonDraw } from '../statistics/poissonDraw.ts';
import { seededRandom, type Random } from '../statistics/random.ts';

export interface Interval {
  low: number;
  high: number;
}

/** A value with its interval; `low`, `high` and `confidence` are null when no interval was computed. */
export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
  /** Confidence of the interval, such as 0.95. */
  confidence: number | null;
  /** Rows with a true value and a prediction. */
  n: number;
  /** The number of rows of equal weight that vary as much; missing where each row counts once. */
  effective?: number | undefined;
  /** The rows that the metric is about, such as the positives for the recall; missing in reports before version 4. */
  behind?: number | undefined;
  /** The share that one row has in a mean of losses, where it is so large that the interval may be too narrow. */
  largestShare?: number | undefined;
}

export interface ResampleOptions {
  /** The number of rows, which are drawn with replacement. */
  n: number;
  /** How many alike rows each of the `n` stands for: each count is then drawn from a Poisson distribution. */
  counts?: Float64Array | undefined;
  seed: number;
  /** Default 1,000; of many rows fewer, at least 200. */
  resamples?: number;
}

/** The values of each statistic over the resamples, sorted. */
export type Resampled = ReadonlyMap<string, Float64Array>;

/** With fewer values a statistic has no interval. */
const fewestValues = 20;

/**
 * Computes statistics on bootstrap resamples (Efron 1979). `compute` gets how often each row was drawn and returns one
 * value for each statistic; values that are null or not finite are left out. The seed determines the resamples. Rows
 * that stand for many alike ones are drawn by the Poisson bootstrap (Hanley and MacGibbon 2006; Chamandy et al. 2012).
 */
export function resample(
  options: ResampleOptions,
  compute: (weights: Uint32Array) => Record<string, number | null>,
): Resampled {
  const random = seededRandom(options.seed);
  const values = new Map<string, number[]>();
  const { n, counts } = options;
  const weights = new Uint32Array(n);
  const usual = counts ? 1000 : Math.min(1000, Math.max(200, Math.ceil(2_000_000 / n)));
  for (let r = 0; r < (options.resamples ?? usual) && n > 0; r++) {
    if (counts) for (let i = 0; i < n; i++) weights[i] = poissonDraw(random, counts[i] ?? 0);
    else drawRows(random, weights);
    for (const [key, value] of Object.entries(compute(weights))) {
      const list = values.get(key) ?? [];
      if (value !== null && Number.isFinite(value)) list.push(value);
      values.set(key, list);
    }
  }
  return new Map([...values].map(([key, list]) => [key, Float64Array.from(list).toSorted()]));
}

function drawRows(random: Random, weights: Uint32Array): void {
  weights.fill(0);
  for (let i = 0; i < weights.length; i++) {
    const drawn = random.integer(weights.length);
    weights[drawn] = (weights[drawn] ?? 0) + 1;
  }
}

/** The percentile interval of a statistic; null when most resamples had no value. */
export function intervalOf(resampled: Resampled, key: string, confidence: number): Interval | null {
  const values = resampled.get(key);
  if (values === undefined || values.length < fewestValues) return null;
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/** A value with an interval at a confidence, or without one. */
export function estimate(value: number, n: number, interval: Interval | null = null, confidence = 0.95): Estimate {
  return {
    value,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    confidence: interval ? confidence : null,
    n,
  };
}

/** A value with the percentile interval of its resamples. */
export function estimateOf(
  value: number,
  n: number,
  resampled: Resampled = new Map(),
  key = '',
  confidence = 0.95,
): Estimate {
  return estimate(value, n, intervalOf(resampled, key, confidence), confidence);
}

import { quantile } from '../statistics/quantile.ts';
import { seededRandom } from '../statistics/random.ts';

export interface Interval {
  low: number;
  high: number;
}

export interface BootstrapOptions {
  /** The number of rows, which are drawn with replacement. */
  n: number;
  confidence: number;
  seed: number;
  /** Default 200. */
  resamples?: number;
}

/**
 * Percentile bootstrap intervals (Efron 1979) of several statistics at once. `compute` gets how often each row was
 * drawn and returns one value for each statistic; null values of a resample are left out. A statistic with fewer than 20
 * values has no interval.
 */
export function bootstrapIntervals<K extends string>(
  options: BootstrapOptions,
  compute: (weights: Uint16Array) => Record<K, number | null>,
): Record<K, Interval | null> {
  const random = seededRandom(options.seed);
  const values = new Map<K, number[]>();
  const weights = new Uint16Array(options.n);
  const resamples = options.resamples ?? 200;
  for (let r = 0; r < resamples && options.n > 0; r++) {
    weights.fill(0);
    for (let i = 0; i < options.n; i++) {
      const drawn = random.integer(options.n);
      weights[drawn] = (weights[drawn] ?? 0) + 1;
    }
    for (const [key, value] of Object.entries(compute(weights)) as [K, number | null][]) {
      const list = values.get(key) ?? [];
      if (value !== null && Number.isFinite(value)) list.push(value);
      values.set(key, list);
    }
  }
  const tail = (1 - options.confidence) / 2;
  return Object.fromEntries(
    [...values].map(([key, list]) => {
      if (list.length < 20) return [key, null];
      const sorted = Float64Array.from(list).toSorted();
      return [key, { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) }];
    }),
  ) as Record<K, Interval | null>;
}

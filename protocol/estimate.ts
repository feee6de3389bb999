/** A value with its interval; `low` and `high` are null when no interval was computed. */
export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
  /** Confidence of the interval, such as 0.95. */
  confidence: number | null;
  n: number;
  /** The rows that the metric is about, such as the positives for the recall; missing in early reports. */
  behind?: number | undefined;
  /** The share that one row has in a mean of losses, where it is so large that the interval may be too narrow. */
  largestShare?: number | undefined;
}

import type { MetricParameters } from './metricParameters.ts';

export interface EvaluationOptions {
  /** The threshold of a binary decision; without it, and without decisions, the metrics of decisions are left out. */
  threshold: number | null;
  minPrecision: number;
  /** False when the scores are no probabilities, such as those of a decision function. Default true. */
  areProbabilities?: boolean | undefined;
  /** The parameters of metrics; a metric whose parameter is not given is left out. */
  parameters?: MetricParameters | undefined;
  /** The metrics that are computed; absent means all that fit. */
  only?: readonly string[] | undefined;
}

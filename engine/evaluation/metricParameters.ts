/** What a wrong or right decision costs: a row by true class, a column by decided class, in the order of the classes. */
export type Costs = readonly (readonly number[])[];

/** What some metrics need to know besides truth and predictions; a metric whose parameter is not given is left out. */
export interface MetricParameters {
  /** Weight of the recall in `f_beta`. */
  beta?: number | undefined;
  /** Classes that `top_k_accuracy` looks among. Default 2. */
  topK?: number | undefined;
  /** Rows with the highest scores that `precision_at_k` and `recall_at_k` look at; of a ranking, by query. */
  atK?: number | undefined;
  /** Share of rows with the highest scores that `lift` looks at. Default 0.1. */
  topShare?: number | undefined;
  /** The quantile that `quantile_loss` judges predictions of. */
  quantile?: number | undefined;
  /** Ranking: a row is relevant from this relevance on. Default: above 0. */
  relevantFrom?: number | undefined;
  /** Ranking: what a relevance gains, itself or 2^relevance − 1. Default linear. */
  gain?: 'linear' | 'exponential' | undefined;
  /** Ranking: what a query without a relevant row counts; `skip` leaves it out. Default zero. */
  withoutRelevant?: 'zero' | 'one' | 'skip' | undefined;
  /** The costs of `cost`. */
  costs?: Costs | undefined;
}

export const defaultTopK = 2;
/** Rows of each query. */
export const defaultRankingK = 10;
export const defaultTopShare = 0.1;

/** The parameters that a metric is at, so that values at other ones are not compared with it. */
export function parameterOf(name: keyof MetricParameters, given: MetricParameters | undefined): unknown {
  const defaults: MetricParameters = { topK: defaultTopK, topShare: defaultTopShare };
  return given?.[name] ?? defaults[name];
}

import type { MetricParameters } from './metricParameters.ts';
import type { RankedQuery } from './rankedQuery.ts';

/** A value of a query, between 0 and 1. */
export type ValueOfQuery = (query: RankedQuery, parameters: MetricParameters) => number;

/** The means of values over queries, by their weights. */
export interface QueryMeans {
  /** Null without a query. */
  mean: (of: ValueOfQuery) => number | null;
}

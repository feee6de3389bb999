import { ndcgOf } from '../tiedOrders.ts';
import { byQuery } from '../byQuery.ts';
import type { Measure } from './measure.ts';

export const ndcgAtK: Measure = {
  name: 'ndcg_at_k',
  direction: 'larger',
  range: [0, 1],
  docs: 'Normalised discounted cumulative gain of the `at_k` rows of a query with the highest scores, mean over the queries. Rows of one score count as the mean over their orders.',
  source: 'scikit-learn ndcg_score, k',
  parameter: 'atK',
  ...byQuery((query, { atK }) => ndcgOf(query, atK)),
};

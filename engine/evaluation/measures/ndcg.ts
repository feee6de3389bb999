import { ndcgOf } from '../tiedOrders.ts';
import { byQuery } from '../byQuery.ts';
import type { Measure } from './measure.ts';

export const ndcg: Measure = {
  name: 'ndcg',
  direction: 'larger',
  range: [0, 1],
  docs: 'Normalised discounted cumulative gain, mean over the queries: the gains of the rows, discounted by the logarithm of their rank, over those of the best order. Rows of one score count as the mean over their orders.',
  source: 'scikit-learn ndcg_score',

  ...byQuery((query) => ndcgOf(query)),
};

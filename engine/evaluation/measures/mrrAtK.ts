import { reciprocalRankOf } from '../tiedOrders.ts';
import { byQuery } from '../byQuery.ts';
import type { Measure } from './measure.ts';

export const mrrAtK: Measure = {
  name: 'mrr_at_k',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean reciprocal rank that is 0 where no row among the `at_k` rows of a query with the highest scores is relevant. Rows of one score count as the mean over their orders.',
  source: 'MS MARCO MRR@10; ties by their mean (McSherry and Najork 2008)',
  parameter: 'atK',
  ...byQuery((query, { atK }) => reciprocalRankOf(query, atK)),
};

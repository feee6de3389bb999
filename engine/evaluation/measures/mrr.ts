import { reciprocalRankOf } from '../tiedOrders.ts';
import { byQuery } from '../byQuery.ts';
import type { Measure } from './measure.ts';

export const mrr: Measure = {
  name: 'mrr',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean reciprocal rank: 1 / the rank of the first relevant row of a query, mean over the queries. Rows of one score count as the mean over their orders.',
  source: 'trec_eval recip_rank; ties by their mean (McSherry and Najork 2008)',

  ...byQuery((query) => reciprocalRankOf(query)),
};

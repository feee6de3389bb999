import { averagePrecisionOf } from '../tiedOrders.ts';
import { byQuery } from '../byQuery.ts';
import type { Measure } from './measure.ts';

export const map: Measure = {
  name: 'map',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean average precision: over the relevant rows of a query, the mean share of relevant rows down to each; mean over the queries. Rows of one score count as the mean over their orders.',
  source: 'trec_eval map; ties by their mean (McSherry and Najork 2008)',

  ...byQuery((query) => averagePrecisionOf(query)),
};

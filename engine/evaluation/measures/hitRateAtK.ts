import { hitAmong } from '../tiedOrders.ts';
import { byQuery } from '../byQuery.ts';
import type { Measure } from './measure.ts';

export const hitRateAtK: Measure = {
  name: 'hit_rate_at_k',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of queries with a relevant row among the `at_k` rows of a query with the highest scores. Rows of one score count as the mean over their orders.',
  source: 'trec_eval success; ties by their mean (McSherry and Najork 2008)',
  parameter: 'atK',
  ...byQuery((query, { atK }) => hitAmong(query, atK ?? 0)),
};

import { averagePrecisionOf } from '../tiedOrders.ts';
import { byQuery } from '../byQuery.ts';
import type { Measure } from './measure.ts';

export const mapAtK: Measure = {
  name: 'map_at_k',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean average precision that only finds relevant rows among the `at_k` rows of a query with the highest scores; divided by all relevant rows of the query. Rows of one score count as the mean over their orders.',
  source: 'trec_eval map_cut; ties by their mean (McSherry and Najork 2008)',
  parameter: 'atK',
  ...byQuery((query, { atK }) => averagePrecisionOf(query, atK)),
};

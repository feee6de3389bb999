import { topRows } from '../binaryRows.ts';
import { shareInterval } from '../shareInterval.ts';
import { relevantAmong } from '../tiedOrders.ts';
import { byQuery } from '../byQuery.ts';
import type { Measure } from './measure.ts';

export const precisionAtK: Measure = {
  name: 'precision_at_k',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of positives among the `at_k` rows with the highest scores; computed where the validation gives `at_k`. Of a ranking, the mean over the queries of the share of relevant rows; a query of fewer rows is divided by `at_k` as well, as by trec_eval. Ties at the border count in part.',
  source: 'Manning, Raghavan and Schütze 2008, 8.4; ties by their mean (McSherry and Najork 2008)',
  parameter: 'atK',
  undefinedWhen: 'there are fewer rows than `at_k`',
  interval: {
    binary: (rows, confidence) => {
      const top = topRows(rows, () => rows.parameters.atK ?? 0);
      return top && shareInterval(top.positives, top.rows, confidence);
    },
    spansResamples: true,
  },
  ...byQuery((query, { atK = 0 }) => relevantAmong(query, atK) / atK),
  binary: (rows) => {
    const top = topRows(rows, () => rows.parameters.atK ?? 0);
    return top && top.positives / top.rows;
  },
};

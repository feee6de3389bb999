import { classSizes, topRows } from '../binaryRows.ts';
import { shareInterval } from '../shareInterval.ts';
import { relevantAmong } from '../tiedOrders.ts';
import { byQuery } from '../byQuery.ts';
import type { Measure } from './measure.ts';

export const recallAtK: Measure = {
  name: 'recall_at_k',
  direction: 'larger',
  range: [0, 1],
  docs: 'Share of positives that are among the `at_k` rows with the highest scores; computed where the validation gives `at_k`. Of a ranking, the mean over the queries. Ties at the border count in part.',
  source: 'Manning, Raghavan and Schütze 2008, 8.4; ties by their mean (McSherry and Najork 2008)',
  parameter: 'atK',
  behind: 'positives',
  undefinedWhen: 'no row is positive, or there are fewer rows than `at_k`',
  interval: {
    binary: (rows, confidence) => {
      const top = topRows(rows, () => rows.parameters.atK ?? 0);
      const [{ weight, squares }] = classSizes(rows);
      return top && shareInterval(top.positives, weight, confidence, squares);
    },
    spansResamples: true,
  },
  ...byQuery((query, { atK = 0 }) => (query.relevant === 0 ? 0 : relevantAmong(query, atK) / query.relevant)),
  binary: (rows) => {
    const top = topRows(rows, () => rows.parameters.atK ?? 0);
    const [{ weight }] = classSizes(rows);
    return top === null || weight === 0 ? null : top.positives / weight;
  },
};

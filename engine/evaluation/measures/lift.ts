import { classSizes, topRows } from '../binaryRows.ts';
import { defaultTopShare } from '../metricParameters.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Measure } from './measure.ts';

export const lift: Measure = {
  name: 'lift',
  direction: 'larger',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Share of positives among the rows with the highest scores (the share `top_share` of all rows, 0.1 by default), over their share among all rows. 1 is chance. Ties at the border count in part.',
  source: 'gain and lift charts; Ling and Li 1998',
  parameter: 'topShare',
  hasDefault: true,
  behind: 'positives',
  undefinedWhen: 'no row is positive',
  // Of the positives, those among the top rows are a share; the resamples add what the border varies.
  interval: {
    binary: (rows, confidence) => {
      const share = rows.parameters.topShare ?? defaultTopShare;
      const top = topRows(rows, (all) => share * all);
      const [{ weight, squares }] = classSizes(rows);
      const found = top && shareInterval(top.positives, weight, confidence, squares);
      return found && { low: found.low / share, high: Math.min(found.high / share, 1 / share) };
    },
    spansResamples: true,
  },
  binary: (rows) => {
    const share = rows.parameters.topShare ?? defaultTopShare;
    const top = topRows(rows, (all) => share * all);
    const [{ weight }] = classSizes(rows);
    return top === null || weight === 0 ? null : top.positives / weight / share;
  },
};

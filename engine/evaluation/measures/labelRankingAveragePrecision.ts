import { byRow } from '../byRow.ts';
import type { Measure } from './measure.ts';

export const labelRankingAveragePrecision: Measure = {
  name: 'label_ranking_average_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Over the true labels of a row, the mean share of true ones among the labels that score at least as high; mean over the rows. A row of which all labels are true, or none, counts 1.',
  source: 'scikit-learn label_ranking_average_precision_score',
  ofLabels: 'scores',
  ...byRow(({ labels, trues, isTrue, score }) => {
    if (trues === 0 || trues === labels) return 1;
    let sum = 0;
    for (let own = 0; own < labels; own++) {
      if (!isTrue(own)) continue;
      let [above, right] = [0, 0];
      for (let l = 0; l < labels; l++)
        if (score(l) >= score(own)) {
          above++;
          if (isTrue(l)) right++;
        }
      sum += right / above;
    }
    return sum / trues;
  }),
};

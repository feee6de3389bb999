import type { LabelledRow } from '../labelCounts.ts';
import type { Measure } from './measure.ts';

export const labelRankingLoss: Measure = {
  name: 'label_ranking_loss',
  direction: 'smaller',
  range: [0, 1],
  docs: 'Share of pairs of a true and another label whose true one does not score higher, mean over the rows; a row of which all labels are true, or none, counts 0.',
  source: 'scikit-learn label_ranking_loss',
  ofLabels: 'scores',
  loss: { multilabel: wrongPairs, largest: () => 1 },
  multilabel: ({ mean }) => mean(wrongPairs),
};

function wrongPairs({ labels, trues, isTrue, score }: LabelledRow): number {
  if (trues === 0 || trues === labels) return 0;
  let wrong = 0;
  for (let own = 0; own < labels; own++) {
    if (!isTrue(own)) continue;
    for (let l = 0; l < labels; l++) if (!isTrue(l) && score(l) >= score(own)) wrong++;
  }
  return wrong / (trues * (labels - trues));
}

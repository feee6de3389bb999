import type { LabelledRow } from '../labelCounts.ts';
import type { Measure } from './measure.ts';

export const coverageError: Measure = {
  name: 'coverage_error',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'How many labels with the highest scores a row needs to have all its true ones among them, mean over the rows; a row without a true label counts 0. The best value is the mean number of true labels.',
  source: 'scikit-learn coverage_error',
  ofLabels: 'scores',
  loss: { multilabel: needed },
  multilabel: ({ mean }) => mean(needed),
};

function needed({ labels, isTrue, score }: LabelledRow): number {
  let least = Number.POSITIVE_INFINITY;
  for (let l = 0; l < labels; l++) if (isTrue(l)) least = Math.min(least, score(l));
  if (least === Number.POSITIVE_INFINITY) return 0;
  let above = 0;
  for (let l = 0; l < labels; l++) if (score(l) >= least) above++;
  return above;
}

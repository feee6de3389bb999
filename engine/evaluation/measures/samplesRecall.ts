import { byRow } from '../byRow.ts';
import type { Measure } from './measure.ts';

export const samplesRecall: Measure = {
  name: 'samples_recall',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean over the rows of the recall of the labels of a row; a row without a true label counts 0.',
  source: 'scikit-learn recall_score, average="samples"',
  ofLabels: 'decisions',
  ...byRow(({ right, trues }) => share(right, trues)),
};

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

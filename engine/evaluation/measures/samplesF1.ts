import { byRow } from '../byRow.ts';
import type { Measure } from './measure.ts';

export const samplesF1: Measure = {
  name: 'samples_f1',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean over the rows of the F1 of the labels of a row; a row without a true and without a decided label counts 0.',
  source: 'scikit-learn f1_score, average="samples"',
  ofLabels: 'decisions',
  ...byRow(({ right, trues, decisions }) => share(2 * right, trues + decisions)),
};

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

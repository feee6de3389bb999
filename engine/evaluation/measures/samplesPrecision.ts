import { byRow } from '../byRow.ts';
import type { Measure } from './measure.ts';

export const samplesPrecision: Measure = {
  name: 'samples_precision',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean over the rows of the precision of the labels of a row; a row without a decided label counts 0.',
  source: 'scikit-learn precision_score, average="samples"',
  ofLabels: 'decisions',
  ...byRow(({ right, decisions }) => share(right, decisions)),
};

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

import { byRow } from '../byRow.ts';
import type { Measure } from './measure.ts';

export const samplesJaccard: Measure = {
  name: 'samples_jaccard',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean over the rows of the Jaccard index of the labels of a row; a row without a true and without a decided label counts 0. The Jaccard index is the share of right labels among those that are true or decided.',
  source: 'scikit-learn jaccard_score, average="samples"',
  ofLabels: 'decisions',
  ...byRow(({ right, trues, decisions }) => share(right, trues + decisions - right)),
};

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

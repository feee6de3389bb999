import { weightedMean } from '../weightedMean.ts';
import type { Measure } from './measure.ts';

export const brier: Measure = {
  name: 'brier',
  direction: 'smaller',
  range: [0, 1],
  docs: 'Mean squared difference of score and outcome.',
  source: 'Brier 1950; scikit-learn brier_score_loss',
  needs: 'probability',
  loss: { binary: squared },
  binary: ({ labels, scores, weights }) => weightedMean(labels, scores, weights, squared),
};

function squared(label: number, score: number): number {
  return (label - score) ** 2;
}

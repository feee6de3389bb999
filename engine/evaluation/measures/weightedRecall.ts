import { weightedMeanOfClasses } from '../classCounts.ts';
import { shareInterval } from '../shareInterval.ts';
import type { Measure } from './measure.ts';

export const weightedRecall: Measure = {
  name: 'weighted_recall',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean recall over the classes, by how often each occurs; it equals `accuracy`.',
  source: 'scikit-learn recall_score, average="weighted"',
  shareOf: 'all',
  interval: {
    multiclass: ({ n, right, squares }, confidence) =>
      shareInterval(
        right.reduce((a, b) => a + b, 0),
        n,
        confidence,
        squares.n,
      ),
  },
  multiclass: (counts) => weightedMeanOfClasses(counts, (right, labelled) => [right, labelled]),
};

import { weightedMeanOfClasses } from '../classCounts.ts';
import { shareInterval } from '../shareInterval.ts';
import { recallOf, weightedOfLabels } from '../labelCounts.ts';
import { microLabelInterval } from '../labelIntervals.ts';
import type { Measure } from './measure.ts';

export const weightedRecall: Measure = {
  name: 'weighted_recall',
  direction: 'larger',
  range: [0, 1],
  docs: 'Mean recall over the classes or labels, by how often each occurs; of classes it equals `accuracy`.',
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
    // Weighted by how often each is true, it is the share of all true labels that are decided.
    multilabel: microLabelInterval(recallOf),
  },
  ofLabels: 'decisions',
  multilabel: (counts) => weightedOfLabels(counts, recallOf),
  multiclass: (counts) => weightedMeanOfClasses(counts, (right, labelled) => [right, labelled]),
};

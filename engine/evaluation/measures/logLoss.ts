import type { LabelledRow } from '../labelCounts.ts';
import { shareOf } from '../confusion.ts';
import { weightedMean } from '../weightedMean.ts';
import type { Measure } from './measure.ts';

export const logLoss: Measure = {
  name: 'log_loss',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Mean negative log-likelihood, natural logarithm; probabilities are clipped to [ε, 1 − ε] with ε = 2⁻⁵². Of labels, the mean over all pairs of row and label.',
  source: 'scikit-learn log_loss',
  needs: 'probability',
  ofLabels: 'scores',
  loss: { multilabel: lossOfLabels, binary: lossOf, multiclass: (_, probability) => -Math.log(clipped(probability)) },
  binary: ({ labels, scores, weights }) => weightedMean(labels, scores, weights, lossOf),
  multilabel: ({ mean }) => mean(lossOfLabels),
  multiclass: ({ n, loss }) => (n === 0 ? null : shareOf(loss(), n)),
};

function lossOf(label: number, score: number): number {
  return label === 1 ? -Math.log(clipped(score)) : -Math.log1p(-clipped(score));
}

function lossOfLabels({ labels, isTrue, score }: LabelledRow): number {
  let sum = 0;
  for (let l = 0; l < labels; l++) sum += lossOf(Number(isTrue(l)), score(l));
  return sum / labels;
}

function clipped(probability: number): number {
  return Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probability));
}

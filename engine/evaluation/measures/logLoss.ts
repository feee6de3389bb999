import { shareOf } from '../confusion.ts';
import { weightedMean } from '../weightedMean.ts';
import type { BinaryRows, Measure } from './measure.ts';

export const logLoss: Measure = {
  name: 'log_loss',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Mean negative log-likelihood, natural logarithm; probabilities are clipped to [ε, 1 − ε] with ε = 2⁻⁵².',
  source: 'scikit-learn log_loss',
  needs: 'probability',
  binary: binaryLogLoss,
  multiclass: ({ n, loss }) => shareOf(loss, n),
};

function binaryLogLoss({ labels, scores, weights }: BinaryRows): number | null {
  return weightedMean(labels, scores, weights, (label, score) => {
    const p = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, score));
    return label === 1 ? -Math.log(p) : -Math.log1p(-p);
  });
}

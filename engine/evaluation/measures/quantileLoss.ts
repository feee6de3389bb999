import { meanOfRows } from '../residuals.ts';
import type { Measure } from './measure.ts';

export const quantileLoss: Measure = {
  name: 'quantile_loss',
  direction: 'smaller',
  range: [0, Number.POSITIVE_INFINITY],
  docs: 'Mean pinball loss of predictions of the quantile `quantile`, in units of the target; computed where the validation gives `quantile`.',
  source: 'scikit-learn mean_pinball_loss; Koenker and Bassett 1978',
  parameter: 'quantile',
  loss: { regression: (truth, prediction, _, { quantile = 0.5 }) => pinball(truth, prediction, quantile) },
  regression: (residuals) => {
    const { quantile = 0.5 } = residuals.parameters;
    return meanOfRows(residuals, (truth, prediction) => pinball(truth, prediction, quantile));
  },
};

function pinball(truth: number, prediction: number, quantile: number): number {
  const error = truth - prediction;
  return error >= 0 ? quantile * error : (quantile - 1) * error;
}

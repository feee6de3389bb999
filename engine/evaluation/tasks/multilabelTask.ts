import type { EvaluationOptions } from '../evaluationOptions.ts';
import { labelCounter, type LabelCounts } from '../labelCounts.ts';
import { decideLabels, pickLabels } from '../labelColumns.ts';
import type { Measure } from '../measures/measure.ts';
import type { Predictions } from '../predictions.ts';
import { rowHits } from '../rowHits.ts';
import type { TaskRows } from '../taskRows.ts';
import { pick } from '../weights.ts';
import { keepRows, partsOfRows } from './keptRows.ts';

/** Any number of labels a row. `truth` holds how many are true, NaN where that is not known. */
export function multilabelTask(
  truth: Float64Array,
  predictions: Predictions,
  { threshold, areProbabilities = true, parameters = {} }: EvaluationOptions,
): TaskRows<LabelCounts> {
  const { labels, probabilities, values } = predictions;
  const kept = keepRows(
    truth.length,
    predictions.weights,
    (i) => !Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(values[i] ?? Number.NaN),
  );
  const whole = pickLabels(labels ?? { truth: [], decided: null }, kept.kept);
  const scores = probabilities.length > 0 ? probabilities.map((column) => pick(column, kept.kept)) : null;
  const decided = whole.decided ?? (scores && threshold !== null ? decideLabels(scores, threshold) : null);
  const { counts, valuesOf } = labelCounter({ n: kept.kept.length, truth: whole.truth, decided, scores });
  const parts = partsOfRows(kept);
  const isComputed = ({ ofLabels, needs }: Measure) =>
    (ofLabels === 'scores' ? scores !== null : decided !== null) && (needs !== 'probability' || areProbabilities);
  return {
    ...parts,
    parameters,
    usuallyUndefinedWhen: 'there are not enough test rows',
    formula: (measure) => (isComputed(measure) ? measure.multilabel : undefined),
    rows: counts,
    losses: ({ loss }) => {
      const of = loss?.multilabel;
      if (!of || !loss) return undefined;
      const found = valuesOf(of);
      return loss.as === 'gain' ? found.map((gain) => 1 - gain) : found;
    },
    interval: ({ interval }) => interval?.multilabel,
    hits: ({ shareOf }) => {
      if (shareOf === undefined || !labels || !decided) return null;
      const all = labels.decided ?? (threshold === null ? null : decideLabels(probabilities, threshold));
      const isExact = (i: number) => labels.truth.every((column, l) => column[i] === all?.[l]?.[i]);
      return rowHits(shareOf, truth, (i) =>
        Number.isNaN(values[i] ?? Number.NaN) ? Number.NaN : isExact(i) ? (truth[i] ?? 0) : -1,
      );
    },
    behind: () => parts.effective ?? parts.size,
  };
}

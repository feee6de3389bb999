import { combine, rankBins, spreadCodes, valueBins } from '../condense.ts';
import type { EvaluationOptions } from '../evaluationOptions.ts';
import { meanLoss, relativeMeanLoss } from '../meanLoss.ts';
import { hasParameter } from '../measures/measure.ts';
import type { Predictions } from '../predictions.ts';
import { sumResiduals, type Residuals } from '../residuals.ts';
import type { TaskRows } from '../taskRows.ts';
import { pick, product } from '../weights.ts';
import { weightBins } from './binaryTask.ts';
import { keepRows, partsOfRows, type KeptRows } from './keptRows.ts';

/** Numbers. */
export function regressionTask(
  truth: Float64Array,
  predictions: Predictions,
  options: EvaluationOptions,
): TaskRows<Residuals> {
  const { values } = predictions;
  const rows = keepRows(
    truth.length,
    predictions.weights,
    (i) => !Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(values[i] ?? Number.NaN),
  );
  return taskOf(rows, { truth: pick(truth, rows.kept), values: pick(values, rows.kept) }, options);
}

function taskOf(
  kept: KeptRows,
  { truth, values }: { truth: Float64Array; values: Float64Array },
  options: EvaluationOptions,
): TaskRows<Residuals> {
  const parameters = options.parameters ?? {};
  const { weights } = kept;
  const parts = partsOfRows(kept);
  return {
    ...parts,
    parameters,
    usuallyUndefinedWhen: 'there are not enough test rows',
    formula: (measure) => (hasParameter(measure, parameters) ? measure.regression : undefined),
    rows: (rowWeights, squares) => sumResiduals(truth, values, { weights: rowWeights, squares, parameters }),
    losses: ({ loss }) => {
      const of = loss?.regression;
      return of && truth.map((y, i) => of(y, values[i] ?? Number.NaN, Number.NaN, parameters));
    },
    interval: ({ interval }) => interval?.regression,
    spreads: () => {
      const mean = (weights ? relativeMeanLoss(product(truth, weights), weights) : meanLoss(truth))()?.mean ?? 0;
      return truth.map((y) => (y - mean) ** 2);
    },
    hits: () => null,
    behind: () => parts.effective ?? parts.size,
    condensing: {
      codes: (bins) => {
        const errors = truth.map((y, i) => y - (values[i] ?? 0));
        const codes = combine(rankBins(errors, bins / 4), rankBins(truth, truthBins));
        return weights ? combine(codes, valueBins(weights, weightBins)) : codes;
      },
      spread: (codes) => spreadCodes(codes, kept),
      condensed: (cells) => {
        const mean = (of: ArrayLike<number>) => cells.mean(of, kept.kept);
        const size = cells.counts.length;
        return taskOf(
          {
            rowsGiven: size,
            kept: Uint32Array.from({ length: size }, (_, i) => i),
            weights: weights && mean(weights),
          },
          { truth: mean(truth), values: mean(values) },
          options,
        );
      },
    },
  };
}

const truthBins = 32;

import { classRows, countClasses, type ClassCounts, type ClassRows } from '../classCounts.ts';
import { combine, rankBins, spreadCodes, valueBins } from '../condense.ts';
import type { EvaluationOptions } from '../evaluationOptions.ts';
import type { Predictions } from '../predictions.ts';
import { hasParameter } from '../measures/measure.ts';
import { rowHits } from '../rowHits.ts';
import type { TaskRows } from '../taskRows.ts';
import { weightBins } from './binaryTask.ts';
import { equalRows, keepRows, partsOfRows, type KeptRows } from './keptRows.ts';

/** Classes, with or without probabilities. */
export function multiclassTask(
  truth: Float64Array,
  predictions: Predictions,
  options: EvaluationOptions,
): TaskRows<ClassCounts> {
  const { values, probabilities } = predictions;
  const rows = keepRows(
    truth.length,
    predictions.weights,
    (i) =>
      (truth[i] ?? -1) >= 0 &&
      (values[i] ?? -1) >= 0 &&
      probabilities.every((column) => !Number.isNaN(column[i] ?? Number.NaN)),
  );
  return {
    ...taskOf(rows, classRows(truth, predictions, rows.kept), options),
    hits: ({ shareOf }) =>
      rowHits(shareOf, truth, (i) => {
        const decided = values[i] ?? -1;
        return decided >= 0 ? decided : Number.NaN;
      }),
  };
}

function taskOf(kept: KeptRows, known: ClassRows, options: EvaluationOptions): TaskRows<ClassCounts> {
  const parameters = options.parameters ?? {};
  const areProbabilities = options.areProbabilities ?? true;
  const { labels, decided, certainty, above } = known;
  return {
    ...partsOfRows(kept),
    parameters,
    usuallyUndefinedWhen: 'there are not enough test rows',
    formula: (measure) =>
      (measure.needs === 'probability' && !areProbabilities) || !hasParameter(measure, parameters)
        ? undefined
        : measure.multiclass,
    rows: (weights, squares) => countClasses(known, weights, squares, parameters),
    losses: ({ loss }) => {
      const of = loss?.multiclass;
      return of && Float64Array.from(labels, (label, i) => of(label, certainty[i] ?? 0, decided[i] ?? 0, parameters));
    },
    interval: ({ interval }) => interval?.multiclass,
    hits: () => null,
    behind: ({ n, labelled, squares }) =>
      labelled.filter((rows) => rows > 0).length < 2 ? 0 : equalRows(n, squares.n),
    condensing: {
      codes: (bins) => {
        const pairs = combine(labels, decided);
        const sure = combine(pairs, rankBins(certainty, Math.min(bins, mostBins)));
        const ranked = above
          ? combine(
              sure,
              above.map((rank) => Math.min(rank, parameters.topK ?? 2)),
            )
          : sure;
        return kept.weights ? combine(ranked, valueBins(kept.weights, weightBins)) : ranked;
      },
      spread: (codes) => spreadCodes(codes, kept),
      condensed: (cells) => {
        const mean = (values: ArrayLike<number>) => cells.mean(values, kept.kept);
        const size = cells.counts.length;
        return taskOf(
          {
            rowsGiven: size,
            kept: Uint32Array.from({ length: size }, (_, i) => i),
            weights: kept.weights && mean(kept.weights),
          },
          {
            classes: known.classes,
            labels: Int32Array.from(mean(labels)),
            decided: Int32Array.from(mean(decided)),
            certainty: mean(certainty),
            // Up to the wanted rank it is that of all rows of the cell.
            above: above && Int32Array.from(mean(above.map((rank) => Math.min(rank, parameters.topK ?? 2)))),
            probabilities: [],
          },
          options,
        );
      },
    },
  };
}

/** With many classes each bin is one of every pair of them. */
const mostBins = 256;

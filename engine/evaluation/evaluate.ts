import { cellsOf, combine, type Cells } from './condense.ts';
import { pickLabels } from './labelColumns.ts';
import type { Interval } from './intervals.ts';
import type { EvaluationOptions } from './evaluationOptions.ts';
import type { Predictions } from './predictions.ts';
import { prepare, type PreparedMetrics } from './preparedMetrics.ts';
import type { TaskRows } from './taskRows.ts';
import { binaryTask } from './tasks/binaryTask.ts';
import { multiclassTask } from './tasks/multiclassTask.ts';
import { multilabelTask } from './tasks/multilabelTask.ts';
import { rankingTask } from './tasks/rankingTask.ts';
import { regressionTask } from './tasks/regressionTask.ts';
import { pick } from './weights.ts';

export type { EvaluationOptions } from './evaluationOptions.ts';
export type { Metrics, PreparedMetrics } from './preparedMetrics.ts';

/** Up to this many rows, resamples draw rows; beyond, the counts of cells of alike rows. */
const mostRowsDrawn = 200_000;
/** Scores are told apart by about as many bins, fewer where two models are. */
const [binsOfOne, binsOfTwo] = [2048, 128];

/** The metrics of a task as a function of weights; see `PreparedMetrics.values`. */
export function evaluator(
  truth: Float64Array,
  predictions: Predictions,
  options: EvaluationOptions,
): PreparedMetrics['values'] {
  return prepareMetrics(truth, predictions, options).values;
}

/** Prepares the metrics of the predictions of a model. */
export function prepareMetrics(
  truth: Float64Array,
  predictions: Predictions,
  options: EvaluationOptions,
): PreparedMetrics {
  const { full, condensing } = prepareTask(truth, { predictions, options });
  if (truth.length <= mostRowsDrawn || !condensing) return full;
  return condensedOf(full, condensing.condensed(cellsOf(condensing.codes(binsOfOne), true)));
}

/** Prepares the metrics of two models on the same rows, so that resamples draw the same rows of both. */
export function prepareBoth(
  truth: Float64Array,
  own: ModelAnswers,
  rival: ModelAnswers,
): [own: PreparedMetrics, rival: PreparedMetrics] {
  const [first, second] = [prepareTask(truth, own), prepareTask(truth, rival)];
  if (truth.length <= mostRowsDrawn || !first.condensing || !second.condensing) return [first.full, second.full];
  const cells = cellsOf(combine(first.condensing.spread(binsOfTwo), second.condensing.spread(binsOfTwo)));
  return [
    condensedOf(first.full, first.condensing.condensed(cells)),
    condensedOf(second.full, second.condensing.condensed(cells)),
  ];
}

/** The answers of a model, with the options that its metrics are computed at. */
export interface ModelAnswers {
  predictions: Predictions;
  options: EvaluationOptions;
}

interface PreparedTask {
  full: PreparedMetrics;
  /** Absent where resamples draw rows however many there are. */
  condensing:
    | {
        codes: (bins: number) => Int32Array;
        spread: (bins: number) => Int32Array;
        condensed: (cells: Cells) => PreparedMetrics;
      }
    | undefined;
}

function prepareTask(truth: Float64Array, { predictions, options }: ModelAnswers): PreparedTask {
  const { only } = options;
  if (predictions.task === 'regression') return preparedOf(regressionTask(truth, predictions, options), only);
  if (predictions.task === 'multiclass') return preparedOf(multiclassTask(truth, predictions, options), only);
  if (predictions.task === 'multilabel') return preparedOf(multilabelTask(truth, predictions, options), only);
  if (predictions.task === 'ranking') return preparedOf(rankingTask(truth, predictions, options), only);
  return preparedOf(binaryTask(truth, predictions, options), only);
}

function preparedOf<Rows>(task: TaskRows<Rows>, only: EvaluationOptions['only']): PreparedTask {
  const { condensing } = task;
  return {
    full: prepare(task, { only }),
    condensing: condensing && {
      codes: condensing.codes,
      spread: (bins) => condensing.spread(condensing.codes(bins)),
      condensed: (cells) => prepare(condensing.condensed(cells), { only, counts: cells.counts }),
    },
  };
}

/** The metrics of all rows, with the intervals of cells; the middle of an interval moves with what cells leave out. */
function condensedOf(full: PreparedMetrics, condensed: PreparedMetrics): PreparedMetrics {
  const values = full.values();
  const ofCells = condensed.values();
  return {
    ...full,
    draws: condensed.draws,
    statistics: (weights) =>
      weights.length === condensed.draws.n ? condensed.statistics(weights) : full.statistics(weights),
    intervalOf: (name, resampled, confidence) => {
      const [value, ofCell] = [values[name] ?? null, ofCells[name] ?? null];
      if (value === null) return null;
      if (ofCell === null) return full.intervalOf(name, resampled, confidence);
      return moved(condensed.intervalOf(name, resampled, confidence), value - ofCell, full.isShare(name));
    },
  };
}

function moved(interval: Interval | null, by: number, isShare: boolean): Interval | null {
  const within = (value: number) => (isShare ? Math.min(1, Math.max(0, value)) : value);
  return interval && { low: within(interval.low + by), high: within(interval.high + by) };
}

/** The rows of a part, of truth and predictions alike. */
export function subset(
  truth: Float64Array,
  predictions: Predictions,
  rows: ArrayLike<number>,
): { truth: Float64Array; predictions: Predictions } {
  const { decisions, weights, labels, queries } = predictions;
  return {
    truth: pick(truth, rows),
    predictions: {
      task: predictions.task,
      values: pick(predictions.values, rows),
      probabilities: predictions.probabilities.map((column) => pick(column, rows)),
      ...(decisions && { decisions: pick(decisions, rows) }),
      ...(weights && { weights: pick(weights, rows) }),
      ...(labels && { labels: pickLabels(labels, rows) }),
      ...(queries && { queries: Int32Array.from({ length: rows.length }, (_, k) => queries[rows[k] ?? 0] ?? -1) }),
    },
  };
}

import type { EvaluationOptions } from '../evaluate.ts';
import { decidedBy, type Predictions, type Task } from '../predictions.ts';
import { fallingScores, type FallingScores } from '../fallingScores.ts';
import { rowLosses } from '../rowLosses.ts';
import type { MeanRate } from './rates.ts';

/** The rows of a model, prepared once for all attributes. */
export interface FairnessInput {
  task: Task;
  rows: number;
  /** Classes whose shares are compared: the positive one of a binary model, each of several, none of a regression. */
  classes: number;
  /** The class of each row and the class that is decided, −1 where either is missing; null without decisions. */
  truth: Int16Array;
  decided: Int16Array | null;
  /** Numbers of each row whose means are compared; NaN leaves a row out. */
  means: ReadonlyMap<MeanRate, Float64Array>;
  /** Of probabilities of a binary model: the rows by score, and score − label in this order. */
  calibration?: (() => { falling: FallingScores; gaps: Float64Array }) | undefined;
}

/** Prepares rows. Of a binary model 1 is the positive class. Rows without truth or prediction are left out everywhere. */
export function fairnessInput(
  truth: Float64Array,
  predictions: Predictions,
  options: EvaluationOptions,
): FairnessInput {
  const { task, values, probabilities } = predictions;
  const rows = truth.length;
  const means = new Map<MeanRate, Float64Array>();
  const none = new Int16Array(task === 'regression' ? 0 : rows).fill(-1);
  if (task === 'regression') {
    const error = values.map((value, i) => value - (truth[i] ?? Number.NaN));
    means.set(
      'meanPrediction',
      values.map((value, i) => (Number.isNaN(error[i]) ? Number.NaN : value)),
    );
    means.set('meanError', error);
    means.set('absoluteError', error.map(Math.abs));
    means.set(
      'squaredError',
      error.map((value) => value * value),
    );
    return { task, rows, classes: 0, truth: none, decided: null, means };
  }
  const losses = rowLosses(truth, predictions, options);
  if (losses?.loss === 'log_loss') means.set('logLoss', losses.losses);
  const isKnown = (i: number) => !Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(values[i] ?? Number.NaN);
  const labels = none.map((_, i) => (isKnown(i) && (truth[i] ?? -1) >= 0 ? (truth[i] ?? -1) : -1));
  if (task === 'binary' && losses?.loss === 'log_loss')
    means.set(
      'calibration',
      values.map((score, i) => (labels[i] === -1 ? Number.NaN : score - (labels[i] ?? 0))),
    );
  const rule = task === 'binary' ? decidedBy(predictions, options.threshold) : null;
  const decided =
    task === 'multiclass'
      ? none.map((_, i) => (labels[i] === -1 || !((values[i] ?? -1) >= 0) ? -1 : (values[i] ?? -1)))
      : rule && none.map((_, i) => (labels[i] === -1 ? -1 : Number((rule.values[i] ?? 0) >= rule.threshold)));
  if (decided)
    means.set(
      'accuracy',
      Float64Array.from(decided, (answer, i) =>
        answer === -1 || labels[i] === -1 ? Number.NaN : Number(answer === labels[i]),
      ),
    );
  return {
    task,
    rows,
    classes: task === 'binary' ? 1 : Math.max(probabilities.length, classesIn(labels, decided)),
    truth: labels,
    decided,
    means,
    calibration: means.has('calibration') ? calibrationOf(truth, predictions) : undefined,
  };
}

function calibrationOf(truth: Float64Array, predictions: Predictions): FairnessInput['calibration'] {
  let made: { falling: FallingScores; gaps: Float64Array } | undefined;
  return () => {
    if (made) return made;
    const falling = fallingScores(truth, predictions);
    const gaps = falling.scores.map((score, k) => score - Number(truth[falling.kept[k] ?? 0] === 1));
    made = { falling, gaps };
    return made;
  };
}

function classesIn(...columns: (Int16Array | null)[]): number {
  return columns.reduce((most, column) => column?.reduce((a, b) => Math.max(a, b + 1), most) ?? most, 0);
}

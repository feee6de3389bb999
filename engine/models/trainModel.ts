import type { LearnedTask } from '../evaluation/predictions.ts';
import { setImmediate } from 'node:timers/promises';
import type { Table } from '../data/table.ts';
import { checkCancelled, DataError, WorkError } from '../base/errors.ts';
import { averagePrecision } from '../evaluation/rankingAreas.ts';
import { bestF1Threshold, rank } from '../evaluation/ranking.ts';
import { seededRandom, type Random } from '../statistics/random.ts';
import { adam } from './adam.ts';
import { chooseBackend, loadBackend, type Backend, type BackendName, type ChosenBackend } from './backend.ts';
import { backpropagate, predictLogits } from './backpropagate.ts';
import { classWeights } from './classWeights.ts';
import { createModel, type Model, type ModelMeta } from './model.ts';
import { copyNetwork, createNetwork, type Network } from './network.ts';
import { scoreLogits } from './scoreLogits.ts';
import { outputLoss, sigmoid } from './outputLoss.ts';
import { applyPreprocess, fitPreprocess, type FeatureSpec } from './preprocess.ts';
import { fitTarget, readTarget } from './readTarget.ts';
import { standardiseTarget } from './standardiseTarget.ts';

export interface EpochReport {
  /** From 1. */
  epoch: number;
  epochs: number;
  loss: number;
  validationLoss: number | null;
  /** On the validation rows (training rows without them): pr_auc, accuracy or rmse. */
  metric?: { name: string; value: number };
}

export interface TrainOptions {
  task: LearnedTask;
  target: string;
  /** Multiclass: classes in the order of the probabilities. Binary: [negative, positive]. */
  classes?: readonly string[];
  /** Binary: the positive value; default 1 or true. */
  positive?: string | number | boolean;
  features: readonly FeatureSpec[];
  train: Table;
  validation: Table | null;
  /** `logistic` and `linear` have no hidden layer. */
  model: 'mlp' | 'logistic' | 'linear';
  hidden?: readonly number[];
  learningRate?: number;
  epochs?: number;
  batchSize?: number;
  /** Share of hidden units left out of a step. */
  dropout?: number;
  l2?: number;
  /**
   * `balanced` as in scikit-learn: rows / (classes × rows of the class). Binary scores are corrected back to
   * probabilities.
   */
  classWeight?: 'balanced' | null;
  /** Stop after so many epochs without a better validation loss. */
  patience?: number;
  seed: number;
  /** Default: the fastest for the size of a step that is installed. */
  backend?: BackendName;
  /** Called once, before the first epoch. */
  onBackend?: (backend: ChosenBackend) => void;
  onEpoch?: (report: EpochReport) => void;
  signal?: AbortSignal;
  /** Time of the first row where only new rows are given, epoch milliseconds; it is kept with the model. */
  since?: number | null;
}

export interface TrainedModel {
  meta: ModelMeta;
  network: Network;
  model: Model;
  history: EpochReport[];
  /** Epoch whose weights were kept. */
  bestEpoch: number;
  stoppedEarly: boolean;
  rows: { train: number; validation: number };
  /** Rows without a target, or of a class that training does not know. */
  dropped: { train: number; validation: number };
}

interface Examples {
  input: Float32Array;
  labels: Float64Array;
  weights: Float64Array;
  rows: number;
}

/**
 * Trains a dense network with Adam on shuffled batches. The same seed gives the same weights on the same backend. With
 * validation rows it stops early and keeps the best weights. Throws DataError (columns, classes), WorkError (loss not
 * finite), CancelledError.
 */
export async function trainModel(options: TrainOptions): Promise<TrainedModel> {
  const {
    task,
    train,
    features,
    epochs = 30,
    batchSize = 512,
    dropout = 0,
    l2 = 0,
    patience = 5,
    seed,
    signal,
  } = options;
  const hidden = options.model === 'mlp' ? [...(options.hidden ?? [64, 32])] : [];
  // Without hidden layers the loss is convex, and larger steps are safe.
  const learningRate = options.learningRate ?? (hidden.length === 0 ? 0.02 : 0.001);
  checkOptions(options, hidden);
  checkCancelled(signal);
  const target = fitTarget(train, task, options.target, options);
  const preprocess = fitPreprocess(train, features, task === 'multiclass' ? null : readTarget(train, target));
  const scale = task === 'regression' ? standardiseTarget(readTarget(train, target)) : null;
  const labelsOf = (table: Table) => (scale ? readTarget(table, target).map(scale.forward) : readTarget(table, target));
  const weigh =
    task !== 'regression' && options.classWeight === 'balanced'
      ? classWeights(labelsOf(train), target.classes.length)
      : null;
  const examplesOf = (table: Table): Examples =>
    examples(applyPreprocess(preprocess, table), preprocess.width, labelsOf(table), weigh);
  const learn = examplesOf(train);
  const check = options.validation && options.validation.rows > 0 ? examplesOf(options.validation) : null;
  if (learn.rows === 0) throw new DataError(`${options.target}: no training row has a target`);

  const outputs = task === 'multiclass' ? target.classes.length : 1;
  const backend: ChosenBackend = options.backend
    ? await loadBackend(options.backend)
    : await chooseBackend(Math.min(batchSize, learn.rows) * multiplyAdds([preprocess.width, ...hidden, outputs]));
  options.onBackend?.(backend);
  const random = seededRandom(seed);
  const network = createNetwork(preprocess.width, hidden, outputs, random);
  const update = adam(network, learningRate, l2);
  const order = Uint32Array.from({ length: learn.rows }, (_, i) => i);
  const history: EpochReport[] = [];
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, network };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    random.shuffle(order);
    let sum = 0;
    for (let at = 0; at < learn.rows; at += batchSize) {
      await setImmediate();
      checkCancelled(signal);
      const batch = gather(learn, order.subarray(at, at + batchSize), preprocess.width);
      const masks = dropout > 0 ? hidden.map((units) => dropoutMask(batch.rows * units, dropout, random)) : [];
      const { loss, gradients } = backpropagate(backend, network, batch.input, batch.rows, masks, (logits) =>
        outputLoss(task, logits, outputs, batch.labels, batch.weights),
      );
      if (!Number.isFinite(loss))
        throw new WorkError(
          `the loss is no longer a finite number in epoch ${epoch}: lower the learning rate (now ${learningRate}) or look for extreme values in the features`,
        );
      update(gradients);
      sum += loss * batch.rows;
    }
    const judged = evaluate(backend, network, task, outputs, check ?? learn, scale?.std ?? 1);
    const report: EpochReport = {
      epoch,
      epochs,
      loss: sum / learn.rows,
      validationLoss: check ? judged.loss : null,
      ...(judged.metric ? { metric: judged.metric } : {}),
    };
    history.push(report);
    options.onEpoch?.(report);
    if (!check || judged.loss < best.loss)
      best = { loss: judged.loss, epoch, network: check ? copyNetwork(network) : network };
    else if (epoch - best.epoch >= patience) break;
  }

  const final = best.network;
  const last = final.at(-1);
  if (last && weigh && task === 'binary') {
    // Weights w multiply the odds by w₁/w₀ (Elkan 2001); taking their logarithm off the bias gives probabilities again,
    // in the same order.
    last.bias[0] = (last.bias[0] ?? 0) - Math.log((weigh[1] ?? 1) / (weigh[0] ?? 1));
  }
  if (last && scale) scale.restore(last);
  const meta: ModelMeta = {
    formatVersion: 1,
    task,
    target: options.target,
    classes: target.classes,
    positive: task === 'binary' ? (target.classes[1] ?? null) : null,
    features: [...features],
    preprocess,
    threshold: task === 'binary' ? await threshold(final, check ?? learn) : null,
    hidden,
    algorithm: options.model,
    backend: backend.name,
    seed,
    fit: { steps: best.epoch, rows: learn.rows, since: options.since ?? null },
    params: {
      hidden,
      learning_rate: learningRate,
      epochs,
      batch_size: batchSize,
      dropout,
      l2,
      class_weight: options.classWeight ?? null,
      patience,
    },
  };
  return {
    meta,
    network: final,
    model: createModel(meta, final),
    history,
    bestEpoch: best.epoch,
    stoppedEarly: history.length < epochs,
    rows: { train: learn.rows, validation: check?.rows ?? 0 },
    dropped: { train: train.rows - learn.rows, validation: (options.validation?.rows ?? 0) - (check?.rows ?? 0) },
  };
}

function checkOptions(
  { task, model, features, epochs = 1, batchSize = 1, learningRate = 1, dropout = 0 }: TrainOptions,
  hidden: readonly number[],
): void {
  if (features.length === 0)
    throw new DataError('there is no feature to learn from; set the role `feature` on fields of the dataset schema');
  if ((model === 'linear') !== (task === 'regression') && model !== 'mlp')
    throw new WorkError(
      `model ${model} does not fit a ${task} target; use mlp or ${task === 'regression' ? 'linear' : 'logistic'}`,
    );
  if (!whole(epochs) || !whole(batchSize) || !hidden.every(whole))
    throw new WorkError('epochs, batch_size and hidden must be whole numbers of at least 1');
  if (!(learningRate > 0)) throw new WorkError(`learning_rate must be above 0, not ${learningRate}`);
  if (!(dropout >= 0 && dropout < 1)) throw new WorkError(`dropout must be at least 0 and below 1, not ${dropout}`);
}

function whole(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

/** The rows that have a target. */
function examples(input: Float32Array, width: number, labels: Float64Array, weigh: readonly number[] | null): Examples {
  const rows: number[] = [];
  for (let r = 0; r < labels.length; r++) if (!Number.isNaN(labels[r])) rows.push(r);
  const all = { input, labels, weights: labels.map((label) => weigh?.[label] ?? 1), rows: labels.length };
  return rows.length === labels.length ? all : gather(all, Uint32Array.from(rows), width);
}

function gather(from: Examples, rows: Uint32Array, width: number): Examples {
  const input = new Float32Array(rows.length * width);
  const [labels, weights] = [new Float64Array(rows.length), new Float64Array(rows.length)];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0;
    input.set(from.input.subarray(row * width, (row + 1) * width), i * width);
    labels[i] = from.labels[row] ?? 0;
    weights[i] = from.weights[row] ?? 1;
  }
  return { input, labels, weights, rows: rows.length };
}

function dropoutMask(size: number, dropout: number, random: Random): Float32Array {
  return Float32Array.from({ length: size }, () => (random.next() < dropout ? 0 : 1 / (1 - dropout)));
}

/** Multiply-adds of one row through layers of these sizes. */
function multiplyAdds(sizes: readonly number[]): number {
  return sizes.slice(1).reduce((sum, units, l) => sum + (sizes[l] ?? 0) * units, 0);
}

function evaluate(
  backend: Backend,
  network: Network,
  task: LearnedTask,
  outputs: number,
  on: Examples,
  std: number,
): { loss: number; metric: EpochReport['metric'] } {
  const logits = predictLogits(backend, network, on.input, on.rows);
  const { loss } = outputLoss(task, logits, outputs, on.labels, on.weights);
  if (task === 'binary') {
    const value = averagePrecision(rank(on.labels, logits));
    return { loss, metric: value === null ? undefined : { name: 'pr_auc', value } };
  }
  if (task === 'regression')
    return {
      loss,
      metric: {
        name: 'rmse',
        value: Math.sqrt(outputLoss(task, logits, 1, on.labels, new Float64Array(on.rows).fill(1)).loss) * std,
      },
    };
  let right = 0;
  for (let r = 0; r < on.rows; r++) {
    const row = logits.subarray(r * outputs, (r + 1) * outputs);
    if (row.indexOf(Math.max(...row)) === on.labels[r]) right++;
  }
  return { loss, metric: { name: 'accuracy', value: right / on.rows } };
}

/** By the scores that the saved model gives, whatever backend trained it. */
async function threshold(network: Network, on: Examples): Promise<number> {
  const scores = (await scoreLogits(network, on.input, on.rows)).map(sigmoid);
  return bestF1Threshold(rank(on.labels, scores))?.threshold ?? 0.5;
}

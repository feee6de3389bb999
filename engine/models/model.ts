import type { Table } from '../data/table.ts';
import type { LearnedTask } from '../evaluation/predictions.ts';
import { WorkError } from '../base/errors.ts';
import type { BackendName } from './backend.ts';
import type { Network } from './network.ts';
import { sigmoid, softmax } from './outputLoss.ts';
import { applyPreprocess, type FeatureSpec, type Preprocess } from './preprocess.ts';
import { scoreLogits } from './scoreLogits.ts';

/** The params of the training, with defaults. */
export interface TrainedParams {
  hidden: number[];
  learning_rate: number;
  epochs: number;
  batch_size: number;
  dropout: number;
  l2: number;
  class_weight: 'balanced' | null;
  patience: number;
}

/** How long a model was fitted, and on which rows. */
export interface ModelFit {
  /** Epochs, boosting iterations or trees of the model. */
  steps: number;
  /** Rows that it learned from. */
  rows: number;
  /** It learned only from rows from this time on, epoch milliseconds; null for all training rows. */
  since: number | null;
}

/** The content of `loopwright-model.json`, beside the weights. */
export interface ModelMeta {
  formatVersion: 1;
  task: LearnedTask;
  target: string;
  /** Multiclass: order of the probabilities. Binary: [negative, positive]. Empty for regression. */
  classes: string[];
  /** Binary: the value of the target that counts as positive; else null. */
  positive: string | null;
  features: FeatureSpec[];
  preprocess: Preprocess;
  /** Binary: scores from here on count as positive, chosen for the best F1 on the validation rows; else null. */
  threshold: number | null;
  hidden: number[];
  algorithm: 'mlp' | 'logistic' | 'linear';
  /** Backend that it was trained on. */
  backend: BackendName;
  seed: number;
  /** How it was fitted; missing in models of earlier versions. */
  fit?: ModelFit | undefined;
  params: TrainedParams;
}

/** A model ready to score. Rows of a table need the columns of `meta.features`. */
export interface Model {
  meta: ModelMeta;
  /**
   * Binary: probability of the positive class. Regression: the value. Throws WorkError for multiclass, DataError when a
   * column is absent or of the wrong kind.
   */
  scores(table: Table): Promise<Float64Array>;
  /**
   * One array per class, in the order of `meta.classes`, each as long as the table. Binary gives two; throws WorkError
   * for regression.
   */
  probabilities(table: Table): Promise<Float64Array[]>;
}

/** A model that scores with `scoreLogits`: a row has the same scores alone and among others, on every machine. */
export function createModel(meta: ModelMeta, network: Network): Model {
  const logits = (table: Table) => scoreLogits(network, applyPreprocess(meta.preprocess, table), table.rows);
  return {
    meta,
    async scores(table) {
      if (meta.task === 'multiclass')
        throw new WorkError(
          `the model predicts ${meta.classes.length} classes and has no single score; use its probabilities`,
        );
      const values = await logits(table);
      return meta.task === 'binary' ? values.map(sigmoid) : values;
    },
    async probabilities(table) {
      if (meta.task === 'regression') throw new WorkError('a regression has no probabilities; use its scores');
      const values = await logits(table);
      if (meta.task === 'binary') {
        const positive = values.map(sigmoid);
        return [positive.map((p) => 1 - p), positive];
      }
      const classes = meta.classes.map(() => new Float64Array(table.rows));
      for (let row = 0; row < table.rows; row++) {
        for (const [c, share] of softmax(values, row * classes.length, classes.length).entries()) {
          const column = classes[c];
          if (column) column[row] = share;
        }
      }
      return classes;
    },
  };
}

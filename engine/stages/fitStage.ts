import { WorkError, checkCancelled } from '../base/errors.ts';
import type { Table } from '../data/table.ts';
import { classTarget, learningOf, type Learning } from '../models/features.ts';
import { saveModel } from '../models/savedModel.ts';
import { trainModel, type TrainedModel } from '../models/trainModel.ts';
import type { TrainStage } from '../project/schema/trainStage.ts';
import type { Fitted } from './fitted.ts';
import { sideSql } from './splitRows.ts';
import { datasetOf, type StageContext } from './stageContext.ts';
import { isTreeModel, trainTrees } from './trees/trainTrees.ts';

/** The rows and the place of a model to fit. */
export interface Fit {
  /** FROM-able SQL of the data of the stage. */
  source: string;
  /** Absolute path of the folder of the model. */
  folder: string;
  /**
   * Epochs or trees to fit on every row of the data, whatever their side: no row is left to stop early by. Null to fit
   * on the train rows and stop early by the validation rows.
   */
  steps: number | null;
  /** FROM-able SQL of the data with the validation rows. Default: `source`. */
  validation?: string | undefined;
  /** See `ModelFit`. */
  since: number | null;
  /** Takes the losses of an epoch or a tree; null where nobody wants them. */
  record: ((values: Record<string, number>, step: number) => void) | null;
}

/** Fits the model of a train stage and saves it. Trees are trained in Python, the other models here. */
export async function fitStage(
  context: StageContext,
  stage: TrainStage,
  { source, folder, steps, validation = source, since, record }: Fit,
): Promise<Fitted> {
  const { with: inputs } = stage;
  const dataset = datasetOf(context, inputs.data);
  const learning = learningOf(stage, dataset.schema);
  const db = await context.database();
  const names = [...learning.features.map((feature) => feature.name), learning.target.name];
  const trainSql = await sideSql(db, source, names, steps === null ? 'train' : 'every', inputs.data);
  const validationSql = await sideSql(db, validation, names, steps === null ? 'validation' : 'none', inputs.data);
  if (isTreeModel(inputs.model)) {
    const fields = dataset.schema?.fields ?? [];
    const rows = { learning, fields, train: trainSql, validation: validationSql };
    return trainTrees(context, stage, inputs.model, rows, { folder, trees: steps, since, record });
  }
  const trainRows = await db.table(trainSql);
  const validationRows = await db.table(validationSql);
  if (trainRows.rows === 0) throw new WorkError(`\`${inputs.data}\` has no training rows.`);
  checkCancelled(context.signal);
  const model = await trainModel({
    task: learning.task,
    target: learning.target.name,
    features: learning.features,
    train: trainRows,
    validation: validationRows.rows > 0 ? validationRows : null,
    model: inputs.model,
    seed: context.seed,
    signal: context.signal,
    since,
    classWeight: inputs.class_weight === 'balanced' ? 'balanced' : null,
    positive: learning.positive ?? undefined,
    classes: learning.task === 'multiclass' ? classesOf(learning, trainRows) : undefined,
    hidden: inputs.hidden,
    learningRate: inputs.learning_rate,
    epochs: steps ?? inputs.epochs,
    batchSize: inputs.batch_size,
    dropout: inputs.dropout,
    l2: inputs.l2,
    patience: inputs.patience,
    backend: inputs.backend,
    onBackend: ({ name, note }) => context.log(note === undefined ? `backend ${name}` : `backend ${name}. ${note}`),
    onEpoch: ({ epoch, epochs, loss, validationLoss }) => {
      context.progress(`epoch ${epoch}/${epochs}`, epoch / epochs);
      if (record === null) return;
      record({ loss, ...(validationLoss === null ? {} : { validation_loss: validationLoss }) }, epoch);
      context.log(
        `epoch ${epoch}/${epochs}  loss ${loss.toFixed(5)}${validationLoss === null ? '' : `  validation loss ${validationLoss.toFixed(5)}`}`,
      );
    },
  });
  await saveModel(folder, model);
  return {
    rows: trainRows.rows,
    steps: model.bestEpoch,
    loss: lossOf(model),
    unit: 'epochs',
    trainedBy: { kind: 'backend', name: model.meta.backend },
  };
}

/** The loss of a regression is in standard deviations of its own training rows, so its root mean squared error counts. */
function lossOf({ history, bestEpoch, meta }: TrainedModel): number | null {
  const best = history.find(({ epoch }) => epoch === bestEpoch);
  if (!best || best.validationLoss === null) return null;
  return meta.task === 'regression' ? (best.metric?.value ?? null) : best.validationLoss;
}

function classesOf(learning: Learning, rows: Table): string[] {
  return (
    learning.classes ??
    [...new Set(classTarget(rows, learning.target.name).filter((value): value is string => value !== null))].toSorted()
  );
}

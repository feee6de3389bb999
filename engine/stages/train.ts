import { join } from 'node:path';
import { WorkError, checkCancelled } from '../base/errors.ts';
import { sourceSql } from '../data/readSource.ts';
import type { Table } from '../data/table.ts';
import { saveModel } from '../models/savedModel.ts';
import { trainModel } from '../models/trainModel.ts';
import { relativePath } from '../project/projectFiles.ts';
import type { TrainStage } from '../project/schema/trainStage.ts';
import { environmentOfRun } from '../tracking/runStages.ts';
import { newestSnapshot } from '../tracking/snapshots.ts';
import { classTarget, learningOf, type Learning } from '../models/features.ts';
import { sideSql } from './splitRows.ts';
import { isTreeModel, trainTrees } from './trees/trainTrees.ts';
import { count, datasetOf, type StageContext, type StageOutcome } from './stageContext.ts';

/**
 * Trains a model on the train rows, stops early by the validation rows, and saves it with its preprocessing among the
 * run's artifacts. Trees are trained in Python, the other models here.
 */
export async function train(context: StageContext, stage: TrainStage): Promise<StageOutcome> {
  const { with: inputs } = stage;
  const dataset = datasetOf(context, inputs.data);
  const learning = learningOf(stage, dataset.schema);
  const db = await context.database();
  const files = context.fingerprints.expand(dataset.path).map((file) => join(context.project.root, file));
  const source = sourceSql(files);
  const snapshot = newestSnapshot(context.store, inputs.data);
  if (snapshot) context.run.input(inputs.data, snapshot.id);
  context.progress('reading the training rows');
  const names = [...learning.features.map((feature) => feature.name), learning.target.name];
  const trainSql = await sideSql(db, source, names, 'train', inputs.data);
  const validationSql = await sideSql(db, source, names, 'validation', inputs.data);
  if (isTreeModel(inputs.model)) {
    const fields = dataset.schema?.fields ?? [];
    return trainTrees(context, stage, inputs.model, { learning, fields, train: trainSql, validation: validationSql });
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
    classWeight: inputs.class_weight === 'balanced' ? 'balanced' : null,
    positive: learning.positive ?? undefined,
    classes: learning.task === 'multiclass' ? classesOf(learning, trainRows) : undefined,
    hidden: inputs.hidden,
    learningRate: inputs.learning_rate,
    epochs: inputs.epochs,
    batchSize: inputs.batch_size,
    dropout: inputs.dropout,
    l2: inputs.l2,
    patience: inputs.patience,
    backend: inputs.backend,
    onBackend: ({ name, note }) => context.log(note === undefined ? `backend ${name}` : `backend ${name}. ${note}`),
    onEpoch: ({ epoch, epochs, loss, validationLoss }) => {
      context.run.metrics({ loss, ...(validationLoss === null ? {} : { validation_loss: validationLoss }) }, epoch);
      context.progress(`epoch ${epoch}/${epochs}`, epoch / epochs);
      context.log(
        `epoch ${epoch}/${epochs}  loss ${loss.toFixed(5)}${validationLoss === null ? '' : `  validation loss ${validationLoss.toFixed(5)}`}`,
      );
    },
  });
  const folder = join(context.artifacts(), `model-${context.node.name}`);
  await saveModel(folder, model);
  noteBackend(context, model.meta.backend);
  const best = model.bestEpoch;
  return {
    summary: `${count(trainRows.rows)} rows · best epoch ${best} · ${model.meta.backend}`,
    outs: [relativePath(context.project.root, folder)],
  };
}

/** Bits differ between backends, so the one that trained is a part of the environment. */
function noteBackend({ run, store, node }: StageContext, backend: string): void {
  run.tag('backend', backend);
  const known = environmentOfRun(store, run.runId)['backend'];
  run.environment({ [known === undefined || known === backend ? 'backend' : `backend.${node.name}`]: backend });
}

function classesOf(learning: Learning, rows: Table): string[] {
  return (
    learning.classes ??
    [...new Set(classTarget(rows, learning.target.name).filter((value): value is string => value !== null))].toSorted()
  );
}

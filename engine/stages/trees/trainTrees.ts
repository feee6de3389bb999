import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { WorkError, checkCancelled } from '../../base/errors.ts';
import { replaceFolder } from '../../base/replaceFolder.ts';
import type { Learning } from '../../models/features.ts';
import type { Field } from '../../project/schema/datasetSchema.ts';
import type { TrainStage } from '../../project/schema/trainStage.ts';
import { pythonText } from '../../python/findPython.ts';
import { systemPython } from '../../python/systemPython.ts';
import { notePython } from '../notePython.ts';
import { programEnv } from '../programEnv.ts';
import type { Fitted } from '../fitted.ts';
import type { StageContext } from '../stageContext.ts';
import { checkColumns, handedColumns, writeRows } from './handOver.ts';
import { runTrainer } from './runTrainer.ts';
import type { Iteration, Ready, TrainerRequest } from './trainerReport.ts';

/** The rows of a train stage. */
export interface TreeRows {
  learning: Learning;
  /** The fields of the dataset's schema. */
  fields: readonly Field[];
  /** SQL of the features and the target of each side. */
  train: string;
  validation: string;
}

export interface TreeFit {
  /** Absolute path of the folder of the model. */
  folder: string;
  /** The exact number of trees; null for that of the settings. */
  trees: number | null;
  /** See `ModelFit`. */
  since: number | null;
  /** Takes the losses of an iteration; null where nobody wants them. */
  record: ((values: Record<string, number>, step: number) => void) | null;
}

export type TreeModel = TrainerRequest['model'];

export function isTreeModel(model: TrainStage['with']['model']): model is TreeModel {
  return model === 'boosted_trees' || model === 'random_forest';
}

/**
 * Trains boosted trees or a random forest with a library of the project's Python, and saves an MLflow model in
 * `folder`.
 */
export async function trainTrees(
  context: StageContext,
  { with: inputs }: TrainStage,
  model: TreeModel,
  { learning, fields, train, validation }: TreeRows,
  { folder, trees, since, record }: TreeFit,
): Promise<Fitted> {
  const db = await context.database();
  const { root } = context.project;
  const [sizes] = await db.rows(
    `SELECT (SELECT count(*) FROM (${train})) AS train, (SELECT count(*) FROM (${validation})) AS validation`,
  );
  if (Number(sizes?.['train'] ?? 0) === 0) throw new WorkError(`\`${inputs.data}\` has no training rows.`);
  const columns = handedColumns(learning, fields);
  await checkColumns(db, train, learning, columns);
  checkCancelled(context.signal);
  const python = context.python();
  if (!python) throw new WorkError(noPython(model), { place: { file: 'loopwright.yaml' } });
  context.log(`Python: ${pythonText(python, root)} (${python.why})`);
  const env = programEnv(context);
  const noted = notePython(context, [python.path], python, env);
  const losses = new Map<number, number | null>();
  context.progress('starting Python');
  await mkdir(join(context.store.folder, 'tmp'), { recursive: true });
  const temporary = await mkdtemp(join(context.store.folder, 'tmp', 'train-'));
  const handOver = async (ready: Ready, fresh: string): Promise<TrainerRequest> => {
    context.log(`${ready.name} ${ready.version}`);
    context.progress('handing over the training rows');
    const file = { folder: temporary, parquet: ready.parquet };
    const hasValidation = Number(sizes?.['validation'] ?? 0) > 0;
    return {
      task: learning.task,
      model,
      seed: context.seed,
      threads: availableParallelism(),
      format: ready.parquet ? 'parquet' : 'csv',
      train: await writeRows(db, train, columns, { ...file, name: 'train' }),
      validation: hasValidation ? await writeRows(db, validation, columns, { ...file, name: 'validation' }) : null,
      ...columns,
      since,
      settings: { ...settingsOf(inputs), ...(trees === null ? {} : { trees }) },
      folder: fresh,
    };
  };
  try {
    let trained: Awaited<ReturnType<typeof runTrainer>> | undefined;
    await replaceFolder(folder, async (fresh) => {
      trained = await runTrainer(context, {
        python,
        env,
        model,
        library: inputs.library ?? 'auto',
        request: (ready) => handOver(ready, fresh),
        onIteration: (iteration) => {
          losses.set(iteration.step, iteration.validation_loss);
          report(context, iteration, record);
        },
      });
    });
    if (!trained) throw new Error('the training ended without a result');
    const { ready, done } = trained;
    return {
      rows: done.rows.train,
      steps: done.best,
      loss: losses.get(done.best) ?? null,
      unit: model === 'boosted_trees' ? 'iterations' : 'trees',
      trainedBy: { kind: 'library', id: ready.library, name: ready.name, version: ready.version },
    };
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await noted;
  }
}

/** The settings that the user wrote; the program has the defaults. */
function settingsOf(inputs: TrainStage['with']): TrainerRequest['settings'] {
  const { trees, depth, leaves, min_rows, learning_rate, l2, subsample, colsample, patience, class_weight } = inputs;
  return { trees, depth, leaves, min_rows, learning_rate, l2, subsample, colsample, patience, class_weight };
}

function report(
  context: StageContext,
  { step, of, loss, validation_loss: validation }: Iteration,
  record: TreeFit['record'],
): void {
  const values = {
    ...(loss === null ? {} : { loss }),
    ...(validation === null ? {} : { validation_loss: validation }),
  };
  context.progress(`iteration ${step}/${of}`, step / of);
  if (record === null) return;
  if (Object.keys(values).length > 0) record(values, step);
  if (of > 50 && step % 10 !== 0) return;
  const texts = [
    loss === null ? '' : `  loss ${loss.toFixed(5)}`,
    validation === null ? '' : `  validation loss ${validation.toFixed(5)}`,
  ];
  context.log(`iteration ${step}/${of}${texts.join('')}`);
}

function noPython(model: TreeModel): string {
  const own = process.platform === 'win32' ? String.raw`.venv\Scripts\python` : '.venv/bin/python';
  const packages = model === 'boosted_trees' ? 'scikit-learn lightgbm pandas pyarrow' : 'scikit-learn pandas pyarrow';
  return `\`${model}\` trains in Python, and no Python was found. Install Python 3.9 or later, then run \`${systemPython} -m venv .venv\` and \`${own} -m pip install ${packages}\` in the project. \`mlp\`, \`logistic\` and \`linear\` need no Python.`;
}

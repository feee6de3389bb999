import { join } from 'node:path';
import { tableSql } from '../data/typedSource.ts';
import { projectPath, relativePath } from '../base/projectPath.ts';
import type { TrainStage } from '../project/schema/trainStage.ts';
import { environmentOfRun } from '../tracking/runStages.ts';
import { newestSnapshot } from '../tracking/snapshots.ts';
import { fitForChange } from './fitForChange.ts';
import { count, datasetOf, type StageContext, type StageOutcome } from './stageContext.ts';

/**
 * Trains a model on the train rows, stops early by the validation rows, and saves it with its preprocessing among the
 * run's artifacts. Trees are trained in Python, the other models here.
 */
export async function train(context: StageContext, stage: TrainStage): Promise<StageOutcome> {
  const { data } = stage.with;
  const { path, schema, read } = datasetOf(context, data);
  const files = context.fingerprints.expand(path).map((file) => projectPath(context.project.root, file));
  const source = await tableSql(await context.database(), files, schema, { read });
  const snapshot = newestSnapshot(context.store, data);
  if (snapshot) context.run.input(data, snapshot.id);
  context.progress('reading the training rows');
  const folder = join(context.artifacts(), `model-${context.node.name}`);
  const fitted = await fitForChange(context, stage, source, folder);
  if (fitted.trainedBy.kind === 'backend') noteBackend(context, fitted.trainedBy.name);
  else context.run.tag('library', `${fitted.trainedBy.id} ${fitted.trainedBy.version}`);
  const { steps, unit, rows, trainedBy } = fitted;
  const size = { epochs: `best epoch ${steps}`, iterations: `best iteration ${steps}`, trees: `${steps} trees` }[unit];
  const by = trainedBy.kind === 'backend' ? trainedBy.name : `${trainedBy.name} ${trainedBy.version}`;
  const of = fitted.since === null ? '' : ` from ${new Date(fitted.since).toISOString().slice(0, 10)} on`;
  return { summary: `${count(rows)} rows${of} · ${size} · ${by}`, outs: [relativePath(context.project.root, folder)] };
}

/** Bits differ between backends, so the one that trained is a part of the environment. */
function noteBackend({ run, store, node }: StageContext, backend: string): void {
  run.tag('backend', backend);
  const known = environmentOfRun(store, run.runId)['backend'];
  run.environment({ [known === undefined || known === backend ? 'backend' : `backend.${node.name}`]: backend });
}

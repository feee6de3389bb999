import { schemaOfDataset } from '../project/schemaOfDataset.ts';
import { openDatabase } from '../data/database.ts';
import { ProjectError } from '../base/errors.ts';
import { durationMs } from '../base/duration.ts';
import { configFor, type Project } from '../project/loadProject.ts';
import { aliasedModel, modelsOf, monitorNamed } from '../project/models.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { championOf } from '../registry/aliases.ts';
import { actorOf } from '../registry/audit.ts';
import { aliasVersion } from '../registry/modelVersions.ts';
import { deploymentColumns } from '../serving/deploymentColumns.ts';
import { lastPrediction } from '../serving/predictionLog.ts';
import { recordEvent } from '../tracking/events.ts';
import type { Store } from '../store/store.ts';
import type { LoopOutcome, LoopRequest } from './loopRequest.ts';
import { replay } from './replay.ts';
import { openReplay } from './replaySource.ts';
import { trainFirst } from './trainFirst.ts';
import { watch } from './watch.ts';

/**
 * Runs the whole loop: trains and promotes the first version, deploys it, watches it, and retrains when the policy asks
 * for it.
 */
export async function runLoop(request: LoopRequest): Promise<LoopOutcome> {
  const { project, store, events } = request;
  const config = configFor(project, 'default');
  const monitorName = monitorNamed(config, request.monitor ?? null);
  const monitor = config.monitors?.[monitorName];
  if (!monitor) throw new ProjectError('The loop needs a monitor: declare one under `monitors`.');
  const every = durationMs(monitor.window.every);
  const { deployment: deploymentName } = monitor;
  if (deploymentName === undefined) {
    if (request.replay)
      throw new ProjectError(
        `The monitor \`${monitorName}\` watches a table of predictions. A replay sends rows to a deployment; name a monitor of one.`,
      );
    return watch({ request, config, monitorName, every });
  }
  const deployment = config.deployments?.[deploymentName];
  if (!deployment)
    throw new ProjectError(`The monitor \`${monitorName}\` watches \`${deploymentName}\`, which is not a deployment.`);
  const db = await openDatabase();
  let server: { url: string; close: () => Promise<void> } | null = null;
  try {
    const source = request.replay
      ? await openReplay({
          project,
          db,
          path: request.replay.path,
          schema: streamSchema(project, config),
          modelTime: deploymentColumns(project, config, deploymentName).time,
          sql: request.replay.sql === null ? null : readSql(project, request.replay.sql),
          from: resumeAt(store, deploymentName, request.replay.from),
          to: request.replay.to,
        })
      : null;
    const start = source ? Math.floor(source.from / every) * every : null;
    const { model, alias } = aliasedModel(config, deployment.model);
    if (!championOf(store, model.name)) {
      events?.onPhase?.('train');
      await trainFirst(request, config, model, source?.from ?? null);
    }
    events?.onPhase?.('deploy');
    if (deployment.as === 'api') server = await request.serve(deploymentName);
    const serving = aliasVersion(store, model.name, alias);
    recordEvent(store, {
      at: source?.from ?? Date.now(),
      kind: 'deployed',
      monitor: monitorName,
      text: `v${serving} serves as ${deploymentName}`,
      model: model.name,
      modelVersion: serving,
      runId: null,
      actor: actorOf('loop'),
    });
    const work = { request, config, monitorName, deploymentName, every, db };
    if (source === null || start === null) return await watch(work);
    events?.onPhase?.('replay');
    return await replay(work, source, start, server?.url ?? null);
  } finally {
    await server?.close();
    db.close();
  }
}

/** A loop that was stopped continues after the last row that it sent. */
function resumeAt(store: Store, deployment: string, from: number | null): number | null {
  const last = lastPrediction(store, deployment);
  return last === null ? from : Math.max(last + 1, from ?? 0);
}

/**
 * The schema of recorded rows: that of the collected dataset, else that of the training data.
 */
function streamSchema(project: Project, config: ProjectConfig): DatasetSchema | null {
  const stages = Object.values(config.stages);
  const collected = stages.flatMap((stage) =>
    'uses' in stage && stage.uses === 'collect' ? [stage.with.dataset] : [],
  )[0];
  const trained = modelsOf(config).flatMap(({ data }) => data ?? [])[0];
  return schemaOfDataset(project, config, collected ?? trained ?? '');
}

function readSql(project: Project, path: string): string {
  const content = project.files.read(path);
  if (content === null) throw new ProjectError(`There is no file \`${path}\`.`);
  return (typeof content === 'string' ? content : new TextDecoder().decode(content)).trim().replace(/;\s*$/, '');
}

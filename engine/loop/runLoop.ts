import { checkProject } from '../checks/checkProject.ts';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DriftWindow } from '../../protocol/drift.ts';
import { openDatabase, type Database } from '../data/database.ts';
import { ProjectError, WorkError, checkCancelled } from '../base/errors.ts';
import { evaluateMonitor, listWindows } from '../monitoring/evaluateMonitor.ts';
import { decideRetraining } from './policy.ts';
import { lastRetrained, retrain, type RetrainOutcome } from './retrain.ts';
import { durationMs } from '../base/duration.ts';
import { configFor, type Project } from '../project/loadProject.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { aliasVersion, versionOf } from '../registry/modelVersions.ts';
import { promote } from '../registry/promote.ts';
import { executeRun, type RunEvents, type RunOutcome } from '../runner/execute.ts';
import { deploymentColumns } from '../serving/deploymentColumns.ts';
import { scoreBatch } from '../serving/scoreBatch.ts';
import { recordEvent } from '../tracking/events.ts';
import type { Store } from '../store/store.ts';
import { PredictClient } from './httpClient.ts';
import { openReplay, replayRows, replayStretch, type ReplaySource } from './replaySource.ts';

export interface LoopEvents extends RunEvents {
  onPhase?: (text: string) => void;
  onReplay?: (share: number, at: number) => void;
  onWindow?: (window: DriftWindow) => void;
  onDecision?: (reason: string, at: number) => void;
  onRetrained?: (outcome: RetrainOutcome, at: number) => void;
}

export interface LoopRequest {
  project: Project;
  store: Store;
  /** Recorded rows to play through the deployment on a clock of their own; without it the loop watches live traffic. */
  replay: { path: string; sql: string | null; from: number | null; to: number | null } | null;
  /** Starts an API deployment in a process of its own. */
  serve: (deployment: string) => Promise<{ url: string; close: () => Promise<void> }>;
  signal?: AbortSignal | undefined;
  events?: LoopEvents | undefined;
}

export interface LoopOutcome {
  requests: number;
  failedRequests: number;
  rows: number;
  refused: number;
  windows: number;
  retrainings: RetrainOutcome[];
  /** Clock of the end, epoch milliseconds. */
  now: number;
}

const rowsPerRequest = 200;
/** How long a deployment may take to load the version that was promoted. */
const takeOverMs = 60_000;

/**
 * The whole loop: bring the model up to date, promote the first through its gates, deploy, watch, and retrain when the
 * policy says so.
 */
export async function runLoop(request: LoopRequest): Promise<LoopOutcome> {
  const { project, store, events } = request;
  const config = configFor(project, 'default');
  const [monitorName, monitor] = Object.entries(config.monitors ?? {})[0] ?? [];
  if (monitorName === undefined || !monitor)
    throw new ProjectError('The loop needs a monitor: declare one under `monitors`.');
  const deployment = config.deployments?.[monitor.deployment];
  if (!deployment)
    throw new ProjectError(`The monitor \`${monitorName}\` watches \`${monitor.deployment}\`, which is no deployment.`);
  const every = durationMs(monitor.window.every);
  const db = await openDatabase();
  let server: { url: string; close: () => Promise<void> } | null = null;
  try {
    const source = request.replay
      ? await openReplay({
          project,
          db,
          path: request.replay.path,
          schema: streamSchema(project, config),
          modelTime: deploymentColumns(project, config, monitor.deployment).time,
          sql: request.replay.sql === null ? null : readSql(project, request.replay.sql),
          from: resumeAt(store, monitor.deployment, request.replay.from),
          to: request.replay.to,
        })
      : null;
    const start = source ? Math.floor(source.from / every) * every : null;
    if (!versionOf(store, config.project, 'champion')) {
      events?.onPhase?.('train');
      // Only what was known before the first replayed row may teach the first model.
      const outcome = await executeRun({
        project,
        store,
        check: checkProject,
        signal: request.signal,
        events,
        period: { asOf: source?.from ?? null, window: null },
        commandLine: 'loopwright loop',
      });
      if (outcome.status === 'failed' || outcome.status === 'refused') throw failed(outcome);
      const challenger = versionOf(store, config.project, 'challenger');
      if (!challenger) throw new WorkError('No version passed its gates, so there is nothing to deploy.');
      promote(store, config.project, challenger.version, 'first version, all gates passed', source?.from ?? Date.now());
    }
    events?.onPhase?.('deploy');
    if (deployment.as === 'api') server = await request.serve(monitor.deployment);
    const serving = versionOf(store, config.project, deployment.model)?.version ?? null;
    recordEvent(store, {
      at: source?.from ?? Date.now(),
      kind: 'deployed',
      monitor: monitorName,
      text: `v${serving} serves as ${monitor.deployment}`,
      modelVersion: serving,
      runId: null,
    });
    const work = { request, config, monitorName, deploymentName: monitor.deployment, every, db };
    if (source === null || start === null) return await watch(work);
    events?.onPhase?.('replay');
    return await replay(work, source, start, server?.url ?? null);
  } finally {
    await server?.close();
    db.close();
  }
}

/** A loop that was stopped goes on after the last row that was played. */
function resumeAt({ sql }: Store, deployment: string, from: number | null): number | null {
  const last =
    sql.get<{ at: number | null }>(
      'SELECT max(at) AS at FROM (SELECT max(at) AS at FROM predictions WHERE deployment = ? UNION ALL SELECT max(to_at) FROM prediction_files WHERE deployment = ?)',
      deployment,
      deployment,
    )?.at ?? null;
  return last === null ? from : Math.max(last + 1, from ?? 0);
}

interface Work {
  request: LoopRequest;
  config: ProjectConfig;
  monitorName: string;
  deploymentName: string;
  every: number;
  db: Database;
}

/** The token of a deployment that asks for one; whether it is set was seen when it was started. */
function tokenOf({ config, deploymentName }: Work): string | null {
  const deployment = config.deployments?.[deploymentName];
  return deployment?.as === 'api' && deployment.auth ? (process.env[deployment.auth.token_env] ?? null) : null;
}

async function replay(work: Work, source: ReplaySource, start: number, url: string | null): Promise<LoopOutcome> {
  const { request, db, every } = work;
  const { events, signal } = request;
  const client = url === null ? null : new PredictClient(url, tokenOf(work));
  const outcome: LoopOutcome = {
    requests: 0,
    failedRequests: 0,
    rows: 0,
    refused: source.refused,
    windows: 0,
    retrainings: [],
    now: start,
  };
  const send = async (rows: readonly unknown[]) => {
    const sent = await client?.send(rows);
    if (sent && sent.status !== 200)
      throw new WorkError(`The deployment refused a request (HTTP ${sent.status || 'no answer'}): ${sent.error ?? ''}`);
    outcome.rows += rows.length;
  };
  const judge = async (now: number) => {
    outcome.windows += (
      await evaluateMonitor({
        project: request.project,
        config: work.config,
        store: request.store,
        monitor: work.monitorName,
        now,
        signal,
        onWindow: events?.onWindow,
      })
    ).length;
  };
  /** Rows of the coming window that were sent while the challenger trained. */
  let ahead = 0;
  try {
    for (let from = start; from <= source.to; from += every) {
      if (client) {
        const rows = (await replayRows(db, source, from, from + every)).slice(ahead);
        for (let i = 0; i < rows.length; i += 2 * rowsPerRequest) {
          checkCancelled(signal);
          await Promise.all(
            [rows.slice(i, i + rowsPerRequest), rows.slice(i + rowsPerRequest, i + 2 * rowsPerRequest)]
              .filter((part) => part.length > 0)
              .map(send),
          );
          events?.onReplay?.(outcome.rows / source.rows, from);
        }
      } else outcome.rows += await scoreStretch(work, source, from);
      ahead = 0;
      const now = from + every;
      outcome.now = now;
      events?.onReplay?.(outcome.rows / source.rows, now);
      await judge(now);
      const coming = client ? await replayRows(db, source, now, now + every) : [];
      // Traffic goes on while the challenger trains and takes over: a dropped request would stop the loop.
      const meanwhile = async () => {
        const few = coming.slice(ahead, Math.min(ahead + 10, Math.ceil(coming.length / 2)));
        if (few.length > 0) await send(few);
        ahead += few.length;
        await wait(50, undefined, { signal });
      };
      const retrained = await act(work, now, async (done) => {
        while (client && !done()) await meanwhile();
      });
      if (!retrained) continue;
      outcome.retrainings.push(retrained);
      if (client) await takenOver(work, client, meanwhile);
    }
    // Labels of the last windows arrive after the last row.
    const delay = work.config.monitors?.[work.monitorName]?.labels?.delay;
    if (delay !== undefined) await judge(outcome.now + durationMs(delay));
    return outcome;
  } finally {
    outcome.requests = client?.requests ?? 0;
    outcome.failedRequests = client?.failed ?? 0;
    client?.close();
  }
}

/**
 * Waits until the deployment serves the version that it names, with `meanwhile` going on. Replayed time is faster than
 * loading a model: without this, the rows of days would be served by the version before, the more the slower the
 * machine.
 */
async function takenOver(
  { request, config, deploymentName }: Work,
  client: PredictClient,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const alias = config.deployments?.[deploymentName]?.model;
  if (alias === undefined) return;
  const deadline = Date.now() + takeOverMs;
  for (;;) {
    const served = await client.servedVersion();
    // Asked each time: a person may promote another meanwhile.
    const wanted = aliasVersion(request.store, config.project, alias);
    if (served === wanted) return;
    if (Date.now() > deadline)
      throw new WorkError(
        `v${wanted} is ${alias}, but after ${takeOverMs / 1000} s \`${deploymentName}\` ${served === null ? 'gives no answer' : `still serves v${served}`}. Its own lines say why.`,
      );
    await meanwhile();
  }
}

/** Retrains when the policy says so, with `meanwhile` going on until it is done. */
async function act(
  { request, config }: Work,
  now: number,
  meanwhile: (done: () => boolean) => Promise<void>,
): Promise<RetrainOutcome | null> {
  const { project, store, events, signal } = request;
  const decision = decideRetraining({
    config,
    windowsOf: (monitor) => listWindows(store, monitor),
    lastRetrained: lastRetrained(store),
    now,
  });
  if (!decision.retrain) return null;
  events?.onDecision?.(decision.reason, now);
  let finished = false;
  const work = retrain({
    project,
    config,
    store,
    reason: decision.reason,
    monitor: decision.monitor,
    now,
    signal,
    events,
  }).finally(() => {
    finished = true;
  });
  const [result] = await Promise.all([work, meanwhile(() => finished)]);
  events?.onRetrained?.(result, now);
  return result;
}

/** Watches live traffic: judges windows as they end and acts, until it is stopped. */
async function watch(work: Work): Promise<LoopOutcome> {
  const { request, config, monitorName, every } = work;
  const outcome: LoopOutcome = {
    requests: 0,
    failedRequests: 0,
    rows: 0,
    refused: 0,
    windows: 0,
    retrainings: [],
    now: Date.now(),
  };
  request.events?.onPhase?.('watch');
  while (!request.signal?.aborted) {
    outcome.now = Date.now();
    outcome.windows += (
      await evaluateMonitor({
        project: request.project,
        config,
        store: request.store,
        monitor: monitorName,
        now: outcome.now,
        signal: request.signal,
        onWindow: request.events?.onWindow,
      })
    ).length;
    const retrained = await act(work, outcome.now, async () => {});
    if (retrained) outcome.retrainings.push(retrained);
    await wait(Math.min(every / 4, 60_000), undefined, { signal: request.signal }).catch(() => {});
  }
  return outcome;
}

async function scoreStretch(
  { request, config, deploymentName, db, every }: Work,
  source: ReplaySource,
  from: number,
): Promise<number> {
  const deployment = config.deployments?.[deploymentName];
  const version = versionOf(request.store, config.project, deployment?.as === 'batch' ? deployment.model : 'champion');
  if (!version || deployment?.as !== 'batch') throw new WorkError(`\`${deploymentName}\` cannot score batches.`);
  const output = join(request.project.root, deployment.output, `${new Date(from).toISOString().slice(0, 10)}.parquet`);
  const { rows } = await scoreBatch({
    store: request.store,
    version,
    db,
    source: replayStretch(source, from, from + every),
    output,
    columns: deploymentColumns(request.project, config, deploymentName),
    deployment: deploymentName,
    signal: request.signal,
  });
  return rows;
}

/**
 * The schema that recorded rows are like: that of the dataset that is collected, else of the data that is trained on.
 */
function streamSchema(project: Project, config: ProjectConfig): DatasetSchema | null {
  const stages = Object.values(config.stages);
  const collected = stages.flatMap((stage) =>
    'uses' in stage && stage.uses === 'collect' ? [stage.with.dataset] : [],
  )[0];
  const trained = stages.flatMap((stage) => ('uses' in stage && stage.uses === 'train' ? [stage.with.data] : []))[0];
  const path = config.datasets?.[collected ?? trained ?? '']?.schema;
  return path === undefined ? null : (project.schemas.get(path)?.value ?? null);
}

function readSql(project: Project, path: string): string {
  const content = project.files.read(path);
  if (content === null) throw new ProjectError(`There is no file \`${path}\`.`);
  return (typeof content === 'string' ? content : new TextDecoder().decode(content)).trim().replace(/;\s*$/, '');
}

function failed(outcome: RunOutcome): WorkError {
  return new WorkError(outcome.error ? `${outcome.error.stage}: ${outcome.error.message}` : 'The run failed.', {
    place: outcome.error?.place ?? {},
  });
}

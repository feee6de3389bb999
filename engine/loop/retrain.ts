import { versionText } from '../../words/models.ts';
import { checkProject } from '../checks/checkProject.ts';
import { WorkError } from '../base/errors.ts';
import { durationMs } from '../base/duration.ts';
import type { Project } from '../project/loadProject.ts';
import { buildGraph, closure } from '../project/graph.ts';
import { hasSeveralModels, retrainedModel, validationsOf, type ProjectModel } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { championOf } from '../registry/aliases.ts';
import { promote } from '../registry/promote.ts';
import { windowsOf } from '../monitoring/windows.ts';
import { executeRun } from '../runner/execute.ts';
import { type RunEvents } from '../runner/runRequest.ts';
import { recordEvent } from '../tracking/events.ts';
import type { Store } from '../store/store.ts';
import { countNewRows } from './countNewRows.ts';
import { recordAttempt, type RecordedDecision } from './decisions.ts';
import { holdText, neededRows, newRows, type Hold } from './hold.ts';

export interface RetrainOutcome {
  /** `waiting`: nothing was trained, for the reason in `hold`. */
  status: 'promoted' | 'proposed' | 'rejected' | 'failed' | 'waiting';
  model: string;
  /** The challenger, when one was trained. */
  version: number | null;
  previous: number | null;
  runId: string | null;
  message: string;
  hold: Hold | null;
}

export interface RetrainRequest {
  project: Project;
  config: ProjectConfig;
  store: Store;
  /** The decision that starts it, or a reason of its own. `id` is the row that receives the outcome. */
  decision: Pick<RecordedDecision, 'reason' | 'monitor' | 'since' | 'id'>;
  /** See `actorOf`. */
  actor: string;
  now: number;
  /** A user asks for it: where too few rows are from after the change, it trains without regard to the change. */
  insists?: boolean | undefined;
  signal?: AbortSignal | undefined;
  events?: RunEvents | undefined;
}

/**
 * Trains a challenger on the data as of `now`, judges it by the gates, and promotes or proposes it as the policy says.
 * Ends as `waiting` before the training when the prepared data could not help.
 */
export async function retrain(request: RetrainRequest): Promise<RetrainOutcome> {
  const { config, store, decision, now, insists = false } = request;
  const { monitor, since, id } = decision;
  const outcome = await tryRetraining(request);
  if (insists && outcome.hold?.kind === 'too few new rows')
    return retrain({ ...request, decision: { ...decision, since: null } });
  if (id !== null) {
    const windows = monitor === null ? [] : windowsOf(store, config)(monitor).filter(({ end }) => end <= now);
    const { status, hold, version } = outcome;
    const rows = newRows(config, { monitor, since, windows });
    recordAttempt(store, id, { at: now, monitor, since, status, hold, version, rows });
  }
  return outcome;
}

async function tryRetraining(request: RetrainRequest): Promise<RetrainOutcome> {
  const { project, config, store, decision, actor, now } = request;
  const { reason, monitor, since } = decision;
  const policy = config.retraining;
  const model = retrainedModel(config, monitor);
  const champion = championOf(store, model.name)?.version ?? null;
  const event = { at: now, monitor, model: model.name, actor };
  const none = { model: model.name, version: null, previous: champion, runId: null };
  const stages = policy?.run ?? validationsOf(config, model);
  const graph = buildGraph(config, project.files);
  const trainers = trainersOf(config, model);
  const run = new Set(stages ? closure(graph, stages) : graph.order);
  if (trainers.length > 0 && !trainers.some((name) => run.has(name)))
    return waiting({ ...none, hold: { kind: 'trains nothing' } });
  let runId = '';
  let hold: Hold | null = null;
  let begun = false;
  // Recorded once the training begins: a retraining that could not begin must not start the cooldown.
  const begin = () => {
    if (begun) return;
    begun = true;
    recordEvent(store, {
      ...event,
      kind: 'retrained',
      text: `retraining because ${reason}`,
      modelVersion: champion,
      runId,
    });
  };
  const mayStart = async (stage: string): Promise<boolean> => {
    if (begun || !trainers.includes(stage)) return true;
    const path = model.data === null ? undefined : config.datasets?.[model.data]?.path;
    const isPrepared = path !== undefined && (graph.stages.get(stage)?.deps.includes(path) ?? false);
    if (since !== null && isPrepared) {
      const rows = await countNewRows(project, config, store, model.data, since);
      const needed = neededRows(config, monitor);
      if (rows !== null && rows < needed) hold = { kind: 'too few new rows', since, rows, needed };
    }
    if (hold !== null) return false;
    begin();
    return true;
  };
  const outcome = await executeRun({
    project,
    store,
    check: checkProject,
    stages,
    mayStart,
    refits: policy?.refit ?? true,
    signal: request.signal,
    events: {
      ...request.events,
      onStart: (started, plan) => {
        ({ runId } = started);
        if (trainers.length === 0) begin();
        request.events?.onStart?.(started, plan);
      },
    },
    tags: { trigger: reason, ...(since === null ? {} : { change: new Date(since).toISOString() }) },
    period: {
      asOf: now,
      window: policy?.data === undefined ? null : durationMs(policy.data.window),
      regime: since,
    },
    commandLine: 'loopwright retrain',
  });
  if (hold !== null) return waiting({ ...none, runId: outcome.runId, hold });
  const version = outcome.registered.findLast(({ name }) => name === model.name)?.version ?? null;
  if (version === null && !begun && outcome.error === null)
    return waiting({ ...none, runId: outcome.runId, hold: { kind: 'nothing new' } });
  begin();
  const base = { model: model.name, version, previous: champion, runId: outcome.runId, hold: null };
  if (outcome.status === 'failed' || outcome.status === 'refused') {
    const message = outcome.error?.message ?? 'the run failed';
    const rejected = outcome.status === 'refused';
    recordEvent(store, {
      ...event,
      kind: 'rejected',
      text: rejected
        ? `v${version} was not promoted: ${message}`
        : `retraining failed in ${outcome.error?.stage}: ${message}`,
      modelVersion: version,
      runId: outcome.runId,
    });
    return { ...base, status: rejected ? 'rejected' : 'failed', message };
  }
  if (version === null)
    return {
      ...base,
      status: 'failed',
      message: 'the run registered no version of the model',
    };
  const several = hasSeveralModels(config);
  const made = versionText({ name: model.name, version }, several);
  if (policy?.then !== 'promote')
    return {
      ...base,
      status: 'proposed',
      message: `${made} passed its gates; to promote it: loopwright models promote ${several ? `${model.name}@` : ''}${version}`,
    };
  try {
    promote(store, { name: model.name, version }, { why: reason, actor, at: now });
  } catch (error) {
    if (!(error instanceof WorkError)) throw error;
    recordEvent(store, {
      ...event,
      kind: 'rejected',
      text: error.message,
      modelVersion: version,
      runId: outcome.runId,
    });
    return { ...base, status: 'rejected', message: error.message };
  }
  return { ...base, status: 'promoted', message: `${made} is champion` };
}

function waiting(held: Omit<RetrainOutcome, 'status' | 'message'> & { hold: Hold }): RetrainOutcome {
  return { ...held, status: 'waiting', message: holdText(held.hold) };
}

/** The stages that make the model, as far as the project runs them. */
function trainersOf(config: ProjectConfig, model: ProjectModel): string[] {
  if (model.from !== null) return [model.from];
  if (model.address !== null || model.predictions !== null) return [];
  return Object.values(config.stages).flatMap((stage) =>
    'uses' in stage && stage.uses === 'validate' && Object.hasOwn(config.stages, stage.with.model)
      ? [stage.with.model]
      : [],
  );
}

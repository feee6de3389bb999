import { versionText } from '../../words/models.ts';
import { checkProject } from '../checks/checkProject.ts';
import { WorkError } from '../base/errors.ts';
import { durationMs } from '../base/duration.ts';
import type { Project } from '../project/loadProject.ts';
import { hasSeveralModels, retrainedModel, validationsOf } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { championOf } from '../registry/aliases.ts';
import { promote } from '../registry/promote.ts';
import { executeRun } from '../runner/execute.ts';
import { type RunEvents } from '../runner/runRequest.ts';
import { eventCount, recordEvent } from '../tracking/events.ts';
import type { Store } from '../store/store.ts';

export interface RetrainOutcome {
  status: 'promoted' | 'proposed' | 'rejected' | 'failed';
  model: string;
  /** The challenger, when one was trained. */
  version: number | null;
  previous: number | null;
  runId: string | null;
  message: string;
}

/**
 * Trains a challenger on the data as of `now`, judges it by the gates, and promotes or proposes it as the policy says.
 */
export async function retrain(input: {
  project: Project;
  config: ProjectConfig;
  store: Store;
  reason: string;
  monitor: string | null;
  /** See `actorOf`. */
  actor: string;
  now: number;
  signal?: AbortSignal | undefined;
  events?: RunEvents | undefined;
}): Promise<RetrainOutcome> {
  const { project, config, store, reason, monitor, actor, now } = input;
  const policy = config.retraining;
  const model = retrainedModel(config, monitor);
  const champion = championOf(store, model.name)?.version ?? null;
  const event = { at: now, monitor, model: model.name, actor };
  // Recorded once the run has begun: a run that could not begin must not start the cooldown.
  const onStart: RunEvents['onStart'] = (run, plan) => {
    recordEvent(store, {
      ...event,
      kind: 'retrained',
      text: `retraining because ${reason}`,
      modelVersion: champion,
      runId: run.runId,
    });
    input.events?.onStart?.(run, plan);
  };
  const outcome = await executeRun({
    project,
    store,
    check: checkProject,
    stages: policy?.run ?? validationsOf(config, model),
    signal: input.signal,
    events: { ...input.events, onStart },
    tags: { trigger: reason },
    period: { asOf: now, window: policy?.data === undefined ? null : durationMs(policy.data.window), regime: null },
    commandLine: 'loopwright retrain',
  });
  const version = outcome.registered.findLast(({ name }) => name === model.name)?.version ?? null;
  const base = { model: model.name, version, previous: champion, runId: outcome.runId };
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
      message: 'nothing changed since the last training, so no new version was made',
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

/** When retraining was last started, by the clock that started it; null for never. */
export function lastRetrained(store: Pick<Store, 'sql'>): number | null {
  return eventCount(store, 'retrained').lastAt;
}

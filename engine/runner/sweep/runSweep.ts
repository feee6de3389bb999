import type { ModelRef } from '../../../protocol/models.ts';
import type { ParamValue } from '../../../protocol/runs.ts';
import { CancelledError, WorkError, checkCancelled } from '../../base/errors.ts';
import { buildGraph } from '../../project/graph.ts';
import { configFor } from '../../project/loadProject.ts';
import type { SweepConfig } from '../../project/schema/experimentSchema.ts';
import { codeVersion, patchText, type CodeVersion } from '../../provenance/codeVersion.ts';
import { environmentOf } from '../../provenance/environment.ts';
import type { Worktree } from '../../provenance/worktree.ts';
import { findPython } from '../../python/findPython.ts';
import { validatedModel } from '../../project/models.ts';
import { actorOf } from '../../registry/audit.ts';
import { registerRun } from '../../registry/registerRun.ts';
import { continueRun, recordRun, type RecordedRun } from '../../tracking/recordRun.ts';
import { getRun } from '../../tracking/runDetail.ts';
import { keepText } from '../../tracking/texts.ts';
import { executeRun } from '../execute.ts';
import { type RunRequest } from '../runRequest.ts';
import { refuseProblems } from '../problemsOfRun.ts';
import { holdRunLock, takenOver } from '../runLock.ts';
import { startSuggestions, type Suggestions } from './optuna.ts';
import { sweepTags } from '../../tracking/sweepRuns.ts';
import { findSession, type Session } from './session.ts';
import { defaultRuns, sweepPoints, varied } from './sweepPoints.ts';
import { sweptStages } from './sweptStages.ts';
import { bestOf, runTrial, type Sweep, type SweepRequest, type Trial } from './runTrial.ts';
import { trialPlace } from './trialPlace.ts';
import { watchTrials, type Watch } from './watchTrials.ts';
import { valueOf } from '../../tracking/metricNames.ts';

export interface SweepResult {
  objective: string;
  /** The parent run of the trials. */
  parent: { runId: string; name: string };
  /** In the order of their points. */
  trials: Trial[];
  best: Trial | null;
  /**
   * The trial whose model was registered: the best of those that passed their gates, else the best; null when none
   * validated a model.
   */
  chosen: { trial: Trial; registered: ModelRef[] } | null;
}

/**
 * Runs an experiment once for each point of its sweep and reports the best. The stages that all trials share run once,
 * before the trials. A trial that fails does not stop the others. With `parallel` above 1 each trial has a folder and a
 * process of its own, and the project's outputs stay unchanged. Rejects with CancelledError when stopped; the next call
 * continues with the remaining trials.
 */
export async function runSweep(
  request: SweepRequest,
  config: SweepConfig,
  say: (line: string) => void,
): Promise<SweepResult> {
  const { project, store } = request;
  checkCancelled(request.signal);
  const experiment = request.experiment ?? 'default';
  refuseProblems(project, request.check(project), buildGraph(configFor(project, experiment), project.files), {
    experiment,
    stages: request.stages,
  });
  const points = config.method === 'bayesian' ? null : sweepPoints(config, request.params ?? {});
  const count = points?.length ?? config.runs ?? defaultRuns;
  const stages = sweptStages(request, config);
  const abort = new AbortController();
  let isLost = false;
  const release = holdRunLock(store, () => {
    isLost = true;
    abort.abort();
  });
  const signal = request.signal ? AbortSignal.any([request.signal, abort.signal]) : abort.signal;
  let sweep: Sweep | null = null;
  try {
    const session = findSession(request, config, count);
    const code = request.code ?? (await codeVersion(project.root, stages.made));
    const [direction, objective] =
      'maximize' in config.objective
        ? ['maximize' as const, config.objective.maximize]
        : ['minimize' as const, config.objective.minimize];
    const parent = await parentRun(request, config, session, code, direction, objective);
    sweep = {
      request,
      config,
      say,
      direction,
      objective,
      stages,
      count,
      session,
      parent,
      code,
      points,
      suggestions: null,
      watch: null,
      trials: new Map(),
      signal,
    };
    takeOver(sweep);
    await runShared(sweep);
    if (points === null) sweep.suggestions = await suggestionsFor(sweep);
    if (config.method === 'halving') sweep.watch = watchFor(sweep);
    await runTrials(sweep, abort);
    return finish(sweep);
  } catch (error) {
    sweep?.parent.end(isLost ? 'interrupted' : error instanceof CancelledError ? 'cancelled' : 'failed');
    throw isLost ? new WorkError(takenOver, { cause: error }) : error;
  } finally {
    sweep?.watch?.close();
    sweep?.suggestions?.close();
    release();
  }
}

/** The parent run of the trials; it contains the stages that they share. */
async function parentRun(
  request: SweepRequest,
  config: SweepConfig,
  session: Session,
  code: CodeVersion,
  direction: string,
  objective: string,
): Promise<RecordedRun> {
  const { store, project } = request;
  if (session.parent !== null) return continueRun(store, session.parent);
  const experiment = request.experiment ?? 'default';
  const resolved = configFor(project, experiment, { params: request.params ?? {} });
  const fixed = Object.fromEntries(
    Object.entries(resolved.params ?? {}).filter(
      ([name]) => !varied(config, request.params).some(([one]) => one === name),
    ),
  );
  return recordRun(store, {
    experiment,
    params: fixed as Record<string, ParamValue>,
    tags: {
      ...request.tags,
      sweep: experiment,
      [sweepTags.session]: session.name,
      'loopwright.objective': `${direction} ${objective}`,
      'loopwright.method': config.method,
    },
    seed: resolved.seed ?? 0,
    commit: code.commit,
    dirty: code.dirty,
    environment: await environmentOf(project.root),
    command: request.commandLine ?? `loopwright run --experiment ${experiment}`,
    asOf: request.period?.asOf ?? null,
    code: {
      branch: code.branch ?? undefined,
      remote: code.remote ?? undefined,
      root: code.root || undefined,
      patch: code.patch === null ? undefined : keepText(store, patchText(code.patch)),
    },
  });
}

/** The trials that were done before the sweep was stopped. */
function takeOver(sweep: Sweep): void {
  const { session, points, config, request, objective, count, say } = sweep;
  const names = varied(config, request.params).map(([name]) => name);
  for (const [i, runId] of session.done) {
    const run = getRun(request.store, runId);
    const params = points?.[i] ?? Object.fromEntries(names.map((name) => [name, run.params[name] ?? null]));
    sweep.trials.set(i, {
      runId,
      name: run.name,
      params,
      status: run.status,
      value: valueOf(run.metrics, objective),
      stopped: run.tags[sweepTags.stopped] ?? null,
    });
  }
  if (session.done.size > 0)
    say(
      `${session.done.size} of ${count} trials were done before the sweep was stopped; it continues with the others. --force starts over.`,
    );
}

async function runShared({ request, stages, parent, code, signal, session }: Sweep): Promise<void> {
  if (stages.shared.length === 0) return;
  const outcome = await executeRun({
    ...request,
    stages: stages.shared,
    force: (request.force ?? false) && session.done.size === 0,
    held: true,
    code,
    signal,
    tags: { ...request.tags, sweep: request.experiment ?? 'default', [sweepTags.parent]: parent.runId },
  });
  if (outcome.status === 'failed' || outcome.status === 'refused')
    throw new WorkError(
      `The stages that all trials share ${outcome.status === 'failed' ? 'failed' : 'were refused'}, so no trial ran: ${outcome.error?.stage ?? ''}: ${outcome.error?.message ?? ''}`,
    );
}

function suggestionsFor({ request, config, direction, trials }: Sweep): Promise<Suggestions> {
  const { project } = request;
  const resolved = configFor(project, request.experiment ?? 'default');
  return startSuggestions({
    root: project.root,
    python: findPython({ root: project.root, python: resolved.python }),
    variables: project.envFile,
    folder: request.store.folder,
    commands: Object.values(resolved.stages).flatMap((stage) => ('cmd' in stage ? [stage.cmd] : [])),
    distributions: varied(config, request.params),
    direction,
    parallel: config.parallel ?? 1,
    seed: resolved.seed ?? 0,
    done: [...trials.entries()].toSorted(([a], [b]) => a - b).map(([, { params, value }]) => ({ params, value })),
  });
}

/**
 * The metric to watch by default: the objective, or for built-in training, which measures the objective only at its
 * end, the loss.
 */
function watchFor({ request, config, direction, objective, stages, session }: Sweep): Watch {
  const rules = config.halving ?? {};
  const watch = rules.watch ?? (stages.trains ? { minimize: 'validation_loss' } : config.objective);
  const [towards, metric] =
    rules.watch || stages.trains
      ? 'maximize' in watch
        ? ['maximize' as const, watch.maximize]
        : ['minimize' as const, watch.minimize]
      : [direction, objective];
  const made = watchTrials(request.store, metric, {
    direction: towards,
    minSteps: rules.min_steps ?? 1,
    reduction: rules.reduction ?? 3,
  });
  made.replay(session.done);
  return made;
}

/** Starts as many workers as may run at once; each takes the next remaining trial. */
async function runTrials(sweep: Sweep, abort: AbortController): Promise<void> {
  const left = Array.from({ length: sweep.count }, (_, i) => i).filter((i) => !sweep.trials.has(i));
  const parallel = Math.min(sweep.config.parallel ?? 1, left.length);
  const places: Worktree[] = [];
  const worker = async (place: Worktree | null): Promise<void> => {
    for (let i = left.shift(); i !== undefined; i = left.shift()) {
      checkCancelled(sweep.signal);
      await runTrial(sweep, i, place);
    }
  };
  try {
    for (let i = 0; parallel > 1 && i < parallel; i++)
      places.push(await trialPlace(sweep.request.project.root, sweep.stages.outs, sweep.signal));
    const workers = places.length > 0 ? places.map(worker) : [worker(null)];
    // The first worker that throws stops the others; all are awaited.
    await Promise.all(
      workers.map((one) =>
        one.catch((error: unknown) => {
          abort.abort();
          throw error;
        }),
      ),
    ).finally(() => Promise.allSettled(workers));
  } finally {
    await Promise.all(places.map((place) => place.remove()));
  }
}

function finish(sweep: Sweep): SweepResult {
  const { request, trials, watch, parent, objective, say } = sweep;
  const best = bestOf(sweep);
  if (watch && !watch.seen)
    say(
      'No trial logged the watched metric by step, so none could be stopped early. Name one that is logged during training: `halving: { watch: { minimize: … } }`.',
    );
  const passing = bestOf({ ...sweep, trials: new Map([...trials].filter(([, { status }]) => status === 'finished')) });
  const chosen = registerTrial(request, passing ?? best);
  parent.end(passing ? 'finished' : best ? 'refused' : 'failed');
  return {
    objective,
    parent: { runId: parent.runId, name: parent.name },
    trials: [...trials.entries()].toSorted(([a], [b]) => a - b).map(([, trial]) => trial),
    best,
    chosen,
  };
}

/** Registers the model of the chosen trial, when its stages validated one. Other trials are not registered. */
function registerTrial(request: RunRequest, trial: Trial | null): SweepResult['chosen'] {
  const validated = trial?.runId
    ? getRun(request.store, trial.runId).stages.some(
        ({ kind, status }) => kind === 'validate' && (status === 'finished' || status === 'refused'),
      )
    : false;
  if (!trial?.runId || !validated) return null;
  const config = configFor(request.project, request.experiment ?? 'default');
  const { registered } = registerRun(
    request.store,
    trial.runId,
    (stage) => validatedModel(config, stage).name,
    actorOf('run'),
  );
  return { trial, registered };
}

import { join } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import { configFor, loadProject } from '../../project/loadProject.ts';
import type { SweepConfig } from '../../project/schema/experimentSchema.ts';
import type { CodeVersion } from '../../provenance/codeVersion.ts';
import type { Worktree } from '../../provenance/worktree.ts';
import { findPython } from '../../python/findPython.ts';
import type { RecordedRun } from '../../tracking/recordRun.ts';
import { getRun } from '../../tracking/runDetail.ts';
import { stateFolder } from '../../store/store.ts';
import { executeRun } from '../execute.ts';
import { type RunOutcome, type RunRequest } from '../runRequest.ts';
import type { Suggestions } from './optuna.ts';
import { noteStopped, sweepTags } from '../../tracking/sweepRuns.ts';
import type { Session } from './session.ts';
import type { Point } from './sweepPoints.ts';
import type { SweptStages } from './sweptStages.ts';
import { clearOuts } from './trialPlace.ts';
import { runTrialProcess } from './trialProcess.ts';
import type { Watch } from './watchTrials.ts';
import { valueOf } from '../../tracking/metricNames.ts';

export interface Trial {
  runId: string | null;
  name: string | null;
  params: Point;
  status: string;
  /** The objective; null when the run failed or did not measure it. */
  value: number | null;
  /** Why it was stopped early, or null. */
  stopped: string | null;
}

export interface SweepRequest extends RunRequest {
  /**
   * How to start another process of this program, so that trials at the same time have a process each; without it they
   * share this one.
   */
  program?: readonly string[] | undefined;
}

/** The state of a sweep while it runs. */
export interface Sweep {
  request: SweepRequest;
  config: SweepConfig;
  say: (line: string) => void;
  direction: 'maximize' | 'minimize';
  objective: string;
  /** The shared stages and those of each trial. */
  stages: SweptStages;
  count: number;
  session: Session;
  parent: RecordedRun;
  code: CodeVersion;
  /** Null with method bayesian. */
  points: Point[] | null;
  suggestions: Suggestions | null;
  watch: Watch | null;
  /** By the number of their point. */
  trials: Map<number, Trial>;
  signal: AbortSignal;
}

/**
 * Runs the trial of a point, in the project or in a folder of its own, and records its result. A trial that fails is
 * not an error.
 */
export async function runTrial(sweep: Sweep, i: number, place: Worktree | null): Promise<void> {
  const { request, say, count, objective, watch, parent } = sweep;
  const asked = await sweep.suggestions?.ask();
  const params = asked?.params ?? sweep.points?.[i] ?? {};
  say(`trial ${i + 1} of ${count}: ${paramText(params)}`);
  const early = new AbortController();
  let why: string | null = null;
  let runId: string | null = null;
  const events: RunRequest['events'] = {
    ...(place === null
      ? request.events
      : { onLog: (stage, line) => request.events?.onLog?.(stage, `[${i + 1}] ${line}`) }),
    onStart: (run, plan) => {
      runId = run.runId;
      if (place === null) request.events?.onStart?.(run, plan);
      watch?.add(i, run.runId, (reason) => {
        why = reason;
        early.abort();
      });
    },
  };
  const given = { ...request.params, ...params };
  const trial = {
    ...request,
    events,
    stages: sweep.stages.swept,
    force: true,
    held: true,
    registers: false,
    params: given,
    code: sweep.code,
    signal: AbortSignal.any([sweep.signal, early.signal]),
    tags: {
      ...request.tags,
      sweep: request.experiment ?? 'default',
      [sweepTags.session]: sweep.session.name,
      [sweepTags.trial]: String(i),
      [sweepTags.parent]: parent.runId,
    },
    commandLine: [
      'loopwright run',
      ...(request.stages ?? []),
      ...(request.experiment === undefined ? [] : [`--experiment ${request.experiment}`]),
      ...Object.entries(given).map(([name, value]) => `--param '${name}=${JSON.stringify(value)}'`),
    ].join(' '),
  };
  let outcome: RunOutcome | null = null;
  try {
    outcome = await runIn(trial, place, sweep.stages.outs);
  } catch (error) {
    if (!(error instanceof CancelledError) || why === null || sweep.signal.aborted) throw error;
  } finally {
    watch?.remove(i);
  }
  const stopped = outcome === null ? why : null;
  const id = outcome?.runId ?? runId;
  if (stopped !== null && id !== null) noteStopped(request.store, id, stopped);
  const run = id === null ? null : getRun(request.store, id);
  const value = run ? valueOf(run.metrics, objective) : null;
  sweep.trials.set(i, {
    runId: id,
    name: run?.name ?? null,
    params,
    status: outcome?.status ?? 'cancelled',
    value,
    stopped,
  });
  if (asked) sweep.suggestions?.tell(asked.number, value);
  tellProgress(sweep, i, outcome);
}

function tellProgress(sweep: Sweep, i: number, outcome: RunOutcome | null): void {
  const { trials, count, objective, parent, say } = sweep;
  const trial = trials.get(i);
  const best = bestOf(sweep);
  const stopped = [...trials.values()].filter((one) => one.stopped !== null).length;
  parent.progress(
    `trials ${trials.size}/${count}${stopped > 0 ? `, ${stopped} stopped early` : ''}${best ? ` · best ${objective} ${short(best.value)} (${best.name ?? ''})` : ''}`,
  );
  if (best?.runId) parent.tag(sweepTags.best, best.runId);
  const what =
    trial?.stopped != null
      ? `stopped early: ${trial.stopped}`
      : outcome?.error && outcome.status === 'failed'
        ? `failed: ${outcome.error.message}`
        : trial?.value == null
          ? `did not log ${objective}`
          : `${objective} ${short(trial.value)}${outcome?.status === 'refused' ? `, refused: ${outcome.error?.message ?? ''}` : ''}`;
  say(`${i + 1}/${count}: ${what}${best ? ` · best ${short(best.value)}` : ''}`);
}

async function runIn(
  trial: SweepRequest & { code: CodeVersion; stages: readonly string[] },
  place: Worktree | null,
  outs: readonly string[],
): Promise<RunOutcome> {
  if (place === null) return executeRun(trial);
  await clearOuts(place.root, outs);
  // The project's own Python, because a trial's folder may have none beside it.
  trial.python ??= () =>
    findPython({ root: trial.project.root, python: configFor(trial.project, trial.experiment ?? 'default').python });
  if (trial.program) return runTrialProcess(trial.program, place.root, trial);
  return executeRun({
    ...trial,
    project: loadProject(place.root),
    store: { ...trial.store, root: place.root, folder: join(place.root, stateFolder) },
  });
}

/** The trial with the best objective. Trials that were stopped early do not count. */
export function bestOf({ trials, direction }: Pick<Sweep, 'trials' | 'direction'>): Trial | null {
  const sign = direction === 'maximize' ? -1 : 1;
  // Among equals, the first.
  return (
    [...trials.entries()]
      .filter(([, { value, stopped }]) => value !== null && !Number.isNaN(value) && stopped === null)
      .toSorted(([i, a], [j, b]) => sign * ((a.value ?? 0) - (b.value ?? 0)) || i - j)[0]?.[1] ?? null
  );
}

function paramText(params: Point): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ');
}

function short(value: number | null): string {
  return value === null ? 'none' : String(Number(value.toPrecision(5)));
}

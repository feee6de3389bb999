import type { RunStatus } from '../../protocol/lifeCycle.ts';
import type { Place } from '../../protocol/problem.ts';
import type { ModelRef } from '../../protocol/models.ts';
import type { ParamValue } from '../../protocol/runs.ts';
import { redactor, withoutCredentials } from '../data/sources/redact.ts';
import { CancelledError, ProjectError, WorkError, checkCancelled, messageOf } from '../base/errors.ts';
import { buildGraph, closure, isRemote, type StageNode } from '../project/graph.ts';
import { entryOf, nodeAt } from '../project/located.ts';
import { configFor, projectFileName, type Project } from '../project/loadProject.ts';
import { secretVariables } from '../project/secretVariables.ts';
import { rememberGood } from '../project/shownProject.ts';
import { codeVersion, patchText, type CodeVersion } from '../provenance/codeVersion.ts';
import { environmentOf } from '../provenance/environment.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { CommandError } from '../stages/command.ts';
import { MetricNames, shareMetricNames } from '../tracking/metricNames.ts';
import { recordRun, type RecordedRun } from '../tracking/recordRun.ts';
import type { RunCode } from '../tracking/runCode.ts';
import type { Store } from '../store/store.ts';
import { keepText } from '../tracking/texts.ts';
import { lockKey, readLock, updateLock, type LockEntry } from '../fingerprint/lockFile.ts';
import type { RunOutcome, RunRequest } from './runRequest.ts';
import { runStage, type RunWork } from './runStage.ts';
import { FileFingerprints, type HashingOptions } from '../fingerprint/fileFingerprints.ts';
import { dvcIgnore } from '../project/dvc/dvcIgnore.ts';
import { rememberSame } from '../fingerprint/sameInputs.ts';
import type { InputLook } from '../fingerprint/inputLook.ts';
import { filesOfStages, openInputs } from './filesOfStages.ts';
import { inputStates } from './inputStates.ts';
import { fingerprint, planStage, planStages, type PlannedStage } from './plan.ts';
import { wholePeriod, type Period } from '../fingerprint/period.ts';
import { checkVariables } from './unsetVariables.ts';
import { refuseProblems } from './problemsOfRun.ts';
import { holdRunLock, takenOver } from './runLock.ts';

/**
 * Brings stages up to date: plans, runs what is stale in order, records a run, and writes the lock after each stage.
 * Rejects with ProjectError, or CancelledError when stopped.
 */
export async function executeRun(request: RunRequest): Promise<RunOutcome> {
  const { project, store } = request;
  const experiment = request.experiment ?? 'default';
  const resolved = configFor(project, experiment, request.params ? { params: request.params } : {});
  const seeded = request.seed === undefined ? resolved : { ...resolved, seed: request.seed };
  const config = request.validation ? withStage(seeded, request.validation) : seeded;
  const graph = buildGraph(config, project.files);
  for (const name of request.only ?? request.stages ?? [])
    if (!graph.stages.has(name))
      throw new ProjectError(`There is no stage \`${name}\`. Stages: ${[...graph.stages.keys()].join(', ')}.`);
  if (!request.only) refuseProblems(project, request.check(project), graph, { experiment, stages: request.stages });
  rememberGood(project);
  const fingerprints = new FileFingerprints(project.root, store, project.dvc ? dvcIgnore(project.root) : undefined);
  const period = request.period ?? wholePeriod;
  const only = new Set(request.only);
  const names = request.only
    ? graph.order.filter((name) => only.has(name))
    : request.stages
      ? closure(graph, request.stages)
      : graph.order;
  const forced = new Set(request.only ?? (request.force ? (request.stages ?? graph.order) : []));
  // An external source may have new data at any time, so a stage that is named asks it again.
  const asked = new Set(
    (request.stages ?? []).filter((name) => isRemote(graph.stages.get(name)?.config ?? { cmd: '' }, config)),
  );
  const planOptions = () => ({
    project,
    config,
    graph,
    store,
    lock: readLock(project.root),
    fingerprints,
    experiment,
    period,
    names,
  });
  const now = planOptions();
  const options = { ...now, inputs: inputStates(now, names, request.events?.onHashing) };
  const planned = await fingerprints.afterHashing(
    filesOfStages(options, names),
    { signal: request.signal, progress: request.events?.onHashing },
    () => planStages(options),
  );
  const plan = planned.filter(({ node }) => !request.only || only.has(node.name));
  if (forced.size + asked.size === 0 && plan.every((stage) => stage.state === 'fresh')) {
    return {
      runId: null,
      name: null,
      status: 'fresh',
      stages: plan.map(({ node }) => ({
        stage: node.name,
        status: 'skipped',
        summary: '',
        reasons: [],
        durationMs: 0,
      })),
      registered: [],
      error: null,
    };
  }
  checkVariables(
    project,
    config,
    plan.flatMap(({ node, state }) =>
      state !== 'fresh' || forced.has(node.name) || asked.has(node.name) ? [node.name] : [],
    ),
  );
  const redact = redactFor(project);
  const lost = new AbortController();
  const release = request.held ? () => {} : holdRunLock(store, () => lost.abort());
  try {
    const [code, environment] = await Promise.all([
      request.code ??
        codeVersion(
          project.root,
          [...graph.stages.values()].flatMap(({ outs }) => outs),
        ),
      environmentOf(project.root),
    ]);
    const run = recordRun(store, {
      experiment,
      params: keptParams(config.params, redact),
      tags: request.tags ?? {},
      seed: config.seed ?? 0,
      commit: code.commit,
      dirty: code.dirty,
      code: codeColumn(store, code, period, request.refits ? true : undefined),
      environment,
      command:
        request.commandLine ??
        `loopwright run${request.stages ? ` ${request.stages.join(' ')}` : ''}${experiment === 'default' ? '' : ` --experiment ${experiment}`}`,
      asOf: period.asOf,
    });
    if (code.problem !== null)
      request.events?.onNote?.(`Uncommitted changes are not kept with the run: ${code.problem}.`);
    if (code.leftOut.length > 0)
      request.events?.onNote?.(
        `Not kept with the run: ${code.leftOut.slice(0, 5).join(', ')}${code.leftOut.length > 5 ? ` and ${code.leftOut.length - 5} more` : ''}. New files that are large or look like secrets, and changes inside other repositories, are left out; add them to .gitignore, or commit those that are code.`,
      );
    request.events?.onStart?.({ runId: run.runId, name: run.name }, plan);
    const metricNames = new MetricNames(store, run.number, graph.stages.keys(), (text) =>
      request.events?.onNote?.(text),
    );
    const unshare = shareMetricNames(run.runId, metricNames);
    return await runPlan({
      request: { ...request, signal: request.signal ? AbortSignal.any([request.signal, lost.signal]) : lost.signal },
      lost: lost.signal,
      redact,
      config,
      experiment,
      run,
      metricNames,
      fingerprints,
      period,
      names,
      forced,
      asked,
      planOptions,
      made: {},
      samples: 0,
    }).finally(unshare);
  } finally {
    release();
  }
}

function withStage(config: ProjectConfig, { name, stage }: NonNullable<RunRequest['validation']>): ProjectConfig {
  return { ...config, stages: { ...config.stages, [name]: stage } };
}

function codeColumn(store: Store, code: CodeVersion, period: Period, refits: true | undefined): RunCode {
  return {
    branch: code.branch ?? undefined,
    remote: code.remote ?? undefined,
    root: code.root || undefined,
    patch: code.patch === null ? undefined : keepText(store, patchText(code.patch)),
    leftOut: code.leftOut.length === 0 ? undefined : code.leftOut,
    problem: code.problem ?? undefined,
    window: period.window ?? undefined,
    regime: period.regime ?? undefined,
    refits,
  };
}

/** Removes the values of secret variables from stored texts. */
function redactFor(project: Project): (text: string) => string {
  const secrets = secretVariables(project);
  return Object.keys(secrets).length === 0 ? (text) => text : redactor(secrets);
}

function keptParams(params: ProjectConfig['params'], redact: (text: string) => string): Record<string, ParamValue> {
  const kept = (value: unknown): unknown =>
    typeof value === 'string' ? redact(value) : Array.isArray(value) ? value.map(kept) : value;
  return Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, kept(value) as ParamValue]));
}

async function runPlan(work: RunWork): Promise<RunOutcome> {
  try {
    return await runStages(work);
  } finally {
    if (Object.keys(work.made).length > 0)
      work.run.code({ made: keepText(work.request.store, withoutCredentials(JSON.stringify(work.made))) });
  }
}

async function runStages(work: RunWork): Promise<RunOutcome> {
  const { request, run, names } = work;
  const done: RunOutcome['stages'] = [];
  const registered: ModelRef[] = [];
  const outcome = (status: RunOutcome['status'], error: RunOutcome['error']): RunOutcome => {
    run.end(status === 'fresh' || status === 'stopped' ? 'finished' : status);
    return { runId: run.runId, name: run.name, status, stages: done, registered, error };
  };
  for (const [position, name] of names.entries()) {
    // Planned again now, because an earlier stage may have written the same bytes.
    const planned = await planNow(work, name).catch((error: unknown) => {
      run.end(work.lost.aborted ? 'interrupted' : request.signal?.aborted ? 'cancelled' : 'failed');
      throw work.lost.aborted ? new WorkError(takenOver, { cause: error }) : error;
    });
    if (planned.state === 'fresh' && !work.forced.has(name) && !work.asked.has(name)) {
      run.stageSkipped(name, planned.node.kind, position);
      if (planned.recorded) work.made[name] = planned.recorded;
      request.events?.onSkip?.(name);
      done.push({ stage: name, status: 'skipped', summary: '', reasons: [], durationMs: 0 });
      continue;
    }
    if (request.mayStart && !(await request.mayStart(name))) return outcome('stopped', null);
    const reasons =
      planned.reasons.length > 0 ? planned.reasons : [work.forced.has(name) ? 'forced' : 'its source is asked again'];
    const started = Date.now();
    const ended = (status: RunStatus, detail: Parameters<RecordedRun['stageEnded']>[2]) => {
      run.stageEnded(name, status, detail);
      request.events?.onStageEnd?.(name, status, detail.summary ?? '', Date.now() - started);
      done.push({ stage: name, status, summary: detail.summary ?? '', reasons, durationMs: Date.now() - started });
    };
    run.stage(name, planned.node.kind, position, reasons);
    request.events?.onStage?.(name, planned.node.kind, reasons);
    try {
      checkCancelled(request.signal);
      const look = work.fingerprints.lookAt(planned.node.deps);
      const before = fingerprint(work.planOptions(), planned.node);
      work.made[name] = { ...before, outs: {}, run: run.runId };
      const result = await runStage(work, planned.node);
      if (result.registered) registered.push(result.registered);
      const outs = await work.fingerprints.afterHashing(result.outs, hashingOf(work, name), () =>
        work.fingerprints.of(result.outs),
      );
      const entry = { ...before, outs, run: run.runId };
      work.made[name] = entry;
      if (result.refused === undefined) {
        if (!request.validation) keepEntry(work, name, entry, look);
        ended('finished', { summary: result.summary, measured: result.measured, exitCode: 0 });
      } else {
        ended('refused', { summary: result.summary, error: result.refused, exitCode: 1 });
        return outcome('refused', { stage: name, message: result.refused, place: stagePlace(request.project, name) });
      }
    } catch (error) {
      if (work.lost.aborted) {
        ended('interrupted', { error: takenOver });
        run.end('interrupted');
        throw new WorkError(takenOver, { cause: error });
      }
      if (error instanceof CancelledError || request.signal?.aborted) {
        ended('cancelled', { error: 'cancelled' });
        run.end('cancelled');
        throw new CancelledError();
      }
      const message = work.redact(messageOf(error));
      ended('failed', { error: message, exitCode: error instanceof CommandError ? error.exitCode : null });
      if (!(error instanceof WorkError)) {
        run.end('failed');
        throw error;
      }
      return outcome('failed', {
        stage: name,
        message,
        place:
          error.place?.line === undefined &&
          [undefined, projectFileName, request.project.file.path].includes(error.place?.file)
            ? stagePlace(request.project, name)
            : error.place,
      });
    }
  }
  return outcome('finished', null);
}

/** Writes an entry to the lock. `look`: the many inputs of the stage before it ran, which need no comparison. */
function keepEntry({ request, experiment }: RunWork, name: string, entry: LockEntry, look: InputLook | null): void {
  const { root } = request.project;
  const key = lockKey(name, experiment);
  updateLock(root, key, entry);
  if (look !== null) rememberSame(request.store, key, look, readLock(root)[key]);
}

/** Plans a stage by the files as they are now, with progress while they are hashed. */
function planNow(work: RunWork, name: string): Promise<PlannedStage> {
  const now = work.planOptions();
  const options = { ...now, inputs: inputStates(now, [name], hashingOf(work, name).progress) };
  const node = stageNode(work, name);
  const deps = openInputs(node.deps, options.inputs.get(name));
  return work.fingerprints.afterHashing([...deps, ...filesOfStages(options, [name])], hashingOf(work, name), () =>
    planStage(options, node),
  );
}

function hashingOf({ request, run }: RunWork, stage: string): HashingOptions {
  return {
    signal: request.signal,
    progress: (text, share) => {
      request.events?.onProgress?.(stage, text, share);
      run.progress(`${stage}: ${text}`);
    },
  };
}

/** The place of a stage in the project's file, for errors without a place of their own. */
function stagePlace(project: Project, stage: string): Place {
  const key = entryOf(nodeAt(project.file.parsed.root ?? undefined, ['stages']), stage)?.keyRange;
  return project.file.parsed.lines.place(project.file.path, key ?? { start: 0, end: 0 });
}

function stageNode(work: RunWork, name: string): StageNode {
  const node = work.planOptions().graph.stages.get(name);
  if (!node) throw new Error(`the stage ${name} is not in the graph`);
  return node;
}

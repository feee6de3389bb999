import { WorkError, checkCancelled } from '../base/errors.ts';
import { buildGraph, isRemote } from '../project/graph.ts';
import { configFor, loadProject, type Project } from '../project/loadProject.ts';
import { findPython } from '../python/findPython.ts';
import { executeRun } from '../runner/execute.ts';
import { type RunEvents, type RunOutcome } from '../runner/runRequest.ts';
import { lockKey, updateLock } from '../fingerprint/lockFile.ts';
import { findRun } from '../tracking/runDetail.ts';
import { openStore } from '../tracking/openStore.ts';
import { type Store } from '../store/store.ts';
import { compareMetrics, type MetricMatch } from '../provenance/compareMetrics.ts';
import { copyRuns, copySnapshot } from '../tracking/copyRuns.ts';
import { snapshotInputsOf } from '../tracking/runInputs.ts';
import { environmentChanges, type EnvironmentChange } from '../provenance/environmentChanges.ts';
import { git } from '../provenance/git.ts';
import { keptRun, type KeptRun } from '../provenance/keptRun.ts';
import { filesMade, filesRead, restoreFile, type Wanted } from '../provenance/restoreFiles.ts';
import { checkOut, copyProject, type Worktree } from '../provenance/worktree.ts';

export interface ReproduceOptions {
  root: string;
  store: Store;
  run: string;
  /** The largest difference of a metric, absolute or relative, that counts as within the tolerance. */
  tolerance?: number;
  /** Keeps the work tree for inspection. */
  keep?: boolean;
  signal?: AbortSignal;
  events?: RunEvents;
  /** Receives the current step. */
  say?: (text: string) => void;
}

export interface Reproduction {
  run: { runId: string; name: string; status: string };
  /** The new run; it is in the store, with the tag `reproduces`. */
  again: { runId: string; name: string; status: string };
  /** Whether all comparable metrics are equal or within the tolerance, and the run has the same status. */
  matches: boolean;
  tolerance: number;
  metrics: MetricMatch[];
  /** Times and machine usage, which are not expected to match. */
  timing: MetricMatch[];
  /** Metrics of stages whose data was restored instead of being collected again. */
  restored: string[];
  data: { dataset: string; before: string; after: string | null; same: boolean }[];
  environment: EnvironmentChange[];
  /** Parts that could not be restored exactly. */
  notes: string[];
  error: RunOutcome['error'];
  /** The path of the work tree, with `keep`. */
  folder: string | null;
}

export const defaultTolerance = 1e-9;
export const reproducesTag = 'reproduces';

/**
 * Runs a run again as it was: its commit and changes in a work tree, its data by content, its params, seed and time.
 * The project stays unchanged: outputs go to the store of the work tree, and only the finished run is copied into the
 * project's store, so that data versions, models and aliases stay. WorkError when something needed is missing.
 */
export async function reproduce(options: ReproduceOptions): Promise<Reproduction> {
  const { store, signal, say = () => {} } = options;
  const kept = keptRun(store, options.run);
  checkRun(kept);
  const notes: string[] = [];
  const place = await restoreCode(options, kept, notes, say);
  let folder: string | null = null;
  try {
    checkCancelled(signal);
    const project = loadProject(place.root);
    const plan = planOf(project, kept);
    say(`restoring the data of ${plan.run.join(', ')}`);
    await restoreData(options, kept, place, plan, notes);
    const scratch = openStore(place.root);
    try {
      seedSnapshots(store, scratch, kept);
      const python = () => findPython({ root: options.root, python: configFor(project, kept.row.experiment).python });
      const outcome = await executeRun({
        python,
        project,
        store: scratch,
        // Only the inputs of its stages are restored; everything else was checked when it ran.
        check: () => [],
        only: plan.run,
        experiment: kept.row.experiment,
        params: plan.params,
        seed: kept.row.seed ?? undefined,
        period: { asOf: kept.row.as_of, window: kept.code.window ?? null, regime: kept.code.regime ?? null },
        refits: kept.code.refits,
        tags: { [reproducesTag]: kept.row.run_id },
        code: codeOf(kept),
        commandLine: `loopwright reproduce ${kept.row.run_id.slice(0, 8)}`,
        signal,
        events: options.events,
      });
      copyRuns(scratch, store);
      if (options.keep) folder = place.keep();
      return { ...report(store, kept, outcome, plan, options.tolerance ?? defaultTolerance, scratch), notes, folder };
    } finally {
      scratch.sql.close();
    }
  } finally {
    if (folder === null) await place.remove();
  }
}

function checkRun({ row, stages }: KeptRun): void {
  if (row.status === 'running' || row.status === 'scheduled')
    throw new WorkError(`${row.name} is still running. Reproduce it after it ends.`);
  if (row.source !== 'loopwright') {
    const known = [
      row.commit_hash ? `its commit ${row.commit_hash.slice(0, 12)}` : null,
      row.command ? `its program ${row.command}` : null,
    ].filter((part) => part !== null);
    throw new WorkError(
      `${row.name} was logged by another program (${row.source}), so its command is unknown${known.length > 0 ? `: only ${known.join(' and ')}` : ''}. Make the program a \`cmd\` stage; runs of stages can be reproduced.`,
    );
  }
  if (!stages.some(({ status }) => status !== 'skipped'))
    throw new WorkError(`${row.name} ran no stage, so there is nothing to reproduce.`);
}

async function restoreCode(
  { root, signal }: ReproduceOptions,
  { row, code, patch }: KeptRun,
  notes: string[],
  say: (text: string) => void,
): Promise<Worktree> {
  if (row.commit_hash === null) {
    notes.push('The run was made outside git, so its code is not known: this is a copy of the project as it is now.');
    say('copying the project');
    return copyProject(root, signal);
  }
  await git(root, ['rev-parse', '--git-dir']).catch((error: Error) => {
    throw new WorkError(
      error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ENOENT'
        ? error.message
        : `The project is no longer in a git repository, and the run was made at commit ${row.commit_hash?.slice(0, 12)}.`,
      { cause: error },
    );
  });
  await git(root, ['cat-file', '-e', `${row.commit_hash}^{commit}`]).catch((error: Error) => {
    throw new WorkError(
      `The commit ${row.commit_hash?.slice(0, 12)} of the run is not in this repository${code.remote ? `; \`git fetch ${code.remote} ${row.commit_hash}\` may bring it back` : ' any more'}.`,
      { cause: error },
    );
  });
  if (code.problem !== undefined)
    notes.push(`The run had changes beside its commit that were not kept: ${code.problem}.`);
  else if (row.dirty === 1 && patch === null && Object.keys(code).length === 0)
    notes.push('The run had changes beside its commit, which were not kept at that time.');
  if (code.leftOut && code.leftOut.length > 0)
    notes.push(`Not kept with the run, so not as they were: ${code.leftOut.join(', ')}.`);
  say(`checking out ${row.commit_hash.slice(0, 12)}${patch ? ' with the changes that were kept' : ''}`);
  return checkOut(root, { commit: row.commit_hash, root: code.root ?? '', patch }, signal);
}

/** The new run has the code of the old one by construction; links to tools in the work tree do not change it. */
function codeOf({ row, code, patch }: KeptRun) {
  return {
    commit: row.commit_hash,
    dirty: row.dirty === 1,
    branch: code.branch ?? null,
    remote: code.remote ?? null,
    root: code.root ?? '',
    patch,
    leftOut: [],
    problem: null,
  };
}

interface ReproductionPlan {
  run: string[];
  /** Stages that collected data; their data is restored. */
  restored: { stage: string; dataset: string }[];
  params: KeptRun['params'];
}

function planOf(project: Project, kept: KeptRun): ReproductionPlan {
  const config = configFor(project, kept.row.experiment);
  const declared = new Set(Object.keys(config.params ?? {}));
  const graph = buildGraph(config, project.files);
  const plan: ReproductionPlan = {
    run: [],
    restored: [],
    params: Object.fromEntries(Object.entries(kept.params).filter(([key]) => declared.has(key))),
  };
  for (const { stage, status } of kept.stages) {
    if (status === 'skipped') continue;
    const node = graph.stages.get(stage);
    if (!node)
      throw new WorkError(
        `The code of the run has no stage \`${stage}\`; it was in uncommitted changes that were not kept.`,
      );
    const brings = node.kind === 'collect' && node.writes !== null && kept.inputs.has(node.writes);
    // An external source returns different data today.
    if (brings && node.writes !== null && isRemote(node.config, config))
      plan.restored.push({ stage, dataset: node.writes });
    else plan.run.push(stage);
  }
  if (plan.run.length === 0)
    throw new WorkError(
      `${kept.row.name} only collected data from outside, and the source returns different data today. The collected data is kept: \`loopwright data versions\`.`,
    );
  return plan;
}

/**
 * Restores the inputs of the stages by their recorded content, or, for runs without a record, as the versions of their
 * datasets.
 */
async function restoreData(
  { store, signal }: ReproduceOptions,
  kept: KeptRun,
  place: Worktree,
  plan: ReproductionPlan,
  notes: string[],
): Promise<void> {
  const { made } = kept;
  const running = new Set(plan.run);
  for (const [stage, entry] of Object.entries(made))
    if (!running.has(stage)) updateLock(place.root, lockKey(stage, kept.row.experiment), entry);
  const later = new Set(plan.run.flatMap((stage) => Object.keys(made[stage]?.outs ?? {})));
  const wanted = new Map<string, Wanted & { stage: string }>();
  const want = (stage: string, files: readonly Wanted[]) => {
    for (const file of files)
      if (!later.has(file.path) && !wanted.has(file.path)) wanted.set(file.path, { ...file, stage });
  };
  for (const stage of plan.run) {
    const entry = made[stage];
    if (entry) want(stage, filesRead(entry));
    // A model that an earlier run trained is found through the stage that made it.
    for (const model of Object.keys(entry?.deps ?? {}).flatMap((path) => /^([^/]+): /.exec(path)?.[1] ?? []))
      if (made[model] && !running.has(model)) want(stage, filesMade(made[model]));
  }
  const noted = wanted.size > 0 || plan.run.every((stage) => made[stage]);
  if (!noted) {
    notes.push(
      'The run did not record which files its stages read. Datasets are restored by version; other files come from the commit.',
    );
    const written = new Set(
      plan.run.flatMap((stage) =>
        kept.stages.find((one) => one.stage === stage)?.kind === 'prepare'
          ? [...kept.inputs.values()].filter(({ runId }) => runId === kept.row.run_id).map(({ dataset }) => dataset)
          : [],
      ),
    );
    for (const snapshot of kept.inputs.values()) if (!written.has(snapshot.dataset)) want('', snapshot.files);
  }
  const gone: string[] = [];
  for (const file of wanted.values()) {
    checkCancelled(signal);
    if ((await restoreFile(store, place, file)) === 'gone')
      gone.push(
        `${file.path} (${file.bytes.toLocaleString('en-US')} bytes, SHA-256 ${file.hash.slice(0, 12)}…${file.stage === '' ? '' : `, read by ${file.stage}`})`,
      );
  }
  if (gone.length > 0)
    throw new WorkError(
      `Files that the run read have changed or are missing: ${gone.slice(0, 5).join('; ')}${gone.length > 5 ? ` and ${gone.length - 5} more` : ''}. Data is kept for the newest versions of a dataset; \`snapshots: { keep: N }\` keeps more.`,
    );
}

/** Copies the versions that the run read into the work tree's store, with their ids. */
function seedSnapshots(store: Store, scratch: Store, kept: KeptRun): void {
  scratch.sql.write(() => {
    for (const { id } of kept.inputs.values()) copySnapshot(store, scratch, id);
  });
}

function report(
  store: Store,
  kept: KeptRun,
  outcome: RunOutcome,
  plan: ReproductionPlan,
  tolerance: number,
  scratch: Store,
): Omit<Reproduction, 'notes' | 'folder'> {
  const again = findRun(store, outcome.runId ?? '');
  const compared = compareMetrics({ store, run: kept.row.id }, { store, run: again.id }, tolerance);
  const restored = compared
    .filter(
      ({ key, verdict }) =>
        verdict === 'missing' &&
        plan.restored.some(({ dataset }) => key === `rows.${dataset}` || key === `quarantined.${dataset}`),
    )
    .map(({ key }) => key);
  const metrics = compared.filter(({ key, timing }) => !timing && !restored.includes(key));
  const read = new Map(snapshotInputsOf(scratch, again.run_id).map(({ dataset, hash }) => [dataset, hash]));
  return {
    run: { runId: kept.row.run_id, name: kept.row.name, status: kept.row.status },
    again: { runId: again.run_id, name: again.name, status: again.status },
    matches:
      again.status === kept.row.status &&
      metrics.every(({ verdict }) => verdict === 'same' || verdict === 'within' || verdict === 'new'),
    tolerance,
    metrics,
    timing: compared.filter(({ timing }) => timing),
    restored,
    data: [...kept.inputs.values()].map(({ dataset, hash }) => ({
      dataset,
      before: hash,
      after: read.get(dataset) ?? null,
      same: read.get(dataset) === hash,
    })),
    environment: environmentChanges(store, kept.environment, JSON.parse(again.environment) as Record<string, string>),
    error: outcome.error,
  };
}

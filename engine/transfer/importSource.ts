import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { CancelledError, StoreError, WorkError, checkCancelled, messageOf } from '../base/errors.ts';
import {
  createExperiment,
  experimentById,
  experimentByName,
  renameExperiment,
  setExperimentLifecycle,
  setExperimentTag,
  setExperimentUpdated,
} from '../tracking/experiments.ts';
import { openDatabase } from '../store/openDatabase.ts';
import { runRow } from '../tracking/loggedRuns.ts';
import { artifactsFolder, loggedModelFolder, stateFolder, type Store } from '../store/store.ts';
import { copyArtifacts } from './copyArtifacts.ts';
import { findImported, markOf, noteImported, runIdFor, runSource } from './importedIds.ts';
import type {
  ImportKind,
  RunHandle,
  SourceExperiment,
  SourceModel,
  Tell,
  TransferProblem,
  TransferSource,
} from './records.ts';
import { isOwnModel, writeImportedModel, writeRegistered } from './writeImportedModels.ts';
import { isOwnRun, writeImportedRun, type RunDetailThen } from './writeImportedRun.ts';

export interface ImportCounts {
  kind: ImportKind;
  source: string;
  /** Objects that were added. */
  experiments: number;
  runs: number;
  points: number;
  /** Number of files. */
  artifacts: number;
  models: number;
  modelVersions: number;
  /** Existing runs that were extended. */
  updated: number;
  /** Existing runs without changes. */
  unchanged: number;
  /** Runs that could not be read, or that this project made itself. */
  skipped: number;
  problems: TransferProblem[];
}

export interface ImportOptions {
  signal?: AbortSignal | undefined;
  onProgress?: (text: string, share: number | null) => void;
  /** Reports what would be imported, without changes. */
  dryRun?: boolean | undefined;
  problems?: TransferProblem[];
}

/**
 * Imports the runs, models and registered models of a source into the store. Each run is written as a whole or not at
 * all; a repeated import adds what is new.
 */
export async function importSource(
  store: Store,
  source: TransferSource,
  options: ImportOptions = {},
): Promise<ImportCounts> {
  if (!options.dryRun) return importAll(store, source, options);
  return onCopy(store, (copy) => importAll(copy, source, options));
}

/** A dry run imports into a copy of the database, without artifact files. */
async function onCopy<T>(store: Store, work: (copy: Store) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'loopwright-dry-run-'));
  const folder = join(root, stateFolder);
  const path = join(root, 'copy.db');
  try {
    store.sql.run('VACUUM INTO ?', path);
    const sql = openDatabase(path);
    try {
      return await work({ ...store, root, folder, sql });
    } finally {
      sql.close();
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function importAll(store: Store, source: TransferSource, options: ImportOptions): Promise<ImportCounts> {
  const counts: ImportCounts = {
    kind: source.kind,
    source: source.key.replace(/^[^:]*:/, ''),
    experiments: 0,
    runs: 0,
    points: 0,
    artifacts: 0,
    models: 0,
    modelVersions: 0,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    problems: options.problems ?? [],
  };
  const tell: Tell = (file, message) => void counts.problems.push({ file, message });
  const experiments = new Map<string, number>();
  for (const experiment of source.experiments)
    experiments.set(experiment.id, writeExperiment(store, source, experiment, counts));
  const total = source.runs.length;
  const unfound: string[] = [];
  for (const [i, handle] of source.runs.entries()) {
    checkCancelled(options.signal);
    options.onProgress?.(`run ${i + 1} of ${total}`, i / Math.max(1, total));
    await importRun(store, source, handle, experiments, counts, { ...options, tell, unfound });
    if (i % 20 === 19) await turn();
  }
  if (unfound.length > 0)
    tell(
      unfound[0] ?? '',
      `the artifacts of ${unfound.length === 1 ? 'this run' : `this and ${unfound.length - 1} other runs`} were kept by a server, and no \`mlartifacts\` folder lies beside the source; if there were any they were not imported`,
    );
  for (const model of source.models()) {
    checkCancelled(options.signal);
    options.onProgress?.(`model ${model.name}`, null);
    await importModel(store, source, model, experiments, counts, { ...options, tell });
  }
  checkCancelled(options.signal);
  for (const model of source.registered())
    counts.modelVersions += store.sql.write(() => writeRegistered(store, source, model, tell));
  return counts;
}

interface ExperimentThen {
  name: string;
  deleted: boolean;
  made: boolean;
  tags: Record<string, string>;
}

/** The local experiment of a source's experiment: that of the last import, that of the same name, or a new one. */
function writeExperiment(
  store: Store,
  source: TransferSource,
  experiment: SourceExperiment,
  counts: ImportCounts,
): number {
  // MLflow's default experiment corresponds to Loopwright's.
  const name = experiment.name === 'Default' ? 'default' : experiment.name;
  return store.sql.write(() => {
    const kept = `${source.key} experiment`;
    const then = findImported<ExperimentThen>(store, kept, experiment.id);
    const known = (then ? experimentById(store, Number(then.id)) : null) ?? experimentByName(store, name);
    const at = experiment.createdAt ?? experiment.updatedAt ?? Date.now();
    const found = known ?? createExperiment(store, name, { at });
    const made = known === null || then?.detail.made === true;
    if (known === null) {
      counts.experiments++;
      if (experiment.updatedAt !== null) setExperimentUpdated(store, found.id, experiment.updatedAt);
    }
    if (
      made &&
      then &&
      then.detail.name !== experiment.name &&
      found.name === then.detail.name &&
      !experimentByName(store, name)
    )
      renameExperiment(store, found.id, name);
    if (made && experiment.deleted !== (then?.detail.deleted ?? false))
      setExperimentLifecycle(store, found.id, experiment.deleted ? 'deleted' : 'active');
    const before = then?.detail.tags ?? {};
    for (const [key, value] of experiment.tags)
      if (before[key] !== markOf(value)) setExperimentTag(store, found.id, { key, value });
    noteImported(store, kept, experiment.id, String(found.id), {
      name: experiment.name,
      deleted: experiment.deleted,
      made,
      tags: Object.fromEntries([...experiment.tags].map(([key, value]) => [key, markOf(value)])),
    } satisfies ExperimentThen);
    return found.id;
  });
}

type Options = ImportOptions & { tell: Tell };

async function importRun(
  store: Store,
  source: TransferSource,
  handle: RunHandle,
  experiments: Map<string, number>,
  counts: ImportCounts,
  options: Options & { unfound: string[] },
): Promise<void> {
  const { signature } = handle;
  const then = findImported<RunDetailThen>(store, runSource(source.key, handle.id), handle.id);
  const here = then !== null && runRow(store, then.id) !== null;
  if (here && then?.detail.signature === signature) {
    counts.unchanged++;
    return;
  }
  try {
    const run = await handle.read(options.signal);
    const experiment = experiments.get(run.experimentId);
    if (experiment === undefined) throw new WorkError(`its experiment ${run.experimentId} is not in the source`);
    if (isOwnRun(store, source, run)) {
      counts.skipped++;
      return;
    }
    const id = runIdFor(store, source.key, run.id);
    const copied =
      run.artifacts.folder === null || options.dryRun
        ? 0
        : await copyArtifacts(run.artifacts.folder, artifactsFolder(store, id), {
            ...options,
            onFile: (path) => options.onProgress?.(`${run.name || run.id}: ${path}`, null),
          });
    // Files in a bucket or on a server stay there, with their address.
    const elsewhere =
      run.artifacts.folder === null &&
      run.artifacts.uri !== null &&
      /^[a-z][a-z0-9+.-]+:/i.test(run.artifacts.uri) &&
      !/^(file|mlflow-artifacts):/i.test(run.artifacts.uri);
    const { added, points } = store.sql.write(() =>
      writeImportedRun(store, source, run, {
        signature,
        experiment,
        artifactUri: elsewhere ? run.artifacts.uri : null,
      }),
    );
    if (added && run.artifacts.folder === null && run.artifacts.uri?.startsWith('mlflow-artifacts:'))
      options.unfound.push(run.id);
    if (elsewhere && added) options.tell(run.id, `its artifacts stay at ${run.artifacts.uri}`);
    counts.artifacts += copied;
    counts.points += points;
    if (added) counts.runs++;
    else counts.updated++;
  } catch (error) {
    if (error instanceof CancelledError || isFatal(error)) throw error;
    counts.skipped++;
    const file = error instanceof WorkError ? error.place?.file : undefined;
    options.tell(file ?? handle.id, `the run ${handle.id} was left out: ${messageOf(error)}`);
  }
}

/** An error of the store would repeat for every further run. */
function isFatal(error: unknown): boolean {
  return error instanceof StoreError;
}

async function importModel(
  store: Store,
  source: TransferSource,
  model: SourceModel,
  experiments: Map<string, number>,
  counts: ImportCounts,
  options: Options,
): Promise<void> {
  try {
    if (!/^m-[\w-]+$/.test(model.id)) throw new WorkError(`${JSON.stringify(model.id)} is not an id of a logged model`);
    const experiment = experiments.get(model.experimentId);
    if (experiment === undefined) throw new WorkError(`its experiment ${model.experimentId} is not in the source`);
    const { folder, uri } = model.artifacts;
    const elsewhere =
      folder === null && uri !== null && /^[a-z][a-z0-9+.-]+:/i.test(uri) && !/^(file|mlflow-artifacts):/i.test(uri);
    if (isOwnModel(store, model)) return;
    if (folder !== null && !options.dryRun)
      counts.artifacts += await copyArtifacts(folder, loggedModelFolder(store, model.id), options);
    const added = store.sql.write(() =>
      writeImportedModel(
        store,
        source,
        model,
        experiment,
        elsewhere ? (uri ?? '') : `mlflow-artifacts:/${experiment}/models/${model.id}/artifacts`,
      ),
    );
    if (added) counts.models++;
  } catch (error) {
    if (error instanceof CancelledError || isFatal(error)) throw error;
    options.tell(model.id, `the logged model was left out: ${messageOf(error)}`);
  }
}

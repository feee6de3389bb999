import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setImmediate as turn } from 'node:timers/promises';
import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { isDiskFull, CancelledError, WorkError, checkCancelled, messageOf } from '../base/errors.ts';
import { experimentByName, experimentTags } from '../tracking/experiments.ts';
import type { Store } from '../store/store.ts';
import { copyArtifacts } from './copyArtifacts.ts';
import { modelsToExport, readModelForExport, type ExportedModelRow } from './exportedModels.ts';
import {
  noCounts,
  plainKeys,
  readForExport,
  runsToExport,
  type ExportCounts,
  type ExportedRun,
  type ExportOptions,
} from './exportedRuns.ts';
import { exportRegistry } from './exportRegistry.ts';
import { writeLinks, writeModel } from './fileStoreModelsExport.ts';
import { appendLines, fileOf, isDeleted, md5, named, putter, pythonText, writeText } from './fileStoreParts.ts';
import { fileStoreRegistry } from './fileStoreRegistry.ts';
import { readMeta } from './metaYaml.ts';
import type { SourceDataset, Tell } from './records.ts';
import { subfolders } from './walkFiles.ts';
import { metaText, type MetaFields } from './writeMeta.ts';
import { replaceFileSync } from '../base/replaceFile.ts';

const statuses: Record<RunStatus, number> = {
  running: 1,
  scheduled: 2,
  finished: 3,
  refused: 3,
  failed: 4,
  interrupted: 4,
  cancelled: 5,
};

interface Place {
  folder: string;
  staging: string;
  /** Experiments of the file store: name → folder. */
  known: Map<string, string>;
}

type Options = ExportOptions & { tell: Tell };

/**
 * Writes runs, their logged models and the registered ones into an `mlruns` folder in the layout of MLflow's file
 * store. All keep their ids; existing entries are only extended.
 */
export async function exportFileStore(store: Store, folder: string, given: ExportOptions): Promise<ExportCounts> {
  const counts = noCounts(folder);
  const tell: Tell = (file, message) => void counts.problems.push({ file, message });
  const options: Options = { ...given, tell };
  const rows = runsToExport(store, options);
  mkdirSync(folder, { recursive: true });
  const place: Place = {
    folder,
    staging: join(folder, `.loopwright-${process.pid}`),
    known: experimentsIn(folder, tell),
  };
  try {
    const models = modelsToExport(store, new Set(rows.map((row) => row.run_id)), options);
    const ids = new Set(models.map((row) => row.model_id));
    const runFolders = new Map<string, string>();
    for (const [i, row] of rows.entries()) {
      checkCancelled(options.signal);
      options.onProgress?.(`run ${i + 1} of ${rows.length}: ${row.name}`, i / rows.length);
      await leaveOut(
        () => counts.skipped++,
        row.run_id,
        `the run ${row.name}`,
        tell,
        async () => {
          const run = readForExport(store, row);
          const experiment = experimentFor(store, folder, row.experiment, place.known, counts);
          await writeRun(join(folder, experiment), experiment, run, ids, place.staging, counts, options);
          runFolders.set(row.run_id, join(folder, experiment, row.run_id));
        },
      );
      if (i % 20 === 19) await turn();
    }
    const modelFolders = await writeModels(store, place, models, counts, options);
    const places = {
      runs: runFolders,
      models: modelFolders,
      staging: place.staging,
      signal: options.signal,
      tell,
      copied: (files: number) => void (counts.artifacts += files),
    };
    await exportRegistry(
      store,
      fileStoreRegistry(store, realpathSync(folder), places),
      new Set(runFolders.keys()),
      counts,
      options,
    );
  } catch (error) {
    if (isDiskFull(error))
      throw new WorkError(
        `The disk is full: ${folder} could not be written. Free some space and export again; complete items stay there.`,
        { cause: error },
      );
    throw error;
  } finally {
    rmSync(place.staging, { recursive: true, force: true });
  }
  return counts;
}

/** Reports what cannot be written, unless the export as a whole fails. */
async function leaveOut(
  count: () => void,
  id: string,
  what: string,
  tell: Tell,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CancelledError || isDiskFull(error)) throw error;
    count();
    tell(id, `${what} was left out: ${messageOf(error)}`);
  }
}

/** Writes the logged models; returns their folders by id. */
async function writeModels(
  store: Store,
  place: Place,
  models: readonly ExportedModelRow[],
  counts: ExportCounts,
  options: Options,
): Promise<Map<string, string>> {
  const folders = new Map<string, string>();
  for (const [i, row] of models.entries()) {
    checkCancelled(options.signal);
    options.onProgress?.(`logged model ${i + 1} of ${models.length}: ${row.name}`, i / models.length);
    await leaveOut(
      () => counts.modelsSkipped++,
      row.model_id,
      `the logged model ${row.name}`,
      options.tell,
      async () => {
        if (!/^m-[\w-]+$/.test(row.model_id))
          throw new WorkError(`${JSON.stringify(row.model_id)} is not an id of a logged model`);
        const experiment = experimentFor(store, place.folder, row.experimentName, place.known, counts);
        await writeModel(
          join(place.folder, experiment),
          experiment,
          readModelForExport(store, row),
          place.staging,
          counts,
          options,
        );
        folders.set(row.model_id, join(place.folder, experiment, 'models', row.model_id));
      },
    );
    if (i % 20 === 19) await turn();
  }
  return folders;
}

/** The experiments of a store by name. */
function experimentsIn(folder: string, tell: Tell): Map<string, string> {
  const known = new Map<string, string>();
  for (const name of subfolders(folder)) {
    const file = join(folder, name, 'meta.yaml');
    if (name === 'models' || !existsSync(file)) continue;
    try {
      known.set(readMeta(file).needed('name'), name);
    } catch (error) {
      tell(file, `the experiment cannot be read: ${messageOf(error)}`);
    }
  }
  return known;
}

function experimentFor(
  store: Store,
  folder: string,
  name: string,
  known: Map<string, string>,
  counts: ExportCounts,
): string {
  const called = name === 'default' ? 'Default' : name;
  const found = known.get(called);
  if (found !== undefined) return found;
  const ours = experimentByName(store, name);
  const wanted = called === 'Default' ? '0' : String(ours?.id ?? '');
  // As long as MLflow's own ids, so that it is unique.
  const id =
    wanted !== '' && !existsSync(join(folder, wanted))
      ? wanted
      : String(BigInt(`0x${randomUUID().replaceAll('-', '').slice(0, 14)}`) + 100_000_000_000_000_000n);
  const path = join(folder, id);
  mkdirSync(path, { recursive: true });
  const tags = ours ? experimentTags(store, ours.id) : [];
  const plain = plainKeys(tags.map(({ key }) => key));
  for (const { key, value } of tags) writeText(fileOf(join(path, 'tags'), plain.get(key) ?? key), value);
  writeText(
    join(path, 'meta.yaml'),
    metaText({
      artifact_location: pathToFileURL(path).href,
      creation_time: ours?.createdAt ?? Date.now(),
      experiment_id: id,
      last_update_time: ours?.updatedAt ?? Date.now(),
      lifecycle_stage: 'active',
      name: called,
    }),
  );
  known.set(called, id);
  counts.experiments++;
  return id;
}

/** A new run is written beside the store and moved in as a whole; an existing one is extended. */
async function writeRun(
  experiment: string,
  experimentId: string,
  run: ExportedRun,
  models: ReadonlySet<string>,
  staging: string,
  counts: ExportCounts,
  options: Options,
): Promise<void> {
  const { row } = run;
  const place = join(experiment, row.run_id);
  const isNew = !existsSync(join(place, 'meta.yaml'));
  // Runs that a person deleted there stay deleted.
  if (!isNew && isDeleted(place)) {
    counts.unchanged++;
    return;
  }
  const path = isNew ? join(staging, row.run_id) : place;
  mkdirSync(path, { recursive: true });
  const change = { any: false };
  const put = putter(change);
  for (const folder of ['params', 'metrics', 'tags', 'artifacts']) mkdirSync(join(path, folder), { recursive: true });
  for (const [name, value] of named(run.params, row.name, options.tell))
    put(fileOf(join(path, 'params'), name), value, false);
  for (const [name, value] of named([...run.tags], row.name, options.tell))
    put(fileOf(join(path, 'tags'), name), value, true);
  const metricNames = plainKeys(run.metrics.map(({ key }) => key));
  let points = 0;
  for (const metric of run.metrics) {
    checkCancelled(options.signal);
    const name = metricNames.get(metric.key) ?? metric.key;
    if (name !== metric.key) options.tell(row.name, `the metric \`${metric.key}\` is written as \`${name}\``);
    points += appendLines(fileOf(join(path, 'metrics'), name), linesOf(metric));
  }
  for (const dataset of run.datasets) writeDataset(experiment, path, row.run_id, dataset, put);
  writeLinks(path, row.run_id, run.models, models, put);
  put(
    join(path, 'meta.yaml'),
    metaText({
      artifact_uri: `${pathToFileURL(place).href}/artifacts`,
      end_time: row.ended_at,
      entry_point_name: '',
      experiment_id: experimentId,
      lifecycle_stage: 'active',
      run_id: row.run_id,
      run_name: row.name,
      run_uuid: row.run_id,
      source_name: '',
      source_type: 4,
      source_version: '',
      start_time: row.started_at,
      status: statuses[row.status],
      tags: [],
      user_id: row.user_id,
    }),
    true,
  );
  const copied =
    run.artifacts === null
      ? 0
      : await copyArtifacts(run.artifacts, join(path, 'artifacts'), { signal: options.signal, tell: options.tell });
  if (isNew) replaceFileSync(path, place);
  counts.points += points;
  counts.artifacts += copied;
  if (isNew) counts.runs++;
  else if (change.any || points + copied > 0) counts.updated++;
  else counts.unchanged++;
}

function* linesOf({ points }: ExportedRun['metrics'][number]): Iterable<string[]> {
  for (const part of points()) yield part.map(({ at, value, step }) => `${at} ${pythonText(value)} ${step}`);
}

function writeDataset(
  experiment: string,
  run: string,
  runId: string,
  dataset: SourceDataset,
  put: (file: string, text: string, replace: boolean) => void,
): void {
  const id = md5(`${dataset.name}${dataset.digest}`);
  const fields: MetaFields = {
    digest: dataset.digest,
    name: dataset.name,
    profile: dataset.profile,
    schema: dataset.schema,
    source: dataset.source,
    source_type: dataset.sourceType,
  };
  put(join(experiment, 'datasets', id, 'meta.yaml'), metaText(fields), false);
  const tags = Object.fromEntries(dataset.tags.map(({ key, value }) => [key, value]));
  put(
    join(run, 'inputs', md5(`${id}${runId}`), 'meta.yaml'),
    metaText({ destination_id: id, destination_type: 'RUN', source_id: id, source_type: 'DATASET', tags }),
    false,
  );
}

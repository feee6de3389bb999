import { createHash, randomUUID } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setImmediate as turn } from 'node:timers/promises';
import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { CancelledError, WorkError, checkCancelled, messageOf } from '../errors.ts';
import { experimentByName } from '../tracking/experiments.ts';
import type { Store } from '../tracking/store.ts';
import { copyArtifacts } from './copyArtifacts.ts';
import { noCounts, plainKeys, readForExport, runsToExport, type ExportCounts, type ExportedRun, type ExportOptions } from './exportedRuns.ts';
import { linesOf } from './metricFile.ts';
import { readMeta } from './metaYaml.ts';
import type { SourceDataset, Tell } from './records.ts';
import { subfolders } from './walkFiles.ts';
import { metaText, type MetaFields } from './writeMeta.ts';

const statuses: Record<RunStatus, number> = { running: 1, scheduled: 2, finished: 3, failed: 4, interrupted: 4, cancelled: 5 };

/** Writes runs into an `mlruns` folder as MLflow's file store has them. Runs keep their ids; what is there already is only added to. */
export async function exportFileStore(store: Store, folder: string, options: ExportOptions): Promise<ExportCounts> {
  const counts = noCounts(folder);
  const tell: Tell = (file, message) => void counts.problems.push({ file, message });
  const rows = runsToExport(store, options);
  mkdirSync(folder, { recursive: true });
  const known = experimentsIn(folder, tell);
  const staging = join(folder, `.loopwright-${process.pid}`);
  try {
    for (const [i, row] of rows.entries()) {
      checkCancelled(options.signal);
      options.onProgress?.(`run ${i + 1} of ${rows.length}: ${row.name}`, i / rows.length);
      try {
        const run = readForExport(store, row);
        const experiment = experimentFor(store, folder, row.experiment, known, counts);
        await writeRun(join(folder, experiment), experiment, run, staging, counts, { ...options, tell });
      } catch (error) {
        if (error instanceof CancelledError || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
        counts.skipped++;
        tell(row.run_id, `the run ${row.name} was left out: ${messageOf(error)}`);
      }
      if (i % 20 === 19) await turn();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new WorkError(`The disk is full: ${folder} could not be written. Free some space and export again; what is whole there stays.`, { cause: error });
    throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return counts;
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

function experimentFor(store: Store, folder: string, name: string, known: Map<string, string>, counts: ExportCounts): string {
  const called = name === 'default' ? 'Default' : name;
  const found = known.get(called);
  if (found !== undefined) return found;
  const ours = experimentByName(store, name);
  const wanted = called === 'Default' ? '0' : String(ours?.id ?? '');
  // As long as MLflow's own, so that it is taken by nobody.
  const id = wanted !== '' && !existsSync(join(folder, wanted)) ? wanted : String(BigInt(`0x${randomUUID().replaceAll('-', '').slice(0, 14)}`) + 100_000_000_000_000_000n);
  const path = join(folder, id);
  mkdirSync(path, { recursive: true });
  const tags = ours ? store.sql.all<{ key: string; value: string }>('SELECT key, value FROM experiment_tags WHERE experiment = ?', ours.id) : [];
  const plain = plainKeys(tags.map(({ key }) => key));
  for (const { key, value } of tags) writeText(join(path, 'tags', ...(plain.get(key) ?? key).split('/')), value);
  writeText(join(path, 'meta.yaml'), metaText({ artifact_location: pathToFileURL(path).href, creation_time: ours?.createdAt ?? Date.now(), experiment_id: id, last_update_time: ours?.updatedAt ?? Date.now(), lifecycle_stage: 'active', name: called }));
  known.set(called, id);
  counts.experiments++;
  return id;
}

function writeText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A new run is written beside the store and moved in whole; one that is there gets what it lacks. */
async function writeRun(experiment: string, experimentId: string, run: ExportedRun, staging: string, counts: ExportCounts, options: ExportOptions & { tell: Tell }): Promise<void> {
  const { row } = run;
  const place = join(experiment, row.run_id);
  const isNew = !existsSync(join(place, 'meta.yaml'));
  const path = isNew ? join(staging, row.run_id) : place;
  mkdirSync(path, { recursive: true });
  const change = { any: false };
  const put = (file: string, text: string, replace: boolean) => {
    if (existsSync(file) && (!replace || readFileSync(file, 'utf8') === text)) return;
    writeText(file, text);
    change.any = true;
  };
  for (const folder of ['params', 'metrics', 'tags', 'artifacts']) mkdirSync(join(path, folder), { recursive: true });
  for (const [, name, value] of named(run.params, row.name, options.tell)) put(join(path, 'params', ...name.split('/')), value, false);
  for (const [, name, value] of named([...run.tags], row.name, options.tell)) put(join(path, 'tags', ...name.split('/')), value, true);
  const metricNames = plainKeys(run.metrics.map(({ key }) => key));
  let points = 0;
  for (const metric of run.metrics) {
    checkCancelled(options.signal);
    const name = metricNames.get(metric.key) ?? metric.key;
    if (name !== metric.key) options.tell(row.name, `the metric \`${metric.key}\` is written as \`${name}\``);
    points += appendPoints(join(path, 'metrics', ...name.split('/')), metric);
  }
  for (const dataset of run.datasets) writeDataset(experiment, path, row.run_id, dataset, put);
  put(join(path, 'meta.yaml'), metaText({
    artifact_uri: `${pathToFileURL(place).href}/artifacts`, end_time: row.ended_at, entry_point_name: '', experiment_id: experimentId, lifecycle_stage: 'active', run_id: row.run_id, run_name: row.name, run_uuid: row.run_id,
    source_name: '', source_type: 4, source_version: '', start_time: row.started_at, status: statuses[row.status], tags: [], user_id: row.user_id,
  }), true);
  const copied = run.artifacts === null ? 0 : await copyArtifacts(run.artifacts, join(path, 'artifacts'), { signal: options.signal, tell: options.tell });
  if (isNew) renameSync(path, place);
  counts.points += points;
  counts.artifacts += copied;
  if (isNew) counts.runs++;
  else if (change.any || points + copied > 0) counts.updated++;
  else counts.unchanged++;
}

function named(pairs: readonly [string, string][], run: string, tell: Tell): [string, string, string][] {
  const names = plainKeys(pairs.map(([key]) => key));
  return pairs.map(([key, value]) => {
    const name = names.get(key) ?? key;
    if (name !== key) tell(run, `\`${key}\` is written as \`${name}\``);
    return [key, name, value];
  });
}

/** Appends the points that the file does not have; gives how many. */
function appendPoints(file: string, { points }: ExportedRun['metrics'][number]): number {
  const there = new Set<string>();
  let endsWell = true;
  if (existsSync(file)) {
    for (const lines of linesOf(file)) for (const line of lines) if (line !== '') there.add(line.trim());
    endsWell = readFileSync(file).at(-1) === 10;
  }
  mkdirSync(dirname(file), { recursive: true });
  const handle = openSync(file, 'a');
  let added = 0;
  try {
    for (const part of points()) {
      const lines = part.map(({ at, value, step }) => `${at} ${pythonText(value)} ${step}`).filter((line) => !there.has(line));
      if (lines.length > 0) writeSync(handle, `${endsWell ? '' : '\n'}${lines.join('\n')}\n`);
      if (lines.length > 0) endsWell = true;
      added += lines.length;
    }
  } finally {
    closeSync(handle);
  }
  return added;
}

/** A float as Python reads it, with all its digits. */
function pythonText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function writeDataset(experiment: string, run: string, runId: string, dataset: SourceDataset, put: (file: string, text: string, replace: boolean) => void): void {
  const id = md5(`${dataset.name}${dataset.digest}`);
  const fields: MetaFields = { digest: dataset.digest, name: dataset.name, profile: dataset.profile, schema: dataset.schema, source: dataset.source, source_type: dataset.sourceType };
  put(join(experiment, 'datasets', id, 'meta.yaml'), metaText(fields), false);
  const tags = Object.fromEntries(dataset.tags.map(({ key, value }) => [key, value]));
  put(join(run, 'inputs', md5(`${id}${runId}`), 'meta.yaml'), metaText({ destination_id: id, destination_type: 'RUN', source_id: id, source_type: 'DATASET', tags }), false);
}

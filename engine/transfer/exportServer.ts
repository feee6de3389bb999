import { openAsBlob } from 'node:fs';
import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { CancelledError, WorkError, checkCancelled, messageOf } from '../errors.ts';
import { experimentByName } from '../tracking/experiments.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import type { Store } from '../tracking/store.ts';
import { knownTags } from '../tracking/writeRun.ts';
import { noCounts, ownIdTag, plainKeys, readForExport, runsToExport, type ExportCounts, type ExportedRun, type ExportOptions } from './exportedRuns.ts';
import { markOf } from './importedIds.ts';
import { mlflowClient, RefusedError, type Json, type MlflowClient } from './mlflowClient.ts';
import type { SourcePoint, Tell } from './records.ts';
import { walkFiles } from './walkFiles.ts';

const statuses: Record<RunStatus, string> = { running: 'RUNNING', scheduled: 'SCHEDULED', finished: 'FINISHED', failed: 'FAILED', interrupted: 'FAILED', cancelled: 'KILLED' };
/** The limits of MLflow's protocol. */
const limits = { metrics: 1000, params: 100, tags: 100, entities: 1000, bytes: 500_000, param: 6000, tag: 5000 };
/** What was sent the last time, so that a run that did not change is not asked about again. */
const markTag = 'loopwright.exported';

interface There {
  id: string;
  mark: string;
  artifactUri: string;
  params: Set<string>;
  tags: Map<string, string>;
  deleted: boolean;
}

/** Sends runs to an MLflow server. A run that is there, known by the tag of its id here, gets what it lacks. */
export async function exportServer(store: Store, address: string, options: ExportOptions & { env?: Record<string, string | undefined> }): Promise<ExportCounts> {
  const client = mlflowClient(address, options.env ?? process.env, options.signal);
  const counts = noCounts(client.uri);
  const tell: Tell = (file, message) => void counts.problems.push({ file, message });
  const rows = runsToExport(store, options);
  const experiments = new Map<string, { id: string; there: Map<string, There> }>();
  const sent = new Map<string, string>();
  try {
    for (const [i, row] of rows.entries()) {
      checkCancelled(options.signal);
      options.onProgress?.(`run ${i + 1} of ${rows.length}: ${row.name}`, i / rows.length);
      let experiment = experiments.get(row.experiment);
      if (!experiment) {
        const id = await experimentFor(client, store, row.experiment, counts);
        experiments.set(row.experiment, (experiment = { id, there: await runsThere(client, id) }));
        for (const [own, there] of experiment.there) sent.set(own, there.id);
      }
      try {
        sent.set(row.run_id, await sendRun(client, store, row, experiment, sent, counts, { ...options, tell }));
      } catch (error) {
        // One run that the server does not like is told; a server that is gone ends it all.
        if (!(error instanceof RefusedError) || error.status === 401 || error.status === 403) throw error;
        counts.skipped++;
        tell(row.run_id, `the run ${row.name} was not sent whole: ${messageOf(error)}`);
      }
    }
  } catch (error) {
    throw options.signal?.aborted ? new CancelledError() : error;
  }
  return counts;
}

async function experimentFor(client: MlflowClient, store: Store, name: string, counts: ExportCounts): Promise<string> {
  const called = name === 'default' ? 'Default' : name;
  try {
    const { experiment } = (await client.get('experiments/get-by-name', { experiment_name: called })) as { experiment: { experiment_id: string; lifecycle_stage?: string } };
    if (experiment.lifecycle_stage === 'deleted') throw new WorkError(`The experiment \`${called}\` was deleted on ${client.uri}. Restore it there, or rename it here.`);
    return experiment.experiment_id;
  } catch (error) {
    if (!(error instanceof RefusedError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error;
  }
  const ours = experimentByName(store, name);
  const tags = ours ? store.sql.all<{ key: string; value: string }>('SELECT key, value FROM experiment_tags WHERE experiment = ?', ours.id) : [];
  const made = await client.post('experiments/create', { name: called, tags }, { once: true });
  counts.experiments++;
  return String(made['experiment_id']);
}

/** The runs of an experiment that came from a project of Loopwright, by their id there. */
async function runsThere(client: MlflowClient, experiment: string): Promise<Map<string, There>> {
  const there = new Map<string, There>();
  let token: string | undefined;
  do {
    const page = (await client.post('runs/search', { experiment_ids: [experiment], filter: `tags.\`${ownIdTag}\` != ''`, run_view_type: 'ALL', max_results: 1000, ...(token === undefined ? {} : { page_token: token }) })) as { runs?: RunJson[]; next_page_token?: string };
    for (const run of page.runs ?? []) {
      const tags = new Map((run.data.tags ?? []).map(({ key, value }) => [key, value]));
      there.set(tags.get(ownIdTag) ?? '', { id: run.info.run_id, mark: tags.get(markTag) ?? '', artifactUri: run.info.artifact_uri ?? '', params: new Set((run.data.params ?? []).map(({ key }) => key)), tags, deleted: run.info.lifecycle_stage === 'deleted' });
    }
    token = page.next_page_token || undefined;
  } while (token !== undefined);
  return there;
}

interface RunJson {
  info: { run_id: string; artifact_uri?: string; lifecycle_stage?: string };
  data: { tags?: { key: string; value: string }[]; params?: { key: string; value: string }[] };
}

async function sendRun(client: MlflowClient, store: Store, row: RunRow, experiment: { id: string; there: Map<string, There> }, sent: Map<string, string>, counts: ExportCounts, options: ExportOptions & { tell: Tell }): Promise<string> {
  const run = readForExport(store, row);
  const parent = run.tags.get(knownTags.parent);
  if (parent !== undefined) run.tags.set(knownTags.parent, sent.get(parent) ?? parent);
  const files = run.artifacts === null ? [] : walkFiles(run.artifacts, run.artifacts, options.tell);
  const mark = markOf(JSON.stringify([row.status, row.ended_at, row.name, [...run.tags], run.params.length, run.metrics.map(({ key, count }) => [key, count]), run.datasets.length, files.map(({ path, bytes, changed }) => [path, bytes, changed])]));
  const before = experiment.there.get(row.run_id);
  // What a person deleted there stays deleted.
  if (before && (before.mark === mark || before.deleted)) {
    counts.unchanged++;
    return before.id;
  }
  const there = before ?? (await createRun(client, experiment.id, run));
  // Counted now: a run that fails on the way is there all the same, and goes on with the next export.
  if (before) counts.updated++;
  else counts.runs++;
  await sendBatches(client, there, run, before !== undefined, counts, options);
  if (run.datasets.length > 0) {
    await client.post('runs/log-inputs', { run_id: there.id, datasets: run.datasets.map((d) => ({ tags: d.tags, dataset: { name: d.name, digest: d.digest, source_type: d.sourceType, source: d.source, ...(d.schema === null ? {} : { schema: d.schema }), ...(d.profile === null ? {} : { profile: d.profile }) } })) });
  }
  await sendArtifacts(client, there, row.name, files, counts, options);
  const isOver = row.status !== 'running' && row.status !== 'scheduled';
  await client.post('runs/update', { run_id: there.id, status: statuses[row.status], ...(isOver && row.ended_at !== null ? { end_time: row.ended_at } : {}) });
  await client.post('runs/set-tag', { run_id: there.id, key: markTag, value: mark });
  return there.id;
}

async function createRun(client: MlflowClient, experiment: string, run: ExportedRun): Promise<There> {
  const { row } = run;
  const answer = (await client.post('runs/create', {
    experiment_id: experiment, start_time: row.started_at, run_name: row.name, ...(row.user_id === '' ? {} : { user_id: row.user_id }), tags: [{ key: ownIdTag, value: row.run_id }],
  }, { once: true })) as { run: RunJson };
  return { id: answer.run.info.run_id, mark: '', artifactUri: answer.run.info.artifact_uri ?? '', params: new Set(), tags: new Map([[ownIdTag, row.run_id]]), deleted: false };
}

/** Params and tags that are not there as they are, then the points that are not. */
async function sendBatches(client: MlflowClient, there: There, run: ExportedRun, known: boolean, counts: ExportCounts, options: ExportOptions & { tell: Tell }): Promise<void> {
  const { row } = run;
  const name = (names: Map<string, string>, key: string, what: string) => {
    const plain = names.get(key) ?? key;
    if (plain !== key) options.tell(row.name, `the ${what} \`${key}\` is sent as \`${plain}\``);
    return plain;
  };
  const cut = (key: string, value: string, limit: number) => {
    if (value.length > limit) options.tell(row.name, `\`${key}\` has ${value.length} characters; MLflow takes ${limit}, so the rest was cut off`);
    return value.slice(0, limit);
  };
  const paramNames = plainKeys(run.params.map(([key]) => key));
  const tagNames = plainKeys([...run.tags.keys()]);
  const params = run.params.map(([key, value]) => ({ key: name(paramNames, key, 'param'), value: cut(key, value, limits.param) })).filter(({ key }) => !there.params.has(key));
  const tags = [...run.tags].map(([key, value]) => ({ key: name(tagNames, key, 'tag'), value: cut(key, value, limits.tag) })).filter(({ key, value }) => there.tags.get(key) !== value);
  for (const part of parts(params, limits.params)) await client.post('runs/log-batch', { run_id: there.id, params: part });
  for (const part of parts(tags, limits.tags)) await client.post('runs/log-batch', { run_id: there.id, tags: part });
  const metricNames = plainKeys(run.metrics.map(({ key }) => key));
  for (const metric of run.metrics) {
    const key = name(metricNames, metric.key, 'metric');
    const had = known ? await history(client, there.id, key) : new Set<string>();
    for (const points of metric.points()) {
      const fresh = points.filter((point) => !had.has(pointKey(point.at, point.step, point.value)));
      for (const part of parts(fresh.map((point) => ({ key, value: jsonNumber(point), timestamp: point.at, step: point.step })), limits.metrics)) {
        checkCancelled(options.signal);
        await client.post('runs/log-batch', { run_id: there.id, metrics: part });
        counts.points += part.length;
      }
    }
  }
}

function jsonNumber({ value }: SourcePoint): number | string {
  return Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
}

/** Items in parts of at most so many, and not more bytes than a request may have. */
function* parts<T extends Json>(items: readonly T[], most: number): Iterable<T[]> {
  let part: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (part.length > 0 && (part.length === most || bytes + size > limits.bytes)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** A server on SQLite gives the largest numbers for infinities. */
function pointKey(at: number, step: number, value: number): string {
  return `${at} ${step} ${value === Infinity ? Number.MAX_VALUE : value === -Infinity ? -Number.MAX_VALUE : value}`;
}

/** The points of a metric that the server has. */
async function history(client: MlflowClient, run: string, key: string): Promise<Set<string>> {
  const points = new Set<string>();
  let token: string | undefined;
  do {
    const page = (await client.get('metrics/get-history', { run_id: run, metric_key: key, max_results: 20_000, page_token: token })) as { metrics?: { value: number | string; timestamp: number | string; step?: number | string }[]; next_page_token?: string };
    for (const { value, timestamp, step } of page.metrics ?? []) points.add(pointKey(Number(timestamp), Number(step ?? 0), Number(value)));
    token = page.next_page_token || undefined;
  } while (token !== undefined);
  return points;
}

/** Uploads what the server does not have in the same size. One that keeps artifacts elsewhere leaves that to programs with access there. */
async function sendArtifacts(client: MlflowClient, there: There, name: string, files: ReturnType<typeof walkFiles>, counts: ExportCounts, options: ExportOptions & { tell: Tell }): Promise<void> {
  if (files.length === 0) return;
  const root = /^mlflow-artifacts:\/*(?:\/\/[^/]+\/)?(.*)$/.exec(there.artifactUri)?.[1];
  if (root === undefined) {
    options.tell(name, `its ${files.length} artifacts were not sent: the server keeps those of this run at ${there.artifactUri || 'an unknown place'}, which is not reached through the server. Start it with --serve-artifacts for a new experiment`);
    return;
  }
  const listed = new Map<string, Map<string, number>>();
  for (const file of files) {
    checkCancelled(options.signal);
    const folder = file.path.split('/').slice(0, -1).join('/');
    let sizes = listed.get(folder);
    if (!sizes) {
      const { files: entries = [] } = (await client.get('artifacts/list', { run_id: there.id, ...(folder === '' ? {} : { path: folder }) })) as { files?: { path: string; file_size?: number | string }[] };
      listed.set(folder, (sizes = new Map(entries.map((entry) => [entry.path, Number(entry.file_size ?? -1)]))));
    }
    if (sizes.get(file.path) === file.bytes) continue;
    options.onProgress?.(`${name}: ${file.path}`, null);
    await client.put(`${root}/${file.path}`, await openAsBlob(file.full));
    counts.artifacts++;
  }
}

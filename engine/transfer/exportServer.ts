import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { CancelledError, WorkError, checkCancelled, messageOf } from '../base/errors.ts';
import { experimentByName, experimentTags } from '../tracking/experiments.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import type { Store } from '../store/store.ts';
import { knownTags } from '../tracking/writeRun.ts';
import { modelsToExport } from './exportedModels.ts';
import {
  noCounts,
  ownIdTag,
  plainKeys,
  readForExport,
  runsToExport,
  type ExportCounts,
  type ExportedRun,
  type ExportOptions,
} from './exportedRuns.ts';
import { exportRegistry } from './exportRegistry.ts';
import { markOf } from './importedIds.ts';
import { mlflowClient, RefusedError, type MlflowClient } from './mlflowClient.ts';
import type { Tell } from './records.ts';
import { sendLinks, sendModels, type ModelsJob } from './serverModelsExport.ts';
import {
  cutTo,
  endsAll,
  jsonNumber,
  limits,
  markTag,
  parts,
  pointKey,
  sendArtifacts,
  sentName,
  type There,
} from './serverParts.ts';
import { serverRegistry } from './serverRegistry.ts';
import { walkFiles } from './walkFiles.ts';

const statuses: Record<RunStatus, string> = {
  running: 'RUNNING',
  scheduled: 'SCHEDULED',
  finished: 'FINISHED',
  refused: 'FINISHED',
  failed: 'FAILED',
  interrupted: 'FAILED',
  cancelled: 'KILLED',
};

/**
 * Sends runs, their logged models and the registered ones to an MLflow server. Existing ones, recognised by the tag
 * with their id here, are extended.
 */
export async function exportServer(
  store: Store,
  address: string,
  given: ExportOptions & { env?: Record<string, string | undefined> },
): Promise<ExportCounts> {
  const client = mlflowClient(address, given.env ?? process.env, given.signal);
  const counts = noCounts(client.uri);
  const tell: Tell = (file, message) => void counts.problems.push({ file, message });
  const options = { ...given, tell };
  const rows = runsToExport(store, options);
  const experiments = new Map<string, Experiment>();
  const experimentOf = async (name: string) => {
    let experiment = experiments.get(name);
    if (!experiment) {
      const id = await experimentFor(client, store, name, counts);
      experiments.set(name, (experiment = { id, there: await runsThere(client, id) }));
    }
    return experiment;
  };
  const sent = new Map<string, string>();
  const runs = new Map<string, There>();
  try {
    for (const [i, row] of rows.entries()) {
      checkCancelled(options.signal);
      options.onProgress?.(`run ${i + 1} of ${rows.length}: ${row.name}`, i / rows.length);
      const isNew = !experiments.has(row.experiment);
      const experiment = await experimentOf(row.experiment);
      if (isNew) for (const [own, there] of experiment.there) sent.set(own, there.id);
      try {
        const there = await sendRun(client, store, row, experiment, sent, counts, options);
        sent.set(row.run_id, there.id);
        runs.set(row.run_id, there);
      } catch (error) {
        // A run that the server refuses is reported; a server that is unreachable ends the export.
        if (endsAll(error)) throw error;
        counts.skipped++;
        tell(row.run_id, `the run ${row.name} was not sent completely: ${messageOf(error)}`);
      }
    }
    const job: ModelsJob = {
      client,
      store,
      runs,
      experiment: async (name) => (await experimentOf(name)).id,
      counts,
      options,
    };
    const models = await sendModels(job, modelsToExport(store, new Set(rows.map((row) => row.run_id)), options));
    await sendLinks(job, rows, models);
    await exportRegistry(
      store,
      serverRegistry({ client, store, runs, models, counts, options }),
      new Set(runs.keys()),
      counts,
      options,
    );
  } catch (error) {
    throw options.signal?.aborted ? new CancelledError() : error;
  }
  return counts;
}

interface Experiment {
  /** Its id there. */
  id: string;
  there: Map<string, There>;
}

async function experimentFor(client: MlflowClient, store: Store, name: string, counts: ExportCounts): Promise<string> {
  const called = name === 'default' ? 'Default' : name;
  try {
    const { experiment } = (await client.get('experiments/get-by-name', { experiment_name: called })) as {
      experiment: { experiment_id: string; lifecycle_stage?: string };
    };
    if (experiment.lifecycle_stage === 'deleted')
      throw new WorkError(
        `The experiment \`${called}\` was deleted on ${client.uri}. Restore it there, or rename it here.`,
      );
    return experiment.experiment_id;
  } catch (error) {
    if (!(error instanceof RefusedError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error;
  }
  const ours = experimentByName(store, name);
  const tags = ours ? experimentTags(store, ours.id) : [];
  const made = await client.post('experiments/create', { name: called, tags }, { once: true });
  counts.experiments++;
  return String(made['experiment_id']);
}

/** The runs of an experiment that came from a Loopwright project, by their id there. */
async function runsThere(client: MlflowClient, experiment: string): Promise<Map<string, There>> {
  const there = new Map<string, There>();
  let token: string | undefined;
  do {
    const page = (await client.post('runs/search', {
      experiment_ids: [experiment],
      filter: `tags.\`${ownIdTag}\` != ''`,
      run_view_type: 'ALL',
      max_results: 1000,
      page_token: token,
    })) as { runs?: RunJson[]; next_page_token?: string };
    for (const run of page.runs ?? []) {
      const tags = new Map((run.data.tags ?? []).map(({ key, value }) => [key, value]));
      there.set(tags.get(ownIdTag) ?? '', {
        id: run.info.run_id,
        mark: tags.get(markTag) ?? '',
        artifactUri: run.info.artifact_uri ?? '',
        params: new Set((run.data.params ?? []).map(({ key }) => key)),
        tags,
        deleted: run.info.lifecycle_stage === 'deleted',
      });
    }
    token = page.next_page_token || undefined;
  } while (token !== undefined);
  return there;
}

interface RunJson {
  info: { run_id: string; artifact_uri?: string; lifecycle_stage?: string };
  data: { tags?: { key: string; value: string }[]; params?: { key: string; value: string }[] };
}

async function sendRun(
  client: MlflowClient,
  store: Store,
  row: RunRow,
  experiment: Experiment,
  sent: Map<string, string>,
  counts: ExportCounts,
  options: ExportOptions & { tell: Tell },
): Promise<There> {
  const run = readForExport(store, row);
  const parent = run.tags.get(knownTags.parent);
  if (parent !== undefined) run.tags.set(knownTags.parent, sent.get(parent) ?? parent);
  const files = run.artifacts === null ? [] : walkFiles(run.artifacts, run.artifacts, options.tell);
  const mark = markOf(
    JSON.stringify([
      row.status,
      row.ended_at,
      row.name,
      [...run.tags],
      run.params.length,
      run.metrics.map(({ key, count }) => [key, count]),
      run.datasets.length,
      files.map(({ path, bytes, changed }) => [path, bytes, changed]),
    ]),
  );
  const before = experiment.there.get(row.run_id);
  // Runs that a person deleted there stay deleted.
  if (before && (before.mark === mark || before.deleted)) {
    counts.unchanged++;
    return before;
  }
  const there = before ?? (await createRun(client, experiment.id, run));
  // Counted here: a run that fails later exists there anyway, and continues with the next export.
  if (before) counts.updated++;
  else counts.runs++;
  await sendBatches(client, there, run, before !== undefined, counts, options);
  if (run.datasets.length > 0) {
    await client.post('runs/log-inputs', {
      run_id: there.id,
      datasets: run.datasets.map((d) => ({
        tags: d.tags,
        dataset: {
          name: d.name,
          digest: d.digest,
          source_type: d.sourceType,
          source: d.source,
          schema: d.schema ?? undefined,
          profile: d.profile ?? undefined,
        },
      })),
    });
  }
  const list = (folder: string | null) =>
    client.get('artifacts/list', { run_id: there.id, ...(folder === null ? {} : { path: folder }) });
  await sendArtifacts(client, { name: row.name, uri: there.artifactUri, files, list }, counts, options);
  const isOver = row.status !== 'running' && row.status !== 'scheduled';
  await client.post('runs/update', {
    run_id: there.id,
    status: statuses[row.status],
    end_time: isOver && row.ended_at !== null ? row.ended_at : undefined,
  });
  await client.post('runs/set-tag', { run_id: there.id, key: markTag, value: mark });
  return there;
}

async function createRun(client: MlflowClient, experiment: string, run: ExportedRun): Promise<There> {
  const { row } = run;
  const answer = (await client.post(
    'runs/create',
    {
      experiment_id: experiment,
      start_time: row.started_at,
      run_name: row.name,
      user_id: row.user_id || undefined,
      tags: [{ key: ownIdTag, value: row.run_id }],
    },
    { once: true },
  )) as { run: RunJson };
  return {
    id: answer.run.info.run_id,
    mark: '',
    artifactUri: answer.run.info.artifact_uri ?? '',
    params: new Set(),
    tags: new Map([[ownIdTag, row.run_id]]),
    deleted: false,
  };
}

/** Sends params and tags that differ, then the missing points. */
async function sendBatches(
  client: MlflowClient,
  there: There,
  run: ExportedRun,
  known: boolean,
  counts: ExportCounts,
  options: ExportOptions & { tell: Tell },
): Promise<void> {
  const { row } = run;
  const paramNames = plainKeys(run.params.map(([key]) => key));
  const tagNames = plainKeys([...run.tags.keys()]);
  const params = run.params
    .map(([key, value]) => ({
      key: sentName(paramNames, key, 'param', row.name, options.tell),
      value: cutTo(limits.param, key, value, row.name, options.tell),
    }))
    .filter(({ key }) => !there.params.has(key));
  const tags = [...run.tags]
    .map(([key, value]) => ({
      key: sentName(tagNames, key, 'tag', row.name, options.tell),
      value: cutTo(limits.tag, key, value, row.name, options.tell),
    }))
    .filter(({ key, value }) => there.tags.get(key) !== value);
  for (const part of parts(params, limits.params))
    await client.post('runs/log-batch', { run_id: there.id, params: part });
  for (const part of parts(tags, limits.tags)) await client.post('runs/log-batch', { run_id: there.id, tags: part });
  const metricNames = plainKeys(run.metrics.map(({ key }) => key));
  for (const metric of run.metrics) {
    const key = sentName(metricNames, metric.key, 'metric', row.name, options.tell);
    const had = known ? await history(client, there.id, key) : new Set<string>();
    for (const points of metric.points()) {
      const fresh = points.filter((point) => !had.has(pointKey(point.at, point.step, point.value)));
      for (const part of parts(
        fresh.map((point) => ({ key, value: jsonNumber(point), timestamp: point.at, step: point.step })),
        limits.metrics,
      )) {
        checkCancelled(options.signal);
        await client.post('runs/log-batch', { run_id: there.id, metrics: part });
        counts.points += part.length;
      }
    }
  }
}

/** The points of a metric on the server. */
async function history(client: MlflowClient, run: string, key: string): Promise<Set<string>> {
  const points = new Set<string>();
  let token: string | undefined;
  do {
    const page = (await client.get('metrics/get-history', {
      run_id: run,
      metric_key: key,
      max_results: 20_000,
      page_token: token,
    })) as {
      metrics?: { value: number | string; timestamp: number | string; step?: number | string }[];
      next_page_token?: string;
    };
    for (const { value, timestamp, step } of page.metrics ?? [])
      points.add(pointKey(Number(timestamp), Number(step ?? 0), Number(value)));
    token = page.next_page_token || undefined;
  } while (token !== undefined);
  return points;
}

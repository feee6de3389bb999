import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkCancelled } from '../base/errors.ts';
import { copyArtifacts } from './copyArtifacts.ts';
import { isElsewhere, missingFiles, type ExportedModel } from './exportedModels.ts';
import type { ExportCounts, ExportOptions } from './exportedRuns.ts';
import { appendLines, fileOf, isDeleted, md5, named, putter, pythonText } from './fileStoreParts.ts';
import { plainKeys } from './exportedRuns.ts';
import type { SourceRun, Tell } from './records.ts';
import { metaText } from './writeMeta.ts';
import { replaceFileSync } from '../base/replaceFile.ts';

const statuses: Record<string, number> = {
  LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
};

/**
 * A new logged model is written beside the store and moved in as a whole; an existing one is extended. `experiment` is
 * the folder of its experiment, `experimentId` the name of that folder.
 */
export async function writeModel(
  experiment: string,
  experimentId: string,
  model: ExportedModel,
  staging: string,
  counts: ExportCounts,
  options: ExportOptions & { tell: Tell },
): Promise<void> {
  const { row } = model;
  const place = join(experiment, 'models', row.model_id);
  const isNew = !existsSync(join(place, 'meta.yaml'));
  // Models that a person deleted there stay deleted.
  if (!isNew && isDeleted(place)) return;
  const path = isNew ? join(staging, row.model_id) : place;
  for (const folder of ['params', 'metrics', 'tags']) mkdirSync(join(path, folder), { recursive: true });
  const change = { any: false };
  const put = putter(change);
  for (const [name, value] of named(model.params, row.name, options.tell))
    put(fileOf(join(path, 'params'), name), value, false);
  for (const [name, value] of named([...model.tags], row.name, options.tell))
    put(fileOf(join(path, 'tags'), name), value, true);
  let points = 0;
  for (const [key, lines] of metricLines(model, options.tell)) {
    checkCancelled(options.signal);
    points += appendLines(fileOf(join(path, 'metrics'), key), [lines]);
  }
  put(
    join(path, 'meta.yaml'),
    metaText({
      artifact_location:
        model.folder === null && isElsewhere(row.artifact_location) ? row.artifact_location : artifactsOf(place),
      creation_timestamp: row.created_at,
      experiment_id: experimentId,
      last_updated_timestamp: row.updated_at,
      lifecycle_stage: 'active',
      model_id: row.model_id,
      model_type: row.model_type,
      name: row.name,
      source_run_id: row.source_run_id,
      status: statuses[row.status] ?? 1,
      status_message: row.status_message,
    }),
    true,
  );
  const missing = missingFiles(model);
  if (missing !== null) options.tell(row.model_id, `${row.name}: ${missing}`);
  const copied =
    model.folder === null
      ? 0
      : await copyArtifacts(model.folder, join(path, 'artifacts'), { signal: options.signal, tell: options.tell });
  if (isNew) {
    mkdirSync(join(experiment, 'models'), { recursive: true });
    replaceFileSync(path, place);
  }
  counts.artifacts += copied;
  if (isNew) counts.models++;
  else if (change.any || points + copied > 0) counts.modelsUpdated++;
}

/** The address of the files of a logged model in a folder. */
export function artifactsOf(place: string): string {
  return `${pathToFileURL(place).href}/artifacts`;
}

/**
 * The lines of each metric: `time value step run [dataset digest]`. MLflow separates the parts by single spaces, so
 * names contain none.
 */
function metricLines({ row, metrics }: ExportedModel, tell: Tell): Map<string, string[]> {
  const files = new Map<string, string[]>();
  const names = plainKeys([...new Set(metrics.map(({ key }) => key))]);
  const told = new Set<string>();
  const once = (message: string) => {
    if (!told.has(message)) tell(row.name, message);
    told.add(message);
  };
  for (const metric of metrics) {
    const name = names.get(metric.key) ?? metric.key;
    if (name !== metric.key) once(`the metric \`${metric.key}\` is written as \`${name}\``);
    const { datasetName, datasetDigest } = metric;
    const dataset =
      datasetName !== '' && datasetDigest !== ''
        ? ` ${withoutSpaces(datasetName)} ${withoutSpaces(datasetDigest)}`
        : '';
    if (/\s/.test(datasetName + datasetDigest))
      once(`the dataset \`${datasetName}\` of its metrics is written as \`${withoutSpaces(datasetName)}\``);
    if (dataset === '' && datasetName + datasetDigest !== '')
      once(
        `the dataset \`${datasetName || datasetDigest}\` of its metrics is left out: a file store keeps none without both a name and a digest`,
      );
    if (metric.runId === '') {
      once('metrics that name no run are left out');
      continue;
    }
    const line = `${metric.at} ${pythonText(metric.value)} ${metric.step} ${metric.runId}${dataset}`;
    const lines = files.get(name);
    if (lines) lines.push(line);
    else files.set(name, [line]);
  }
  return files;
}

function withoutSpaces(text: string): string {
  return text.replaceAll(/\s/gu, '_');
}

/** Writes the input and output models of a run. MLflow reads the id from either end of the link. */
export function writeLinks(
  run: string,
  runId: string,
  links: SourceRun['models'],
  models: ReadonlySet<string>,
  put: (file: string, text: string, replace: boolean) => void,
): void {
  for (const { id, direction, step } of links) {
    if (!models.has(id)) continue;
    if (direction === 'input')
      put(
        join(run, 'inputs', md5(`${id}${runId}`), 'meta.yaml'),
        metaText({ destination_id: id, destination_type: 'RUN', source_id: id, source_type: 'MODEL', tags: {} }),
        false,
      );
    else
      put(
        join(run, 'outputs', id, 'meta.yaml'),
        metaText({
          destination_id: id,
          destination_type: 'MODEL_OUTPUT',
          source_id: id,
          source_type: 'RUN_OUTPUT',
          step,
          tags: {},
        }),
        true,
      );
  }
}

import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { findArtifacts } from './artifactPlaces.ts';
import { linesOf, metricLine } from './metricFile.ts';
import { readMeta } from './metaYaml.ts';
import type { SourceModel, SourceRegistered, SourceVersion, Tell } from './records.ts';
import { readTexts, subfolders, walkFiles } from './walkFiles.ts';
import { readRegularFile } from '../base/readRegularFile.ts';

export const modelStatuses: Record<string, string> = {
  0: 'LOGGED_MODEL_STATUS_UNSPECIFIED',
  1: 'LOGGED_MODEL_PENDING',
  2: 'LOGGED_MODEL_READY',
  3: 'LOGGED_MODEL_UPLOAD_FAILED',
};

/** The logged models of MLflow 3 in each experiment. */
export function* readModels(
  root: string,
  experiments: readonly { id: string; path: string }[],
  tell: Tell,
): Iterable<SourceModel> {
  for (const experiment of experiments) {
    for (const name of subfolders(join(experiment.path, 'models'))) {
      const folder = join(experiment.path, 'models', name);
      try {
        yield readModel(root, experiment.id, folder, name, tell);
      } catch (error) {
        tell(join(folder, 'meta.yaml'), `the logged model was left out: ${messageOf(error)}`);
      }
    }
  }
}

function readModel(root: string, experimentId: string, folder: string, name: string, tell: Tell): SourceModel {
  const meta = readMeta(join(folder, 'meta.yaml'));
  const id = meta.text('model_id') ?? name;
  const createdAt = meta.integer('creation_timestamp') ?? 0;
  return {
    id,
    experimentId,
    name: meta.needed('name'),
    createdAt,
    updatedAt: meta.integer('last_updated_timestamp') ?? createdAt,
    status: modelStatuses[meta.text('status') ?? '1'] ?? 'LOGGED_MODEL_PENDING',
    statusMessage: meta.text('status_message'),
    modelType: meta.text('model_type'),
    sourceRunId: meta.text('source_run_id'),
    deleted: meta.text('lifecycle_stage') === 'deleted',
    params: readTexts(join(folder, 'params'), root, tell),
    tags: readTexts(join(folder, 'tags'), root, tell),
    metrics: readModelMetrics(join(folder, 'metrics'), root, tell),
    artifacts: findArtifacts(meta.text('artifact_location'), id, join(folder, 'artifacts'), root),
  };
}

/** Lines of `time value step run [dataset digest]`; the name of the dataset may contain spaces. */
function readModelMetrics(folder: string, root: string, tell: Tell): SourceModel['metrics'] {
  const metrics: SourceModel['metrics'] = [];
  for (const file of walkFiles(folder, root, tell)) {
    for (const lines of linesOf(file.full)) {
      for (const line of lines.map((text) => text.trim()).filter((text) => text !== '')) {
        const fields = line.split(' ');
        const point = fields.length >= 4 ? metricLine(fields) : null;
        if (point)
          metrics.push({
            ...point,
            key: file.path,
            runId: fields[3] ?? '',
            datasetName: fields.slice(4, -1).join(' '),
            datasetDigest: fields.length > 5 ? (fields.at(-1) ?? '') : '',
          });
        else
          tell(file.full, `a line was left out: ${JSON.stringify(line.slice(0, 60))} is not \`time value step run\``);
      }
    }
  }
  return metrics;
}

/** The registered models below `models/`. */
export function* readRegistered(root: string, tell: Tell): Iterable<SourceRegistered> {
  for (const name of subfolders(join(root, 'models'))) {
    const folder = join(root, 'models', name);
    try {
      const meta = readMeta(join(folder, 'meta.yaml'));
      const createdAt = meta.integer('creation_timestamp') ?? 0;
      yield {
        name: meta.text('name') ?? name,
        createdAt,
        updatedAt: meta.integer('last_updated_timestamp') ?? createdAt,
        description: meta.text('description') ?? '',
        tags: readTexts(join(folder, 'tags'), root, tell),
        aliases: readAliases(join(folder, 'aliases'), root, tell),
        versions: readVersions(folder, root, tell),
      };
    } catch (error) {
      tell(join(folder, 'meta.yaml'), `the registered model was left out: ${messageOf(error)}`);
    }
  }
}

function readAliases(folder: string, root: string, tell: Tell): Map<string, number> {
  const aliases = new Map<string, number>();
  for (const file of walkFiles(folder, root, tell)) {
    const version = Number(readRegularFile(file.full).toString('utf8').trim());
    if (Number.isInteger(version) && version > 0) aliases.set(file.path, version);
    else tell(file.full, 'the alias was left out: it names no version');
  }
  return aliases;
}

function readVersions(model: string, root: string, tell: Tell): SourceVersion[] {
  return subfolders(model)
    .filter((name) => /^version-\d+$/.test(name))
    .flatMap((name) => {
      const folder = join(model, name);
      try {
        const meta = readMeta(join(folder, 'meta.yaml'));
        const stage = meta.text('current_stage') ?? 'None';
        // MLflow stores deleted versions under this stage.
        if (stage === 'Deleted_Internal') return [];
        const createdAt = meta.integer('creation_timestamp') ?? 0;
        return [
          {
            version: Number(name.slice('version-'.length)),
            createdAt,
            updatedAt: meta.integer('last_updated_timestamp') ?? createdAt,
            description: meta.text('description') ?? '',
            userId: meta.text('user_id') ?? '',
            stage,
            source: meta.text('source'),
            runId: meta.text('run_id') ?? '',
            runLink: meta.text('run_link'),
            status: meta.text('status') ?? 'READY',
            statusMessage: meta.text('status_message'),
            modelId: meta.text('model_id'),
            tags: readTexts(join(folder, 'tags'), root, tell),
          },
        ];
      } catch (error) {
        tell(join(folder, 'meta.yaml'), `the model version was left out: ${messageOf(error)}`);
        return [];
      }
    })
    .toSorted((a, b) => a.version - b.version);
}

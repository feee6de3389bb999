import { existsSync, realpathSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { DataError, ProjectError, messageOf } from '../base/errors.ts';
import { findArtifacts } from './artifactPlaces.ts';
import { readModels, readRegistered } from './fileStoreModels.ts';
import { metricLine, linesOf } from './metricFile.ts';
import { readMeta, type Meta } from './metaYaml.ts';
import type {
  RunHandle,
  SourceDataset,
  SourceExperiment,
  SourceMetric,
  SourcePoint,
  SourceRun,
  Tell,
  TransferSource,
} from './records.ts';
import { readTexts, subfolders, walkFiles, type FoundFile } from './walkFiles.ts';

/** Folders beside the runs in the folder of an experiment. */
const notRuns = new Set(['tags', 'datasets', 'models', 'traces']);
const statuses: Record<string, RunStatus> = {
  1: 'running',
  2: 'scheduled',
  3: 'finished',
  4: 'failed',
  5: 'cancelled',
  RUNNING: 'running',
  SCHEDULED: 'scheduled',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'cancelled',
};

interface Folder {
  id: string;
  path: string;
}

/**
 * Opens an `mlruns/` folder, MLflow's file store of any version. Damaged entries are reported; the others can be read.
 */
export function openFileStore(folder: string, tell: Tell): TransferSource {
  const root = realpathSync(folder);
  const folders = [...experimentFolders(root, false), ...experimentFolders(join(root, '.trash'), true)];
  if (folders.length === 0 && !existsSync(join(root, 'models')))
    throw new ProjectError(`${folder} contains no MLflow experiments: none of its folders has a meta.yaml.`);
  const experiments: SourceExperiment[] = [];
  const runs: RunHandle[] = [];
  const known: Folder[] = [];
  const seen = new Map<string, string>();
  for (const { path, name, trashed } of folders) {
    const experiment = readExperiment(path, name, trashed, tell);
    if (!experiment) continue;
    experiments.push(experiment);
    known.push({ id: experiment.id, path });
    for (const runFolder of subfolders(path).filter((child) => !notRuns.has(child))) {
      const handle = runHandle(root, { id: experiment.id, path }, join(path, runFolder), tell);
      const before = seen.get(handle.id);
      if (before !== undefined) tell(join(path, runFolder), `left out: the run ${handle.id} is in ${before} as well`);
      else runs.push(handle);
      seen.set(handle.id, join(path, runFolder));
    }
    if (subfolders(join(path, 'traces')).length > 0) tell(join(path, 'traces'), 'traces are not imported');
  }
  return {
    kind: 'mlruns',
    key: `mlruns:${root}`,
    experiments,
    runs,
    models: () => readModels(root, known, tell),
    registered: () => readRegistered(root, tell),
    close: () => {},
  };
}

function experimentFolders(root: string, trashed: boolean): { path: string; name: string; trashed: boolean }[] {
  return subfolders(root)
    .filter((name) => name !== 'models' && looksLikeExperiment(join(root, name)))
    .map((name) => ({ path: join(root, name), name, trashed }));
}

/** A folder that describes an experiment, or contains runs without describing it. */
function looksLikeExperiment(path: string): boolean {
  return (
    existsSync(join(path, 'meta.yaml')) ||
    subfolders(path).some((run) => existsSync(join(path, run, 'meta.yaml')) && existsSync(join(path, run, 'params')))
  );
}

function readExperiment(path: string, name: string, trashed: boolean, tell: Tell): SourceExperiment | null {
  let meta: Meta;
  try {
    meta = readMeta(join(path, 'meta.yaml'));
    return {
      id: meta.text('experiment_id') ?? name,
      name: meta.needed('name'),
      deleted: trashed || meta.text('lifecycle_stage') === 'deleted',
      createdAt: meta.integer('creation_time'),
      updatedAt: meta.integer('last_update_time'),
      tags: readTexts(join(path, 'tags'), path, tell),
    };
  } catch (error) {
    const what = `the experiment cannot be read: ${messageOf(error)}`;
    // The runs are imported even without the description of their experiment.
    tell(join(path, 'meta.yaml'), `${what}; its runs are imported into an experiment \`${name}\``);
    return { id: name, name, deleted: trashed, createdAt: null, updatedAt: null, tags: new Map() };
  }
}

function runHandle(root: string, experiment: Folder, path: string, tell: Tell): RunHandle {
  const metaFile = join(path, 'meta.yaml');
  let id = path.split(/[\\/]/).at(-1) ?? '';
  try {
    id = readMeta(metaFile).text('run_id', 'run_uuid') ?? id;
  } catch {
    // Reported when the run is read.
  }
  return {
    id,
    get signature() {
      return signatureOf(path);
    },
    read: () => readRun(root, experiment, path, id, tell),
  };
}

/** Size and time of all files of a run: any change of the run changes one of them. */
function signatureOf(path: string): string {
  const hash = createHash('sha256');
  for (const file of walkFiles(path, path, () => {})) hash.update(`${file.path}\0${file.bytes}\0${file.changed}\n`);
  return hash.digest('hex').slice(0, 32);
}

function readRun(root: string, experiment: Folder, path: string, id: string, tell: Tell): SourceRun {
  const metaFile = join(path, 'meta.yaml');
  const meta = readMeta(metaFile);
  const told = meta.text('status');
  const status = told === null ? 'running' : statuses[told];
  if (status === undefined)
    throw new DataError(`its \`status\` is ${JSON.stringify(told)}; MLflow knows 1 to 5`, {
      place: { file: metaFile },
    });
  const params = readTexts(join(path, 'params'), root, tell);
  const tags = readTexts(join(path, 'tags'), root, tell);
  const deletedAt = meta.integer('deleted_time');
  const startedAt = meta.integer('start_time') ?? Math.floor(statSync(metaFile).mtimeMs);
  // Before tags, separate fields described the code.
  for (const [field, tag] of [
    ['source_name', 'mlflow.source.name'],
    ['source_version', 'mlflow.source.git.commit'],
  ] as const) {
    const value = meta.text(field);
    if (value !== null && value !== '' && !tags.has(tag)) tags.set(tag, value);
  }
  return {
    id,
    experimentId: experiment.id,
    name: tags.get('mlflow.runName') || meta.text('run_name', 'name') || '',
    status,
    startedAt,
    endedAt: meta.integer('end_time'),
    deleted: meta.text('lifecycle_stage') === 'deleted',
    deletedAt,
    userId: meta.text('user_id') ?? '',
    params,
    tags,
    metrics: readMetrics(join(path, 'metrics'), root, tell),
    datasets: readDatasets(experiment, path, tell),
    models: readLinks(path, tell),
    artifacts: findArtifacts(meta.text('artifact_uri'), id, join(path, 'artifacts'), root),
  };
}

function readMetrics(folder: string, within: string, tell: Tell): SourceMetric[] {
  return walkFiles(folder, within, tell).map((file) => ({ key: file.path, points: () => pointsOf(file, tell) }));
}

function* pointsOf(file: FoundFile, tell: Tell): Iterable<SourcePoint[]> {
  let line = 0;
  let broken = 0;
  let first = '';
  for (const lines of linesOf(file.full)) {
    const points: SourcePoint[] = [];
    for (const text of lines) {
      line++;
      const trimmed = text.trim();
      if (trimmed === '') continue;
      const point = metricLine(trimmed.split(/\s+/));
      if (point) points.push(point);
      else if (broken++ === 0) first = `line ${line} is ${JSON.stringify(trimmed.slice(0, 60))}`;
    }
    yield points;
  }
  if (broken > 0)
    tell(
      file.full,
      `${broken === 1 ? 'a line was' : `${broken} lines were`} left out: ${first}, not \`time value step\``,
    );
}

function readDatasets(experiment: Folder, run: string, tell: Tell): SourceDataset[] {
  return subfolders(join(run, 'inputs')).flatMap((input) => {
    const file = join(run, 'inputs', input, 'meta.yaml');
    try {
      const link = readMeta(file);
      if (link.text('source_type') !== 'DATASET') return [];
      // The layout writes the dataset's id as destination too; the run is that of the folder.
      const id = link.needed('source_id');
      if (!/^[\w-]+$/.test(id)) throw new DataError(`its \`source_id\` is ${JSON.stringify(id)}, which is not an id`);
      const dataset = readMeta(join(experiment.path, 'datasets', id, 'meta.yaml'));
      return [
        {
          name: dataset.needed('name'),
          digest: dataset.needed('digest'),
          sourceType: dataset.text('source_type') ?? '',
          source: dataset.text('source') ?? '',
          schema: dataset.text('schema'),
          profile: dataset.text('profile'),
          tags: link.pairs('tags').map(([key, value]) => ({ key, value })),
        },
      ];
    } catch (error) {
      tell(file, `the dataset of the run was left out: ${messageOf(error)}`);
      return [];
    }
  });
}

function readLinks(run: string, tell: Tell): SourceRun['models'] {
  const links: SourceRun['models'] = [];
  for (const [folder, direction] of [
    ['inputs', 'input'],
    ['outputs', 'output'],
  ] as const) {
    for (const name of subfolders(join(run, folder))) {
      const file = join(run, folder, name, 'meta.yaml');
      try {
        const meta = readMeta(file);
        if (direction === 'input' && meta.text('source_type') === 'DATASET') continue;
        const id = [meta.text('destination_id'), meta.text('source_id'), name].find((one) => one?.startsWith('m-'));
        if (id) links.push({ id, direction, step: meta.integer('step') ?? 0 });
      } catch (error) {
        if (direction === 'output') tell(file, `the model of the run was left out: ${messageOf(error)}`);
      }
    }
  }
  return links;
}

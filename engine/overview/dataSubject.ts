import { statSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import type { DataSubject, SubjectChoice } from '../../protocol/dataProfile.ts';
import { expandGlob } from '../data/expandGlob.ts';
import { sourceFormat } from '../data/readSource.ts';
import { checkFiles } from '../data/checkFiles.ts';
import { areKept, keptPath } from '../data/snapshotFiles.ts';
import { DataError, ProjectError } from '../base/errors.ts';
import { suggestion } from '../base/didYouMean.ts';
import { globMatcher } from '../base/glob.ts';
import { graphOf } from '../project/graph.ts';
import type { Project } from '../project/loadProject.ts';
import { projectPath, relativePath } from '../base/projectPath.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import { readOfDataset, schemaOfDataset } from '../project/schemaOfDataset.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { listSnapshots, type Snapshot } from '../tracking/snapshots.ts';
import type { Store } from '../store/store.ts';

/** The context for resolving a subject. Without a project, only files are available. */
export interface SubjectPlace {
  project: Project | null;
  config: ProjectConfig | null;
  store: Store | null;
  /** Base folder of relative paths, absolute. */
  folder: string;
  /** Stops the look at files before they are read. */
  signal?: AbortSignal;
}

/** A readable table with its details. */
export interface FoundSubject {
  subject: DataSubject;
  title: string;
  /** Absolute. */
  files: string[];
  bytes: number;
  dataset: string | null;
  schema: DatasetSchema | null;
  schemaPath: string | null;
  /** How its text files are read, where the dataset or its schema says so. */
  read: ReadSettings | undefined;
  madeAt: number | null;
}

/**
 * Resolves a text to a subject: an existing file or glob, a dataset (`features`), or a version (`features@latest`,
 * `features~1` for the previous one, `features@3f2a` or `3f2a` by the beginning of its id). Throws ProjectError with a
 * suggestion when nothing matches.
 */
export function parseSubject(text: string, place: SubjectPlace): DataSubject {
  const datasets = Object.keys(place.config?.datasets ?? {});
  if (datasets.includes(text)) return { kind: 'dataset', name: text };
  const [, name = '', mark = '', which = ''] = /^(.*?)([@~])([\w-]+)$/.exec(text) ?? [];
  if (mark !== '' && datasets.includes(name))
    return { kind: 'snapshot', id: versionNamed(place, name, mark, which).id };
  const path = resolve(place.folder, text);
  if (statSync(path, { throwIfNoEntry: false }) || /[*?[{/\\.]/.test(text)) return { kind: 'file', path: text };
  const starting =
    /^[0-9a-f]{4,}$/i.test(text) && place.store
      ? listSnapshots(place.store).filter(({ id }) => id.startsWith(text.toLowerCase()))
      : [];
  if (starting.length === 1 && starting[0]) return { kind: 'snapshot', id: starting[0].id };
  if (starting.length > 1)
    throw new ProjectError(
      `${text} is the start of ${starting.length} versions; give more of the id: ${starting
        .slice(0, 5)
        .map(({ id, dataset }) => `${id.slice(0, 8)} (${dataset})`)
        .join(', ')}.`,
    );
  throw new ProjectError(
    `\`${text}\` is no file, dataset or version.${suggestion(text, datasets) || (datasets.length > 0 ? ` Datasets: ${datasets.join(', ')}.` : '')}`,
  );
}

function versionNamed({ store }: SubjectPlace, dataset: string, mark: string, which: string): Snapshot {
  const versions = store ? listSnapshots(store, dataset) : [];
  if (versions.length === 0) throw new ProjectError(`\`${dataset}\` has no version yet. Run the stage that writes it.`);
  const found =
    mark === '~'
      ? versions[Number(which)]
      : which === 'latest'
        ? versions[0]
        : versions.find(({ id }) => id.startsWith(which.toLowerCase()));
  if (!found)
    throw new ProjectError(
      `\`${dataset}${mark}${which}\` is none of its ${versions.length} versions: ${versions
        .slice(0, 8)
        .map(({ id }) => id.slice(0, 8))
        .join(', ')}.`,
    );
  return found;
}

/** The files of a subject, and their schema. Throws DataError when there are none. */
export async function findSubject(subject: DataSubject, place: SubjectPlace): Promise<FoundSubject> {
  const found = await filesOfSubject(subject, place);
  await checkFiles(found.files, place.signal);
  return found;
}

async function filesOfSubject(subject: DataSubject, place: SubjectPlace): Promise<FoundSubject> {
  const { project, config, store } = place;
  const schemaOf = (dataset: string | null) => {
    const path = (dataset === null ? undefined : config?.datasets?.[dataset]?.schema) ?? null;
    if (!project || !config || dataset === null) return { schema: null, schemaPath: path, read: undefined };
    return {
      schema: schemaOfDataset(project, config, dataset),
      schemaPath: path,
      read: readOfDataset(project, config, dataset),
    };
  };
  if (subject.kind === 'snapshot') {
    const version = store ? listSnapshots(store).find(({ id }) => id === subject.id) : undefined;
    if (!store || !version) throw new ProjectError(`There is no version ${subject.id}.`);
    const title = `${version.dataset}@${version.id.slice(0, 8)}`;
    if (!version.kept || !areKept(store.folder, version.files))
      throw new DataError(
        `The data of ${title} is no longer kept; only what was noted of it is. \`snapshots: { keep: N }\` on the dataset keeps more.`,
      );
    return {
      subject,
      title,
      files: version.files.map((file) => keptPath(store.folder, file)),
      bytes: version.bytes,
      dataset: version.dataset,
      ...schemaOf(version.dataset),
      madeAt: version.createdAt,
    };
  }
  if (subject.kind === 'dataset') {
    const dataset =
      config?.datasets && Object.hasOwn(config.datasets, subject.name) ? config.datasets[subject.name] : undefined;
    if (!project || !dataset) throw new ProjectError(`There is no dataset \`${subject.name}\`.`);
    const files = await expandGlob(project.root, dataset.path);
    if (files.length === 0)
      throw new DataError(
        `The dataset \`${subject.name}\` has no file: nothing matches \`${dataset.path}\`. Run the stage that writes it, or put the data there.`,
      );
    return {
      subject,
      title: subject.name,
      files,
      bytes: sizeOf(files),
      dataset: subject.name,
      ...schemaOf(subject.name),
      madeAt: null,
    };
  }
  const files = await expandGlob(place.folder, subject.path);
  if (files.length === 0) throw new DataError(noFile(place.folder, subject.path), { place: { file: subject.path } });
  if (files.every((file) => sourceFormat(file) === null))
    throw new DataError(
      `\`${subject.path}\` cannot be read as a table; use .csv, .tsv, .json, .jsonl, .ndjson or .parquet.`,
      { place: { file: subject.path } },
    );
  const dataset = project ? datasetOfFile(project.root, config, files[0] ?? '') : null;
  const title =
    isAbsolute(subject.path) && !project
      ? subject.path
      : files.length === 1 && isAbsolute(subject.path)
        ? basename(subject.path)
        : subject.path;
  return { subject, title, files, bytes: sizeOf(files), dataset, ...schemaOf(dataset), madeAt: null };
}

function noFile(folder: string, path: string): string {
  return statSync(resolve(folder, path), { throwIfNoEntry: false })?.isDirectory()
    ? `\`${path}\` is a folder without data files. Hidden files and names that start with \`_\` are passed over.`
    : `No file matches \`${path}\`.`;
}

/** The dataset whose path matches a file. */
export function datasetOfFile(root: string, config: ProjectConfig | null, file: string): string | null {
  const path = relativePath(root, file);
  return (
    Object.entries(config?.datasets ?? {}).find(
      ([, dataset]) =>
        dataset.path === path || globMatcher(dataset.path).test(path) || projectPath(root, dataset.path) === file,
    )?.[0] ?? null
  );
}

function sizeOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** The subjects of a project: its datasets and their stored versions, each with the versions before it. */
export function subjectChoices(place: SubjectPlace): SubjectChoice[] {
  const { project, config, store } = place;
  if (!project || !config) return [];
  const stages = [...graphOf(config, project.files).stages.values()];
  const readBy = (dataset: string): DataSubject[] =>
    [...new Set(stages.filter(({ writes }) => writes === dataset).flatMap(({ reads }) => reads))]
      .filter((name) => name !== dataset)
      .map((name) => ({ kind: 'dataset', name }));
  return Object.keys(config.datasets ?? {}).flatMap((name): SubjectChoice[] => {
    const versions = store ? listSnapshots(store, name) : [];
    const kept = versions.filter((version) => version.kept);
    return [
      {
        subject: { kind: 'dataset', name },
        title: name,
        rows: versions[0]?.rows ?? null,
        madeAt: null,
        before: [...(kept[1] ? [{ kind: 'snapshot' as const, id: kept[1].id }] : []), ...readBy(name)],
      },
      ...kept.map((version, i): SubjectChoice => ({
        subject: { kind: 'snapshot', id: version.id },
        title: `${name}@${version.id.slice(0, 8)}`,
        rows: version.rows,
        madeAt: version.createdAt,
        before: kept[i + 1] ? [{ kind: 'snapshot', id: kept[i + 1]?.id ?? '' }] : [],
      })),
    ];
  });
}

/** The files of a dataset, absolute, and how they are read; no file for an unknown dataset. */
export async function datasetTable(
  { project, config }: SubjectPlace,
  name: string,
): Promise<Pick<FoundSubject, 'files' | 'schema' | 'read'>> {
  const dataset = config?.datasets && Object.hasOwn(config.datasets, name) ? config.datasets[name] : undefined;
  if (!project || !config || !dataset) return { files: [], schema: null, read: undefined };
  return {
    files: await expandGlob(project.root, dataset.path),
    schema: schemaOfDataset(project, config, name),
    read: readOfDataset(project, config, name),
  };
}

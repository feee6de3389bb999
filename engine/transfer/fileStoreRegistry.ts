import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDiskFull, CancelledError, WorkError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { checkAliasName, type RegisteredThere, type RegistryTarget, type VersionThere } from './exportRegistry.ts';
import { localFiles, type ExportedVersion } from './exportedRegistry.ts';
import { isFolder } from './artifactPlaces.ts';
import { copyArtifacts } from './copyArtifacts.ts';
import { artifactsOf } from './fileStoreModelsExport.ts';
import { fileOf, writeText } from './fileStoreParts.ts';
import { readMeta } from './metaYaml.ts';
import type { Tell } from './records.ts';
import { readTexts, subfolders } from './walkFiles.ts';
import { metaText } from './writeMeta.ts';
import { replaceFileSync } from '../base/replaceFile.ts';

/** MLflow's stage of a deleted version. */
const deletedStage = 'Deleted_Internal';

export interface ExportedPlaces {
  /** Folders of the runs and logged models in the target store, by id. */
  runs: ReadonlyMap<string, string>;
  models: ReadonlyMap<string, string>;
  /** The folder in which new entries are prepared before they are moved in. */
  staging: string;
  signal: AbortSignal | undefined;
  tell: Tell;
  /** Called for each copied file. */
  copied: (files: number) => void;
}

/** The registry of a file store: `models/<name>/version-<n>`, with the numbers of this project. */
export function fileStoreRegistry(store: Store, folder: string, places: ExportedPlaces): RegistryTarget {
  const root = join(folder, 'models');
  const model = (name: string) => join(root, name);
  const versionFolder = (name: string, number: string) => join(root, name, `version-${number}`);
  const tagFile = (owner: string, key: string) => fileOf(join(owner, 'tags'), key);
  const aliasFile = (name: string, alias: string) => {
    checkAliasName(alias);
    return join(model(name), 'aliases', alias);
  };
  return {
    key: `mlruns:${folder}`,
    isFatal: (error) => error instanceof CancelledError || isDiskFull(error),
    find: (name) => (existsSync(join(model(name), 'meta.yaml')) ? readRegistered(model(name), places.tell) : null),
    create: (name, registered) => {
      moveIn(places.staging, model(name), (path) => {
        writeText(
          join(path, 'meta.yaml'),
          modelMeta({
            name,
            createdAt: registered.createdAt,
            updatedAt: registered.updatedAt,
            description: registered.description,
          }),
        );
        for (const [key, value] of registered.tags) writeText(tagFile(path, key), value);
      });
    },
    describe: (name, description) => {
      const meta = readMeta(join(model(name), 'meta.yaml'));
      writeText(
        join(model(name), 'meta.yaml'),
        modelMeta({
          name: meta.text('name') ?? name,
          createdAt: meta.integer('creation_timestamp') ?? 0,
          updatedAt: Date.now(),
          description,
        }),
      );
    },
    setTag: (name, key, value) => writeText(tagFile(model(name), key), value),
    deleteTag: (name, key) => rmSync(tagFile(model(name), key), { force: true }),
    setAlias: (name, alias, number) => writeText(aliasFile(name, alias), number),
    deleteAlias: (name, alias) => rmSync(aliasFile(name, alias), { force: true }),
    createVersion: async (name, version, tags) => {
      const number = String(version.version);
      const place = versionFolder(name, number);
      if (existsSync(place)) throw new WorkError(`${place} is a different version with the same number`);
      const { source, location } = await placeVersion(store, name, version, places);
      moveIn(places.staging, place, (path) => {
        writeText(
          join(path, 'meta.yaml'),
          metaText({
            creation_timestamp: version.createdAt,
            current_stage: 'None',
            deployment_job_state: null,
            description: version.description,
            last_updated_timestamp: version.updatedAt,
            model_id: version.modelId,
            name,
            run_id: version.runId || null,
            run_link: version.runLink,
            source,
            status: version.status,
            status_message: version.statusMessage,
            storage_location: location,
            user_id: version.userId,
            version: version.version,
          }),
        );
        for (const [key, value] of tags) writeText(tagFile(path, key), value);
      });
      return number;
    },
    describeVersion: (name, number, description) => changeVersion(versionFolder(name, number), { description }),
    setStage: (name, number, stage) => changeVersion(versionFolder(name, number), { stage }),
    setVersionTag: (name, number, key, value) => writeText(tagFile(versionFolder(name, number), key), value),
    deleteVersionTag: (name, number, key) => rmSync(tagFile(versionFolder(name, number), key), { force: true }),
  };
}

/** Prepares a folder beside the store and moves it in as a whole. */
function moveIn(staging: string, place: string, make: (path: string) => void): void {
  const path = join(staging, 'registry');
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  make(path);
  mkdirSync(join(place, '..'), { recursive: true });
  replaceFileSync(path, place);
}

function modelMeta({
  name,
  createdAt,
  updatedAt,
  description,
}: {
  name: string;
  createdAt: number;
  updatedAt: number;
  description: string;
}): string {
  return metaText({
    aliases: {},
    creation_timestamp: createdAt,
    deployment_job_id: null,
    deployment_job_state: null,
    description,
    last_updated_timestamp: updatedAt,
    name,
  });
}

function readRegistered(folder: string, tell: Tell): RegisteredThere {
  const versions = subfolders(folder).flatMap((name): VersionThere[] => {
    const number = /^version-(\d+)$/.exec(name)?.[1];
    if (number === undefined) return [];
    const path = join(folder, name);
    const meta = readMeta(join(path, 'meta.yaml'));
    const stage = meta.text('current_stage') ?? 'None';
    return [
      {
        number,
        ours: { version: Number(number), createdAt: meta.integer('creation_timestamp') ?? 0 },
        description: meta.text('description') ?? '',
        stage,
        tags: readTexts(join(path, 'tags'), path, tell),
        deleted: stage === deletedStage,
      },
    ];
  });
  const aliases = new Map(
    [...readTexts(join(folder, 'aliases'), folder, tell)].map(([alias, version]) => [alias, version.trim()]),
  );
  return {
    description: readMeta(join(folder, 'meta.yaml')).text('description') ?? '',
    tags: readTexts(join(folder, 'tags'), folder, tell),
    aliases,
    versions,
  };
}

/** Rewrites the meta.yaml of a version with another description or stage. */
function changeVersion(folder: string, change: { description?: string; stage?: string }): void {
  const file = join(folder, 'meta.yaml');
  const meta = readMeta(file);
  const texts = Object.fromEntries(
    ['model_id', 'name', 'run_id', 'run_link', 'source', 'status', 'status_message', 'storage_location', 'user_id'].map(
      (name) => [name, meta.text(name)],
    ),
  );
  writeText(
    file,
    metaText({
      ...texts,
      creation_timestamp: meta.integer('creation_timestamp'),
      current_stage: change.stage ?? meta.text('current_stage') ?? 'None',
      deployment_job_state: meta.text('deployment_job_state'),
      description: change.description ?? meta.text('description'),
      last_updated_timestamp: Date.now(),
      version: meta.integer('version'),
    }),
  );
}

/**
 * The current location of the files of a version, as its `source` and as the download address. Files of another run,
 * for example when the training stage was fresh, are copied to the version's run.
 */
async function placeVersion(
  store: Store,
  name: string,
  version: ExportedVersion,
  places: ExportedPlaces,
): Promise<{ source: string; location: string }> {
  const { files } = version;
  const about = `${name} v${version.version}`;
  const here = localFiles(store, files);
  const run = files.in === 'run' ? places.runs.get(version.runId || files.run) : undefined;
  const model = files.in === 'model' ? places.models.get(files.model) : undefined;
  const artifacts = run === undefined ? (model === undefined ? undefined : artifactsOf(model)) : artifactsOf(run);
  if (files.in === 'elsewhere' || here === null || artifacts === undefined) {
    const uri = version.source ?? (files.in === 'elsewhere' ? files.uri : '');
    if (!/^[a-z][a-z0-9+.-]+:/i.test(uri) || files.in !== 'elsewhere')
      places.tell(about, `its files, ${uri || 'at an unknown place'}, are not among those that are exported`);
    return { source: uri, location: uri };
  }
  if (!existsSync(here)) places.tell(about, `its files no longer exist here: ${here}`);
  else if (
    files.in === 'run' &&
    run !== undefined &&
    version.runId !== '' &&
    files.run !== version.runId &&
    isFolder(here)
  ) {
    places.copied(
      await copyArtifacts(here, join(run, 'artifacts', ...files.path.split('/')), {
        signal: places.signal,
        tell: places.tell,
      }),
    );
  }
  const location = `${artifacts}${files.path === '' ? '' : `/${files.path.split('/').map(encodeURIComponent).join('/')}`}`;
  const isKept =
    version.source !== null &&
    (files.in === 'run' ? version.source === `runs:/${files.run}/${files.path}` : /^models:\/m-/.test(version.source));
  return { source: isKept ? (version.source ?? location) : location, location };
}

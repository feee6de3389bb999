import { existsSync } from 'node:fs';
import { WorkError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { isFolder } from './artifactPlaces.ts';
import type { RegisteredThere, RegistryTarget, VersionThere } from './exportRegistry.ts';
import { localFiles, type ExportedVersion } from './exportedRegistry.ts';
import type { ExportCounts, ExportOptions } from './exportedRuns.ts';
import { RefusedError, type MlflowClient } from './mlflowClient.ts';
import type { Tell } from './records.ts';
import type { ModelThere } from './serverModelsExport.ts';
import { cutTo, endsAll, limits, proxiedPath, sendArtifacts, type There } from './serverParts.ts';
import { walkFiles } from './walkFiles.ts';

/** The tags of an exported version: its number here, and its time of registration here in epoch milliseconds. */
const versionTag = 'loopwright.version';
const createdTag = 'loopwright.created';

/** Fields that are not sent, decided without a request. */
class LeftOutError extends WorkError {
  override name = 'LeftOutError';
}

interface Pair {
  key: string;
  value: string;
}

interface VersionJson {
  name: string;
  version: string | number;
  description?: string;
  current_stage?: string;
  tags?: Pair[];
}

export interface RegistryJob {
  client: MlflowClient;
  store: Store;
  /** Runs and logged models on the server, by their id here. */
  runs: ReadonlyMap<string, There>;
  models: ReadonlyMap<string, ModelThere>;
  counts: ExportCounts;
  options: ExportOptions & { tell: Tell };
}

/** The registry of a server, which assigns its own numbers. */
export function serverRegistry(job: RegistryJob): RegistryTarget {
  const {
    client,
    options: { tell },
  } = job;
  const pairs = (tags: ReadonlyMap<string, string>, owner: string): Pair[] =>
    [...tags].map(([key, value]) => ({ key, value: cutTo(limits.registryTag, key, value, owner, tell) }));
  return {
    key: client.uri,
    isFatal: (error) => !(error instanceof LeftOutError) && endsAll(error),
    find: (name) => findRegistered(client, name),
    create: async (name, model) =>
      void (await client.post(
        'registered-models/create',
        { name, description: model.description, tags: pairs(model.tags, model.name) },
        { once: true },
      )),
    describe: async (name, description) => void (await client.patch('registered-models/update', { name, description })),
    setTag: async (name, key, value) =>
      void (await client.post('registered-models/set-tag', {
        name,
        key,
        value: cutTo(limits.registryTag, key, value, name, tell),
      })),
    deleteTag: async (name, key) => void (await client.delete('registered-models/delete-tag', { name, key })),
    setAlias: async (name, alias, version) =>
      void (await client.post('registered-models/alias', { name, alias, version })),
    deleteAlias: async (name, alias) => void (await client.delete('registered-models/alias', { name, alias })),
    createVersion: async (name, version, tags) => {
      const place = await placeVersion(job, name, version);
      const noted: Pair[] = [
        { key: versionTag, value: String(version.version) },
        { key: createdTag, value: String(version.createdAt) },
      ];
      const { model_version: made } = (await client.post(
        'model-versions/create',
        {
          name,
          ...place,
          tags: [...noted, ...pairs(tags, name)],
          description: version.description,
          run_link: version.runLink ?? undefined,
        },
        { once: true },
      )) as unknown as { model_version: VersionJson };
      return String(made.version);
    },
    describeVersion: async (name, version, description) =>
      void (await client.patch('model-versions/update', { name, version, description })),
    setStage: async (name, version, stage) =>
      void (await client.post('model-versions/transition-stage', {
        name,
        version,
        stage,
        archive_existing_versions: false,
      })),
    setVersionTag: async (name, version, key, value) =>
      void (await client.post('model-versions/set-tag', {
        name,
        version,
        key,
        value: cutTo(limits.registryTag, key, value, name, tell),
      })),
    deleteVersionTag: async (name, version, key) =>
      void (await client.delete('model-versions/delete-tag', { name, version, key })),
  };
}

async function findRegistered(client: MlflowClient, name: string): Promise<RegisteredThere | null> {
  let model: { description?: string; tags?: Pair[]; aliases?: { alias: string; version: string | number }[] };
  try {
    ({ registered_model: model } = (await client.get('registered-models/get', { name })) as unknown as {
      registered_model: typeof model;
    });
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'RESOURCE_DOES_NOT_EXIST') return null;
    throw error;
  }
  const quote = name.includes("'") ? '"' : "'";
  const versions: VersionThere[] = [];
  let token: string | undefined;
  do {
    const page = (await client.get('model-versions/search', {
      filter: `name = ${quote}${name}${quote}`,
      max_results: 10_000,
      page_token: token,
    })) as { model_versions?: VersionJson[]; next_page_token?: string };
    versions.push(...(page.model_versions ?? []).filter((version) => version.name === name).map(versionThere));
    token = page.next_page_token || undefined;
  } while (token !== undefined);
  return {
    description: model.description ?? '',
    tags: textsOf(model.tags),
    aliases: new Map((model.aliases ?? []).map(({ alias, version }) => [alias, String(version)])),
    versions,
  };
}

function textsOf(tags: readonly Pair[] = []): Map<string, string> {
  return new Map(tags.map(({ key, value }) => [key, value]));
}

function versionThere({ version, description, current_stage: stage, tags }: VersionJson): VersionThere {
  const texts = textsOf(tags);
  const ours = texts.has(versionTag)
    ? { version: Number(texts.get(versionTag)), createdAt: Number(texts.get(createdTag)) }
    : null;
  return {
    number: String(version),
    ours,
    description: description ?? '',
    stage: stage ?? 'None',
    tags: texts,
    deleted: false,
  };
}

/**
 * Location of the files of a version on the server. Files of another run, for example when the training stage was
 * fresh, are sent to the version's run.
 */
async function placeVersion(
  { client, store, runs, models, counts, options }: RegistryJob,
  name: string,
  version: ExportedVersion,
): Promise<Record<string, string | undefined>> {
  const { files } = version;
  const about = `${name} v${version.version}`;
  const ownRun = runs.get(version.runId)?.id;
  if (files.in === 'elsewhere') {
    const source = version.source ?? files.uri;
    if (!/^[a-z][a-z0-9+.-]+:/i.test(source) || /^file:/i.test(source))
      throw new LeftOutError(`its files are at ${source || 'an unknown place'}, which no server reads`);
    return { source, run_id: ownRun };
  }
  const here = localFiles(store, files);
  if (here === null || !existsSync(here))
    options.tell(about, `its files no longer exist here${here === null ? '' : `: ${here}`}`);
  if (files.in === 'model') {
    const model = models.get(files.model);
    if (!model) throw new LeftOutError(`its logged model ${files.model} is not on the server`);
    return {
      source: files.path === '' ? `models:/${model.id}` : `${model.uri}/${files.path}`,
      model_id: model.id,
      run_id: ownRun,
    };
  }
  const run = runs.get(version.runId || files.run);
  if (!run) throw new LeftOutError(`the run ${files.run} that its files belong to is not among the exported ones`);
  if (files.run !== version.runId && version.runId !== '' && here !== null && isFolder(here)) {
    const found = walkFiles(here, here, options.tell).map((file) => ({ ...file, path: `${files.path}/${file.path}` }));
    const list = (folder: string | null) =>
      client.get('artifacts/list', { run_id: run.id, ...(folder === null ? {} : { path: folder }) });
    await sendArtifacts(client, { name: about, uri: run.artifactUri, files: found, list }, counts, options);
  }
  const isNamed = version.source?.startsWith('runs:') && files.path !== '';
  const source =
    isNamed || proxiedPath(run.artifactUri) === null
      ? `runs:/${run.id}/${files.path}`
      : [run.artifactUri, files.path].filter(Boolean).join('/');
  return { source, run_id: run.id };
}

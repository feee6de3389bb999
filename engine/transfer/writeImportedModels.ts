import { actorOf } from '../registry/audit.ts';
import type { Store } from '../store/store.ts';
import {
  addRegisteredModel,
  addVersion,
  describeModel,
  importAlias,
  isValidated,
  registeredModel,
  registeredVersion,
  removeRegistryTag,
  reserveVersions,
  setRegistryTag,
  updateVersion,
} from '../registry/registeredModels.ts';
import { experimentByName } from '../tracking/experiments.ts';
import {
  addLoggedModel,
  addModelMetric,
  loggedModelRow,
  removeModelTag,
  setPairOfModel,
  updateLoggedModel,
} from '../tracking/loggedModels.ts';
import { runRow } from '../tracking/loggedRuns.ts';
import { sourcesOf } from '../tracking/imports.ts';
import { findImported, markOf, noteImported, runIdFor } from './importedIds.ts';
import type { SourceModel, SourceRegistered, SourceVersion, Tell } from './records.ts';
import { localPath } from './artifactPlaces.ts';

/**
 * True for a logged model of this project: one that never came from elsewhere, or that was exported to a server and
 * comes back.
 */
export function isOwnModel(store: Store, model: SourceModel): boolean {
  if (findImported(store, 'mlflow model', model.id)) return false;
  const exported = model.tags.get('loopwright.model_id') ?? '';
  return loggedModelRow(store, model.id) !== null || loggedModelRow(store, exported) !== null;
}

/** Writes a logged model, or its changes. Returns true for a new one. Call it inside `sql.write`. */
export function writeImportedModel(
  store: Store,
  from: { key: string },
  model: SourceModel,
  experiment: number,
  location: string,
): boolean {
  const added = loggedModelRow(store, model.id) === null;
  const then = findImported<{ mark: string; tags: Record<string, string> }>(store, 'mlflow model', model.id);
  const runId = (id: string) => (id === '' ? id : runIdFor(store, from.key, id));
  const mark = markOf(JSON.stringify([model.status, model.statusMessage, model.updatedAt, model.deleted, model.name]));
  const deletedAt = model.deleted ? model.updatedAt : null;
  if (added)
    addLoggedModel(store, {
      model_id: model.id,
      experiment,
      name: model.name,
      artifact_location: location,
      created_at: model.createdAt,
      updated_at: model.updatedAt,
      status: model.status,
      status_message: model.statusMessage,
      model_type: model.modelType,
      source_run_id: model.sourceRunId === null ? null : runId(model.sourceRunId),
      deleted_at: deletedAt,
    });
  else if (then?.detail.mark !== mark)
    updateLoggedModel(store, model.id, {
      name: model.name,
      updated_at: model.updatedAt,
      status: model.status,
      status_message: model.statusMessage,
      deleted_at: deletedAt,
    });
  for (const [key, value] of model.params) setPairOfModel(store, 'params', model.id, key, value, { keep: true });
  const marks = writeTags(model.tags, then?.detail.tags, {
    set: (key, value) => setPairOfModel(store, 'tags', model.id, key, value),
    remove: (key) => void removeModelTag(store, model.id, key),
  });
  for (const metric of model.metrics) addModelMetric(store, model.id, { ...metric, runId: runId(metric.runId) });
  noteImported(store, 'mlflow model', model.id, model.id, { mark, tags: marks });
  return added;
}

/** Sets the tags that the source changed and removes those that it lost; returns their hashes. */
function writeTags(
  tags: ReadonlyMap<string, string>,
  then: Readonly<Record<string, string>> = {},
  tag: { set(key: string, value: string): void; remove(key: string): void },
): Record<string, string> {
  for (const [key, value] of tags) if (then[key] !== markOf(value)) tag.set(key, value);
  for (const key of Object.keys(then)) if (!tags.has(key)) tag.remove(key);
  return marksOf(tags);
}

function registryTagsOf(store: Store, model: string, version: number | null): Parameters<typeof writeTags>[2] {
  return {
    set: (key, value) => setRegistryTag(store, model, version, { key, value }, actorOf('import')),
    remove: (key) => removeRegistryTag(store, model, version, key, actorOf('import')),
  };
}

interface RegisteredThen {
  mark: string;
  tags: Record<string, string>;
  aliases: Record<string, number>;
}

interface VersionThen {
  mark: string;
  tags: Record<string, string>;
}

/**
 * Writes a registered model with its versions; returns the number of new versions. Call it inside `sql.write`. Objects
 * that were exported from here and come back change nothing.
 */
export function writeRegistered(store: Store, from: { key: string }, model: SourceRegistered, tell: Tell): number {
  const source = `${from.key} registered`;
  const then = findImported<RegisteredThen>(store, source, model.name);
  if (isValidated(store, model.name)) {
    tell(
      `models/${model.name}`,
      `left out: \`${model.name}\` is the model that this project validates and serves, whose versions come from its own runs`,
    );
    return 0;
  }
  const here = registeredModel(store, model.name);
  const mark = markOf(JSON.stringify([model.description, model.updatedAt]));
  const { name, createdAt, updatedAt, description } = model;
  addRegisteredModel(store, { name, created_at: createdAt, updated_at: updatedAt, description }, actorOf('import'));
  if (then && then.detail.mark !== mark)
    describeModel(store, model.name, model.description, model.updatedAt, actorOf('import'));
  let added = 0;
  let isOwn = here?.created_at === model.createdAt;
  const numbers = new Map<number, number>();
  for (const version of model.versions) {
    const written = writeVersion(store, from, model.name, version, tell);
    if (written.added) added++;
    isOwn ||= written.isOwn;
    if (written.number !== null) numbers.set(version.version, written.number);
  }
  reserveVersions(store, model.name, Math.max(0, ...numbers.values()));
  const comesBack = here !== null && !then && isOwn && wentOut(store, 'registered', model.name);
  const tags = writeTags(
    model.tags,
    comesBack ? marksOf(model.tags) : then?.detail.tags,
    registryTagsOf(store, model.name, null),
  );
  const before = comesBack ? Object.fromEntries(model.aliases) : (then?.detail.aliases ?? {});
  for (const [alias, version] of model.aliases) {
    const number = numbers.get(version);
    if (before[alias] === version || number === undefined) continue;
    importAlias(store, model.name, alias, number, actorOf('import'));
  }
  for (const alias of Object.keys(before))
    if (!model.aliases.has(alias)) importAlias(store, model.name, alias, null, actorOf('import'));
  noteImported(store, source, model.name, model.name, {
    mark,
    tags,
    aliases: Object.fromEntries(model.aliases),
  } satisfies RegisteredThen);
  return added;
}

/** True for a model or version that this project made or exported: the source has no further data of it. */
function wentOut(store: Store, kind: 'registered' | 'version', id: string): boolean {
  const sources = sourcesOf(store, id, ` ${kind}`);
  return sources.length === 0 || sources.some((source) => source.startsWith('export '));
}

/** Returns the local number of the version; null when it was left out. */
function writeVersion(
  store: Store,
  from: { key: string },
  model: string,
  version: SourceVersion,
  tell: Tell,
): { added: boolean; isOwn: boolean; number: number | null } {
  const source = `${from.key} version`;
  const id = `${model}/${version.version}`;
  const then = findImported<VersionThen>(store, source, id);
  const exported = Number(version.tags.get('loopwright.version') ?? Number.NaN);
  if (
    !then &&
    Number.isInteger(exported) &&
    registeredVersion(store, model, exported)?.created_at === Number(version.tags.get('loopwright.created'))
  ) {
    return { added: false, isOwn: true, number: exported };
  }
  const here = registeredVersion(store, model, version.version);
  const isOwn =
    !then &&
    here !== null &&
    version.createdAt > 0 &&
    here.created_at === version.createdAt &&
    wentOut(store, 'version', id);
  if (here && !then && !isOwn && (here.source !== version.source || here.created_at !== version.createdAt)) {
    tell(
      `models/${model}/version-${version.version}`,
      'left out: this project has a different version with the same number',
    );
    return { added: false, isOwn: false, number: null };
  }
  const runId = version.runId === '' ? '' : runIdFor(store, from.key, version.runId);
  const mark = markOf(
    JSON.stringify([version.description, version.stage, version.status, version.statusMessage, version.updatedAt]),
  );
  if (!here)
    addVersion(
      store,
      {
        model,
        version: version.version,
        run_id: runId,
        path: filesOf(store, version, runId),
        created_at: version.createdAt,
        updated_at: version.updatedAt,
        source: version.source,
        model_id: version.modelId ?? /^models:\/(m-[0-9a-f]+)$/.exec(version.source ?? '')?.[1] ?? null,
        run_link: version.runLink,
        user_id: version.userId,
        stage: version.stage,
        description: version.description,
        status: version.status,
        status_message: version.statusMessage,
      },
      actorOf('import'),
    );
  else if (then && then.detail.mark !== mark)
    updateVersion(
      store,
      model,
      version.version,
      {
        description: version.description,
        stage: version.stage,
        status: version.status,
        status_message: version.statusMessage,
        updated_at: version.updatedAt,
      },
      actorOf('import'),
    );
  const tags = writeTags(
    version.tags,
    isOwn ? marksOf(version.tags) : then?.detail.tags,
    registryTagsOf(store, model, version.version),
  );
  noteImported(store, source, id, id, { mark, tags } satisfies VersionThen);
  return { added: !here, isOwn, number: version.version };
}

function marksOf(tags: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...tags].map(([key, value]) => [key, markOf(value)]));
}

/**
 * The local location of the files of a version whose source was among the artifacts of an imported run or logged model;
 * empty otherwise.
 */
function filesOf(store: Store, version: SourceVersion, runId: string): string {
  const source = version.source ?? '';
  if (/^(runs|models):/.test(source)) return '';
  const path = source.startsWith('mlflow-artifacts:') ? source : (localPath(source) ?? '');
  const parts = path.split(/[\\/]+/);
  const at = parts.lastIndexOf('artifacts');
  const owner = parts[at - 1] ?? '';
  const rest = parts
    .slice(at + 1)
    .map(encodeURIComponent)
    .join('/');
  if (at < 1) return '';
  if (owner.startsWith('m-')) {
    const location = loggedModelRow(store, owner)?.artifact_location;
    return location === undefined ? '' : [location, rest].filter(Boolean).join('/');
  }
  const run = owner === version.runId ? runRow(store, runId) : null;
  if (!run || run.artifact_uri !== null) return '';
  const experiment = experimentByName(store, run.experiment)?.id ?? 0;
  return [`mlflow-artifacts:/${experiment}/${runId}/artifacts`, rest].filter(Boolean).join('/');
}

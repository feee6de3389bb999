import { join } from 'node:path';
import { artifactsFolder, loggedModelFolder, type Store } from '../store/store.ts';
import {
  listRegisteredModels,
  registeredAliases,
  registryTags,
  versionsOfModel,
  type RegisteredVersionRow,
} from '../registry/registeredModels.ts';
import { ownTags } from './exportedModels.ts';
import type { SourceRegistered, SourceVersion, Tell } from './records.ts';

/**
 * Location of the files of a version: among those of a run or of a logged model of this project, or at an address.
 * Paths use `/`.
 */
export type VersionFiles =
  | { in: 'run'; run: string; path: string }
  | { in: 'model'; model: string; path: string }
  | { in: 'elsewhere'; uri: string };

export interface ExportedVersion extends SourceVersion {
  files: VersionFiles;
}

/** A registered model in the form of other tools. */
export interface ExportedRegistered extends Omit<SourceRegistered, 'versions'> {
  /** Its name there. */
  as: string;
  versions: ExportedVersion[];
}

/**
 * The registered models to export, by name, with the versions whose run is exported or that have no run. A model whose
 * versions all belong to other runs is left out.
 */
export function* registeredToExport(store: Store, runs: ReadonlySet<string>, tell: Tell): Iterable<ExportedRegistered> {
  const models = listRegisteredModels(store);
  const names = plainNames(models.map(({ name }) => name));
  for (const model of models) {
    const rows = versionsOfModel(store, model.name);
    const chosen = rows.filter((row) => row.run_id === '' || runs.has(row.run_id));
    const others = rows.filter((row) => !chosen.includes(row)).map(({ version }) => version);
    if (others.length > 0)
      tell(
        model.name,
        `${others.length === 1 ? 'version' : 'the versions'} ${listed(others)} of the registered model ${others.length === 1 ? 'was' : 'were'} left out: the run is not among the exported ones`,
      );
    if (rows.length > 0 && chosen.length === 0) continue;
    const as = names.get(model.name) ?? model.name;
    if (as !== model.name)
      tell(model.name, `the registered model is called \`${as}\` there, because MLflow does not accept the name`);
    yield {
      name: model.name,
      as,
      createdAt: model.created_at,
      updatedAt: model.updated_at,
      description: model.description,
      tags: ownTags(registryTags(store, model.name)),
      aliases: new Map(registeredAliases(store, model.name).map(({ alias, version }) => [alias, version])),
      versions: chosen.map((row) => ({
        version: row.version,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        description: row.description,
        userId: row.user_id,
        stage: row.stage,
        source: row.source,
        runId: row.run_id,
        runLink: row.run_link,
        status: row.status,
        statusMessage: row.status_message,
        modelId: row.model_id,
        files: filesOf(row),
        tags: ownTags(registryTags(store, model.name, row.version)),
      })),
    };
  }
}

/** `1, 2, 5 and 3 more`. */
function listed(numbers: readonly number[]): string {
  return numbers.length <= 8 ? numbers.join(', ') : `${numbers.slice(0, 7).join(', ')} and ${numbers.length - 7} more`;
}

function filesOf(row: RegisteredVersionRow): VersionFiles {
  if (row.source === null) {
    // A version of this project: a folder below `.loopwright/artifacts`. When its training stage was fresh, the folder
    // belongs to an earlier run.
    const [, run, path] = /(?:^|\/)artifacts\/([^/]+)\/(.+)$/.exec(row.path.replaceAll('\\', '/')) ?? [];
    return run === undefined || path === undefined || !isInside(path)
      ? { in: 'elsewhere', uri: row.path }
      : { in: 'run', run, path };
  }
  const address = row.path || row.source;
  const inRun =
    /^runs:\/+([^/]+)\/?(.*)$/.exec(address) ??
    /^mlflow-artifacts:(?:\/\/[^/]+)?\/+[^/]+\/([^/]+)\/artifacts\/?(.*)$/.exec(address);
  const inModel =
    /^models:\/+(m-[\w-]+)\/?(.*)$/.exec(address) ??
    /^mlflow-artifacts:(?:\/\/[^/]+)?\/+[^/]+\/models\/([^/]+)\/artifacts\/?(.*)$/.exec(address);
  const [, owner = '', encoded = ''] = inModel ?? inRun ?? [];
  const path = decoded(encoded).replace(/(?<!\/)\/+$/, '');
  if (owner === '' || !isInside(path)) return { in: 'elsewhere', uri: address };
  return inModel ? { in: 'model', model: owner, path } : { in: 'run', run: owner, path };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function isInside(path: string): boolean {
  return !path.split('/').includes('..') && !path.includes('\\');
}

/** The local file or folder of a version; null when the files are elsewhere. */
export function localFiles(store: Store, files: VersionFiles): string | null {
  if (files.in === 'elsewhere') return null;
  return join(
    files.in === 'run' ? artifactsFolder(store, files.run) : loggedModelFolder(store, files.model),
    ...files.path.split('/'),
  );
}

/**
 * Names of registered models that MLflow accepts, on a server and as a folder: other characters become underscores, and
 * a duplicate gets a number.
 */
export function plainNames(names: readonly string[]): Map<string, string> {
  const plain = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names.toSorted(
    (a, b) => Number(plainName(a) !== a) - Number(plainName(b) !== b) || (a < b ? -1 : 1),
  )) {
    const wanted = plainName(name);
    let free = wanted;
    for (let n = 2; taken.has(free); n++) free = `${wanted}-${n}`;
    taken.add(free);
    plain.set(name, free);
  }
  return plain;
}

function plainName(name: string): string {
  const signs = name.replaceAll(/[/:%\\\p{Cc}]/gu, '_').slice(0, 250);
  return signs.trim() === '' || /^\.+$/.test(signs) ? `_${signs.trim()}` : signs;
}

import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { ProjectError, WorkError } from '../base/errors.ts';
import { lockKey, readLock } from '../fingerprint/lockFile.ts';
import { modelFiles, objectOf } from '../models/modelFiles.ts';
import { recogniseModel } from '../models/flavours/flavours.ts';
import { folderInRun, folderOfLogged, folderOfVersion } from '../mlflow/modelFolder.ts';
import { modelAliases, type ModelSelector } from '../../protocol/models.ts';
import { modelsOf } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { registeredVersion } from '../registry/registeredModels.ts';
import { getVersion, latestVersion } from '../registry/modelVersions.ts';
import { aliasesOf } from '../registry/aliases.ts';
import { loggedByRun } from '../stages/loggedByStage.ts';
import { artifactsFolder, type Store } from '../store/store.ts';
import { loggedModelRow, loggedModelsOfRun } from '../tracking/loggedModels.ts';
import { findRun } from '../tracking/runDetail.ts';
import { projectPath } from '../base/projectPath.ts';

/** A model that a person named, wherever it is. */
export interface FoundModel {
  /** Absolute path of its files. */
  path: string;
  /** The registered version; null for a model that has none. */
  ref: { name: string; version: number } | null;
  /** The run that made it; null when not known. */
  runId: string | null;
}

export interface ModelPlace {
  store: Store;
  config: ProjectConfig;
  /** Folders that a relative path is looked for in. */
  folders: readonly string[];
}

/** The forms that a model can be named in, for messages. */
export const modelForms =
  'a path, `NAME@3`, `models:/NAME/3`, `runs:/RUN/NAME`, the id of a logged model, a run, or a stage';

/** Finds the model that a text names. Throws WorkError or ProjectError when there is none. */
export function findModel(text: string, place: ModelPlace): FoundModel {
  return (
    byAddress(text, place) ??
    byPath(text, place) ??
    bySelector(text, place) ??
    byStage(text, place) ??
    byRun(text, place)
  );
}

function byAddress(text: string, { store }: ModelPlace): FoundModel | null {
  const logged = /^(?:models:\/+)?(m-[0-9a-f]{6,})$/.exec(text)?.[1];
  if (logged !== undefined)
    return {
      path: folderOfLogged(store, logged),
      ref: null,
      runId: loggedModelRow(store, logged)?.source_run_id ?? null,
    };
  const [, run, path] = /^runs:\/+([^/]+)\/(.+)$/.exec(text) ?? [];
  if (run !== undefined && path !== undefined) {
    const { run_id: runId } = findRun(store, run);
    return { path: folderInRun(store, runId, path), ref: null, runId };
  }
  const [, name, version] = /^models:\/+([^/@]+)[/@]([^/@]+)$/.exec(text) ?? [];
  if (name === undefined || version === undefined) return null;
  return versionOf(store, decodeURIComponent(name), selectorOf(version));
}

function byPath(text: string, { folders }: ModelPlace): FoundModel | null {
  const { path } = objectOf(text);
  for (const folder of isAbsolute(path) ? folders.slice(0, 1) : folders)
    if (existsSync(resolve(folder, path))) return { path: resolve(folder, text), ref: null, runId: null };
  if (/[\\/]/.test(path) && !text.includes('@')) throw new WorkError(`There is no file or folder \`${text}\`.`);
  return null;
}

function bySelector(text: string, { store, config }: ModelPlace): FoundModel | null {
  const [, name, version] = /^(?:(.+)@)?(v?\d+|latest|champion|challenger)$/.exec(text) ?? [];
  if (version === undefined) return null;
  const models = modelsOf(config);
  const [only, ...others] = models;
  if (name === undefined && (!only || others.length > 0))
    throw new ProjectError(
      `The project has ${models.length} models. Name one of them: ${models.map((model) => `\`${model.name}@${version}\``).join(', ')}.`,
    );
  return versionOf(store, name ?? only?.name ?? '', selectorOf(version));
}

function selectorOf(text: string): NonNullable<ModelSelector['version']> {
  const alias = modelAliases.find((known) => known === text);
  if (alias !== undefined || text === 'latest') return alias ?? 'latest';
  if (!/^v?\d+$/.test(text)) throw new ProjectError(`\`${text}\` is not a version; write a number such as 3.`);
  return Number(text.replace('v', ''));
}

function versionOf(store: Store, name: string, which: NonNullable<ModelSelector['version']>): FoundModel {
  const version =
    typeof which === 'number'
      ? which
      : which === 'latest'
        ? latestVersion(store, name)
        : ([...aliasesOf(store, name)].find(([, aliases]) => aliases.includes(which))?.[0] ?? 0);
  const row = registeredVersion(store, name, version);
  if (!row)
    throw new WorkError(
      `\`${name}\` has no ${typeof which === 'number' ? `version ${which}` : which}. \`loopwright models\` lists the versions.`,
    );
  const path =
    row.report === null
      ? folderOfVersion(store, name, version)
      : projectPath(store.root, getVersion(store, name, version).path);
  return { path, ref: { name, version }, runId: row.run_id || null };
}

/** The model that the last run of a stage made. */
function byStage(text: string, { store, config }: ModelPlace): FoundModel | null {
  if (!Object.hasOwn(config.stages, text)) return null;
  const lock = readLock(store.root);
  const entry = lock[lockKey(text, 'default')];
  const stage = config.stages[text];
  const declared = stage && !('uses' in stage) ? (stage.outs ?? []) : [];
  const folders = Object.keys(entry?.outs ?? {}).flatMap((path) => {
    const folder = /^(.*)\/(?:MLmodel|loopwright-model\.json)$/.exec(path)?.[1];
    return folder === undefined ? [] : [folder];
  });
  const ofRun = folders.length === 0 && entry?.run ? loggedByRun(store, store.root, entry.run) : [];
  const found = [...new Set([...declared, ...folders, ...ofRun])].filter(
    (path) => existsSync(projectPath(store.root, path)) && recogniseModel(projectPath(store.root, path)) !== null,
  );
  const path = oneOf(found, `The stage \`${text}\``, (one) => one);
  return { path: projectPath(store.root, path), ref: null, runId: entry?.run ?? null };
}

/** The only model that a run logged. */
function byRun(text: string, { store }: ModelPlace): FoundModel {
  let runId: string;
  try {
    runId = findRun(store, text).run_id;
  } catch (error) {
    if (!(error instanceof WorkError)) throw error;
    throw new WorkError(`\`${text}\` names no model. Give ${modelForms}.`, { cause: error });
  }
  const newest = new Map(loggedModelsOfRun(store, runId).map((model) => [model.name, model.model_id]));
  if (newest.size > 0) {
    const name = oneOf([...newest.keys()], `The run \`${text}\``, (one) => `runs:/${runId}/${one}`);
    return { path: folderOfLogged(store, newest.get(name) ?? ''), ref: null, runId };
  }
  const folder = artifactsFolder(store, runId);
  const names = existsSync(folder) ? modelFiles(folder).names : [];
  const inRun = names.flatMap((name) => /^(.*)\/(?:MLmodel|loopwright-model\.json)$/.exec(name)?.[1] ?? []);
  const path = oneOf([...new Set(inRun)], `The run \`${text}\``, (one) => `runs:/${runId}/${one}`);
  return { path: join(folder, path), ref: null, runId };
}

function oneOf(found: readonly string[], owner: string, form: (one: string) => string): string {
  const [only, ...others] = found;
  if (only === undefined) throw new WorkError(`${owner} made no model that Loopwright recognises.`);
  if (others.length > 0)
    throw new WorkError(
      `${owner} made ${found.length} models. Name one: ${found.map((one) => `\`${form(one)}\``).join(', ')}.`,
    );
  return only;
}

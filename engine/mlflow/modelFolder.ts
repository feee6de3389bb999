import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WorkError } from '../base/errors.ts';
import { getVersion } from '../registry/modelVersions.ts';
import { registeredVersion } from '../registry/registeredModels.ts';
import { artifactsFolder, type Store } from '../store/store.ts';
import { loggedModelRow, loggedModelsOfRun } from '../tracking/loggedModels.ts';
import { artifactFile } from './artifactFiles.ts';
import { versionSource } from './registryJson.ts';
import { projectPath } from '../base/projectPath.ts';

/**
 * The folder of a version that a program registered, when this project keeps its files. Throws WorkError when they are
 * elsewhere.
 */
export function folderOfVersion(store: Store, name: string, version: number): string {
  const source = versionSource(store, name, String(version));
  if (!source.startsWith('mlflow-artifacts:/'))
    throw new WorkError(
      `The files of \`${name}\` v${version} are at ${source}, which is not in this project. Download them, and validate the folder.`,
    );
  return existing(artifactFile(store, source.slice('mlflow-artifacts:/'.length)), `\`${name}\` v${version}`);
}

/** Absolute path of the files of a version. Throws WorkError when they are elsewhere or gone. */
export function pathOfVersion(store: Store, model: string, version: number): string {
  if (registeredVersion(store, model, version)?.report == null) return folderOfVersion(store, model, version);
  const { path } = getVersion(store, model, version);
  return projectPath(store.root, path);
}

/** The folder of a model that a program logged, by its id. */
export function folderOfLogged(store: Store, id: string): string {
  const row = loggedModelRow(store, id);
  if (!row || row.deleted_at !== null) throw new WorkError(`There is no logged model \`${id}\`.`);
  return existing(artifactFile(store, row.artifact_location.slice('mlflow-artifacts:/'.length)), `\`${row.name}\``);
}

/** The folder of a model in a run, by the name under which it was logged or its path among the artifacts. */
export function folderInRun(store: Store, runId: string, path: string): string {
  const logged = loggedModelsOfRun(store, runId).findLast(({ name }) => name === path);
  return logged
    ? folderOfLogged(store, logged.model_id)
    : existing(join(artifactsFolder(store, runId), path), `\`${path}\``);
}

function existing(folder: string, what: string): string {
  if (existsSync(folder)) return folder;
  throw new WorkError(`The files of ${what} are gone: there is no ${folder}.`, { place: { file: folder } });
}

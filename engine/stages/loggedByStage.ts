import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { relativePath } from '../base/projectPath.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { artifactsFolder, loggedModelFolder, type Store } from '../store/store.ts';
import { loggedModelsOfRun } from '../tracking/loggedModels.ts';
import type { StageContext } from './stageContext.ts';

/** True when a validation or an entry of `models` asks for the model that a stage makes. */
export function isModelStage({ models, stages }: ProjectConfig, name: string): boolean {
  return (
    Object.values(models ?? {}).some(({ from }) => from === name) ||
    Object.values(stages).some((stage) => 'uses' in stage && stage.uses === 'validate' && stage.with.model === name)
  );
}

/**
 * The folders of the models that the program of a stage logged through MLflow since a time, relative to the project:
 * the newest of each name.
 */
export function loggedByStage({ store, run, project: { root } }: StageContext, since: number): string[] {
  return loggedByRun(store, root, run.runId, since);
}

/** The folders of the models that the programs of a run logged since a time, relative to the project. */
export function loggedByRun(store: Store, root: string, runId: string, since = 0): string[] {
  const byName = new Map(
    loggedModelsOfRun(store, runId)
      .filter((model) => model.created_at >= since)
      .map((model) => [model.name, loggedModelFolder(store, model.model_id)]),
  );
  // Clients before MLflow 3 log a model as artifacts of the run.
  const inRun = foldersWithModel(artifactsFolder(store, runId), since, 3);
  return [...byName.values(), ...inRun].filter(isFolder).map((folder) => relativePath(root, folder));
}

function foldersWithModel(folder: string, since: number, depth: number): string[] {
  const entries = entriesOf(folder);
  const file = entries.some((entry) => entry.isFile() && entry.name === 'MLmodel');
  if (file) return statSync(join(folder, 'MLmodel')).mtimeMs >= since ? [folder] : [];
  return depth === 0
    ? []
    : entries.flatMap((entry) =>
        entry.isDirectory() ? foldersWithModel(join(folder, entry.name), since, depth - 1) : [],
      );
}

function entriesOf(folder: string): Dirent[] {
  return isFolder(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

import { existsSync } from 'node:fs';
import { WorkError } from '../../base/errors.ts';
import { lockKey } from '../../fingerprint/lockFile.ts';
import { recogniseModel } from '../../models/flavours/flavours.ts';
import { objectOf } from '../../models/modelFiles.ts';
import { loggedModelRow } from '../../tracking/loggedModels.ts';
import { loggedByRun } from '../loggedByStage.ts';
import type { StageContext } from '../stageContext.ts';
import { projectPath } from '../../base/projectPath.ts';

const place = { file: 'loopwright.yaml' };

/**
 * Returns the absolute path of the model that a stage made: the one that `path` names, else the only one among its
 * outputs. Throws WorkError when there is none or there are several.
 */
export function modelOfStage(context: StageContext, stage: string, path: string | null): string {
  const { root } = context.project;
  const lock = context.lock();
  const entry = lock[lockKey(stage, context.experiment)] ?? lock[stage];
  const made = Object.keys(entry?.outs ?? {});
  const config = context.config.stages[stage];
  const declared = config && !('uses' in config) ? (config.outs ?? []) : [];
  if (path !== null && existsSync(projectPath(root, objectOf(path).path))) return projectPath(root, path);
  const logged = loggedFolders(made).filter((folder) => !declared.some((out) => folder.startsWith(`${out}/`)));
  // A stage that ran before anything asked for its model has no model among its outputs, but its run logged it.
  const ofRun = logged.length === 0 && entry ? loggedByRun(context.store, root, entry.run) : [];
  const places = [...declared, ...logged, ...ofRun];
  const found = places.filter(
    (candidate) => existsSync(projectPath(root, candidate)) && recogniseModel(projectPath(root, candidate)),
  );
  const named = path === null ? found : found.filter((folder) => nameOf(context, folder) === path);
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return projectPath(root, only);
  if (only !== undefined)
    throw new WorkError(
      `The stage \`${stage}\` makes ${named.length} models: ${named.map((candidate) => `\`${nameOf(context, candidate)}\``).join(', ')}. Name one as \`path\` of the entry under \`models\`.`,
      { place },
    );
  if (path !== null)
    throw new WorkError(
      `The stage \`${stage}\` made no model \`${path}\`.${found.length > 0 ? ` It made ${found.map((candidate) => `\`${nameOf(context, candidate)}\``).join(', ')}.` : ''}`,
      { place },
    );
  throw new WorkError(
    `The stage \`${stage}\` has no model to validate: ${places.length === 0 ? 'it has no `outs`, and its program logged no model to MLflow' : `none of ${places.map((candidate) => `\`${candidate}\``).join(', ')} is a model that Loopwright recognises`}. \`loopwright models inspect PATH\` says what a file is.`,
    { place },
  );
}

/** The folders of models among the recorded outputs: those of built-in stages and those that MLflow logged. */
function loggedFolders(outs: readonly string[]): string[] {
  return outs.flatMap((path) => {
    const folder = /^(.*)\/(?:MLmodel|loopwright-model\.json)$/.exec(path)?.[1];
    return folder === undefined ? [] : [folder];
  });
}

/** The name that a program gave to a logged model; the path of any other model. */
function nameOf({ store }: StageContext, folder: string): string {
  const id = /\/models\/(m-[\w-]+)$/.exec(folder)?.[1];
  const inRun = /\/artifacts\/[0-9a-f]{32}\/(.+)$/.exec(folder)?.[1];
  return (id === undefined ? inRun : loggedModelRow(store, id)?.name) ?? folder;
}

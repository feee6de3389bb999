import { join } from 'node:path';
import type { Variables } from '../base/programEnvironment.ts';
import { loadProject } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { findPython } from '../python/findPython.ts';
import type { Store } from '../store/store.ts';
import type { ModelTools } from './flavours/flavour.ts';

/** Returns the means for opening a model of a project: the Python of the model, else that of the project. */
export function modelTools(
  { root, folder }: Pick<Store, 'root' | 'folder'>,
  config: ProjectConfig,
  model: string,
  log: (line: string) => void = () => {},
  env: Variables = process.env,
): ModelTools {
  const named = config.models && Object.hasOwn(config.models, model) ? config.models[model]?.python : undefined;
  return {
    root,
    temp: join(folder, 'tmp'),
    python: () => findPython({ root, python: named ?? config.python, env }),
    namesPython: named !== undefined,
    variables: () => loadProject(root).envFile,
    log: oncePerLine(log),
  };
}

const mostLines = 1000;

/** A model may print the same warning for every row: each line is told once. */
function oncePerLine(log: (line: string) => void): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    if (told.has(line)) return;
    if (told.size < mostLines) told.add(line);
    log(line);
  };
}

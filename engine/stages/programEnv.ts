import { join } from 'node:path';
import { activatePython } from '../python/activatePython.ts';
import { programEnvironment, type Variables } from '../base/programEnvironment.ts';
import type { StageContext } from './stageContext.ts';

/**
 * The environment of a program of a stage: without the variables of an editor, with the values of `env_file`, and with
 * the project's Python active.
 */
export function programEnv(
  {
    project,
    store,
    python,
  }: Pick<StageContext, 'project' | 'python'> & { store: Pick<StageContext['store'], 'folder'> },
  own: Variables = {},
  inherited: Variables = process.env,
): Variables {
  return activatePython(
    { ...project.envFile, ...programEnvironment({}, inherited), ...own },
    python(),
    join(store.folder, 'python'),
  );
}

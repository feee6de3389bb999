import { loadProject } from '../../engine/project/loadProject.ts';
import type { RunOutcome } from '../../engine/runner/runRequest.ts';
import { makeProject } from './makeProject.ts';
import { runIn, type ProjectRunner } from './runIn.ts';

export interface DatabaseProject extends ProjectRunner {
  /** The environment of a pull; the address of the database is in it. */
  env: Record<string, string | undefined>;
  /** Runs the stage `pull`. */
  pull(request?: Parameters<ProjectRunner['run']>[0]): Promise<RunOutcome>;
}

/** Lines of a dataset schema with a key. */
export const keyedSchema =
  'primaryKey: id\nfields:\n  - { name: id, type: integer }\n  - { name: name, type: string }\n  - { name: updated_at, type: datetime }\n';

/** A project whose stage `pull` reads a source into the dataset `items`. */
export function databaseProject(
  from: string,
  address: Record<string, string>,
  more: { schema?: string; files?: Record<string, string>; path?: string } = {},
): DatabaseProject {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\ndatasets: { items: { path: ${more.path ?? 'data/items.parquet'}${more.schema ? ', schema: items.dataset.yaml' : ''} } }\nstages:\n  pull: { uses: collect, with: { dataset: items, from: ${from} } }\n`,
    ...(more.schema ? { 'items.dataset.yaml': more.schema } : {}),
    ...more.files,
  });
  const runner = runIn(root);
  const env: DatabaseProject['env'] = { ...process.env, ...address };
  return {
    ...runner,
    env,
    pull: (request = {}) => runner.run({ project: loadProject(root, undefined, env), stages: ['pull'], ...request }),
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WorkError } from '../base/errors.ts';
import type { Machine } from '../base/machine.ts';
import type { Sql } from './sql.ts';

/** The state of a project in `.loopwright/`. */
export interface Store {
  /** Absolute path of the project. */
  root: string;
  /** Absolute path of `.loopwright`. */
  folder: string;
  sql: Sql;
  /** True when the folder cannot be written: a copy is read, and every write is refused. */
  isReadOnly?: boolean;
  /** The machine of this process; tests pass others. */
  machine: Machine;
}

export const stateFolder = '.loopwright';

/** The folder of the artifacts of a run. Throws WorkError when the id is no name of a folder. */
export function artifactsFolder(store: Store, runId: string): string {
  return join(store.folder, 'artifacts', folderName(runId));
}

/** The folder of a model that a program logged. Throws WorkError when the id is no name of a folder. */
export function loggedModelFolder(store: Store, id: string): string {
  return join(store.folder, 'models', folderName(id));
}

/** A store that came with a folder may give a run an id whose folder is another one, such as `../../data`. */
function folderName(id: string): string {
  if (/^(?!\.{0,2}$)[^/\\\0]+$/.test(id)) return id;
  throw new WorkError(`The store has an id \`${id.slice(0, 100)}\`, which is no name that Loopwright gives.`);
}

/** The log of a stage: all output in order, or standard error only. Throws WorkError as `artifactsFolder`. */
export function logPath(store: Store, runId: string, stage: string, stream: 'all' | 'stderr' = 'all'): string {
  return join(
    store.folder,
    'logs',
    folderName(runId),
    `${stage.replaceAll(/[^\w.-]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}${stream === 'stderr' ? '%stderr' : ''}.log`,
  );
}

/** The incomplete output of a running stage, such as a progress bar. */
export function openLogPath(store: Store, runId: string, stage: string): string {
  return logPath(store, runId, stage).replace(/\.log$/, '%open.json');
}

/** True when the project has a store. */
export function hasStore(root: string): boolean {
  return existsSync(join(root, stateFolder, 'loopwright.db'));
}

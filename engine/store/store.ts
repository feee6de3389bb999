import { existsSync } from 'node:fs';
import { join } from 'node:path';
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

export function artifactsFolder(store: Store, runId: string): string {
  return join(store.folder, 'artifacts', runId);
}

/** The log of a stage: all output in order, or standard error only. */
export function logPath(store: Store, runId: string, stage: string, stream: 'all' | 'stderr' = 'all'): string {
  return join(
    store.folder,
    'logs',
    runId,
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

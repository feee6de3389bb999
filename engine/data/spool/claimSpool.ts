import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../../base/readRegularFile.ts';
import { WorkError } from '../../base/errors.ts';
import { isAlive, processStart } from '../../base/processIdentity.ts';
import { makeFolder } from './segments.ts';
import { replaceFileSync } from '../../base/replaceFile.ts';

/** The process that writes a spool. */
export interface SpoolHolder {
  pid: number;
  started: string | null;
  /** Address that it listens at, once it does. */
  url?: string;
  /** Events that it has taken since it began. */
  taken?: number;
  /** Epoch milliseconds of the last one. */
  lastAt?: number;
}

/** Another process writes the spool. */
export class SpoolBusyError extends WorkError {
  readonly holder: SpoolHolder;
  constructor(folder: string, holder: SpoolHolder) {
    super(
      `Process ${holder.pid} already writes to ${folder}${holder.url ? ` and listens at ${holder.url}` : ''}. Stop it, or give this stage a folder of its own.`,
    );
    this.holder = holder;
  }
}

export interface SpoolClaim {
  /** Tells others where this process listens, and what it has taken. */
  tell(state: Pick<SpoolHolder, 'url' | 'taken' | 'lastAt'>): void;
  release(): void;
}

/** Claims a spool for this process; only one writes it at a time. Throws SpoolBusyError when another one does. */
export function claimSpool(folder: string): SpoolClaim {
  makeFolder(folder);
  const path = pathOf(folder);
  const own: SpoolHolder = { pid: process.pid, started: processStart(process.pid) };
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(own), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 20) throw error;
    }
    const holder = readHolder(folder);
    if (holder && isAlive(holder.pid, holder.started)) throw new SpoolBusyError(folder, holder);
    removeStale(path, holder);
  }
  return {
    tell: (state) => {
      Object.assign(own, state);
      const beside = `${path}.${process.pid}.tmp`;
      rmSync(beside, { force: true });
      writeFileSync(beside, JSON.stringify(own), { flag: 'wx' });
      replaceFileSync(beside, path);
    },
    release: () => {
      if (readHolder(folder)?.pid === process.pid) rmSync(path, { force: true });
    },
  };
}

/** The live process that writes a spool; null when there is none. */
export function spoolHolder(folder: string): SpoolHolder | null {
  const holder = readHolder(folder);
  return holder && isAlive(holder.pid, holder.started) ? holder : null;
}

/** The process that writes a spool, or wrote it and was killed; null when the last one ended as it should. */
export function spoolHolderState(folder: string): (SpoolHolder & { isAlive: boolean }) | null {
  const holder = readHolder(folder);
  return holder && { ...holder, isAlive: isAlive(holder.pid, holder.started) };
}

function readHolder(folder: string): SpoolHolder | null {
  try {
    return JSON.parse(readRegularFile(pathOf(folder)).toString()) as SpoolHolder;
  } catch {
    return null;
  }
}

/** Removes the claim of a process that is gone, unless another process has replaced it meanwhile. */
function removeStale(path: string, stale: SpoolHolder | null): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    replaceFileSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  let taken: SpoolHolder | null;
  try {
    taken = JSON.parse(readRegularFile(aside).toString()) as SpoolHolder;
  } catch {
    taken = null;
  }
  if (taken && (taken.pid !== stale?.pid || taken.started !== stale.started) && isAlive(taken.pid, taken.started))
    try {
      linkSync(aside, path);
    } catch {
      // A third process has claimed it; the second finds that out before it writes.
    }
  rmSync(aside, { force: true });
}

function pathOf(folder: string): string {
  return join(folder, 'writer.json');
}

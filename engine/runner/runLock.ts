import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkError, messageOf } from '../base/errors.ts';
import { processStart } from '../base/processIdentity.ts';
import { holdLease, livenessOf, silenceMs } from '../store/leases.ts';
import type { Store } from '../store/store.ts';
import { unfinishedRuns } from '../tracking/unfinishedRuns.ts';

/** Why a run ends whose lock another machine took: two runs must not write the same outputs. */
export const takenOver =
  'Another machine took the project over, because this one gave no sign for too long, such as while it slept.';

/** The process that holds a project. */
export interface LockOwner {
  pid: number | null;
  /** When it started, as its system tells it. */
  started: string | null;
  /** The key of its lease; null when an older version wrote the lock. */
  owner: string | null;
}

/**
 * Holds the project so that two runs do not write the same outputs; gives the function that releases it. The lock of a
 * process that is gone is taken over. Processes ask one after the other, by the write lock of the store's database.
 * WorkError when another process holds it. `onLost` is called when another machine took the project over, as it may
 * when this one slept for longer than the silence that a lease allows.
 */
export function holdRunLock(store: Store, onLost: () => void = () => {}): () => void {
  const path = join(store.folder, 'run.lock');
  // Asked before the write as well: what is seen of another machine is kept, though the write may be undone.
  livenessOf(store, readOwner(store));
  const lease = store.sql.write(() => {
    const holder = readOwner(store);
    const found = livenessOf(store, holder);
    if (found.alive) throw new WorkError(busyText(store, holder, found.host));
    const held = holdLease(store, {
      onBeat() {
        if (readOwner(store).owner !== held.owner) setImmediate(onLost);
      },
    });
    try {
      mkdirSync(store.folder, { recursive: true });
      writeFileSync(path, `${process.pid} ${processStart(process.pid) ?? ''} ${held.owner}`);
    } catch (error) {
      held.release();
      throw new WorkError(`The state folder cannot be written: ${messageOf(error)}`, { cause: error });
    }
    return held;
  });
  return () => {
    lease.release();
    // After a long sleep the lock may be another machine's.
    if (readOwner(store).owner === lease.owner) rmSync(path, { force: true });
  };
}

function busyText(store: Store, holder: LockOwner, host: string | null): string {
  const name = runNameOf(store, holder);
  const known = name === null ? '' : `${name}, `;
  return host === null
    ? `Another run of this project is going (${known}process ${holder.pid}). \`loopwright attach\` shows its output, \`loopwright stop\` stops it.`
    : `Another run of this project is going on ${host} (${known}process ${holder.pid} there). \`loopwright attach\` shows its output. Stop it on ${host}; if that machine is gone, the project is free ${silenceMs / 60_000} minutes after its last heartbeat.`;
}

/** The name of the first run that a process started; null when it has started none. */
function runNameOf(store: Store, { pid, owner }: LockOwner): string | null {
  const of = unfinishedRuns(store).find((run) => (owner === null ? run.pid === pid : run.owner === owner));
  return of?.name ?? null;
}

/** The process that holds the project; nulls when none does. */
export function readOwner({ folder }: Pick<Store, 'folder'>): LockOwner {
  try {
    const [pid, started, owner] = readFileSync(join(folder, 'run.lock'), 'utf8').split(' ');
    return { pid: Number(pid) || null, started: started || null, owner: owner || null };
  } catch {
    return { pid: null, started: null, owner: null };
  }
}

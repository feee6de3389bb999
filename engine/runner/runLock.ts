import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import { WorkError, messageOf } from '../base/errors.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import { processStart } from '../base/processIdentity.ts';
import { holdLease, livenessOf, silenceMs } from '../store/leases.ts';
import type { Store } from '../store/store.ts';
import { followStopRequests } from './stopRequest.ts';
import { unfinishedRuns } from '../tracking/unfinishedRuns.ts';

/** The reason of a run that ends because another machine took its lock: two runs must not write the same outputs. */
export const takenOver =
  'Another machine took over the project because this machine sent no heartbeat for ten minutes, for example while it was asleep.';

/** The process that holds the run lock. */
export interface LockOwner {
  pid: number | null;
  /** Its start, as its system reports it. */
  started: string | null;
  /** The key of its lease; null when an older version wrote the lock. */
  owner: string | null;
}

/**
 * Locks the project so that two runs do not write the same outputs, and returns the function that releases it. The lock
 * of a dead process is taken over. The write lock of the store's database serialises the requests. WorkError when
 * another process holds the lock. `onLost` is called when another machine took over the project, as it may after this
 * one slept for longer than a lease allows.
 */
export function holdRunLock(store: Store, onLost: () => void = () => {}): () => void {
  const path = join(store.folder, 'run.lock');
  // Asked before the write as well, because a write that fails would undo what was recorded of another machine.
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
      // A link in the place of the lock is replaced, not followed.
      writeAtomic(path, `${process.pid} ${processStart(process.pid) ?? ''} ${held.owner}`);
    } catch (error) {
      held.release();
      throw new WorkError(`The state folder cannot be written: ${messageOf(error)}`, { cause: error });
    }
    return held;
  });
  // What a signal to end does elsewhere. A program without an answer to it ends.
  const end = () => process.emit('SIGTERM', 'SIGTERM') || process.exit(143);
  const unfollow = process.platform === 'win32' ? followStopRequests(store, lease.owner, end) : () => {};
  return () => {
    unfollow();
    lease.release();
    // After a long sleep the lock may belong to another machine.
    if (readOwner(store).owner === lease.owner) rmSync(path, { force: true });
  };
}

function busyText(store: Store, holder: LockOwner, host: string | null): string {
  const name = runNameOf(store, holder);
  const known = name === null ? '' : `${name}, `;
  return host === null
    ? `Another run of this project is in progress (${known}process ${holder.pid}). \`loopwright attach\` shows its output, \`loopwright stop\` stops it.`
    : `Another run of this project is in progress on ${host} (${known}process ${holder.pid} there). \`loopwright attach\` shows its output. Stop it on ${host}; if that machine is gone, the project is free ${silenceMs / 60_000} minutes after its last heartbeat.`;
}

/** The name of the first run that a process started; null when it has started none. */
function runNameOf(store: Store, { pid, owner }: LockOwner): string | null {
  const of = unfinishedRuns(store).find((run) => (owner === null ? run.pid === pid : run.owner === owner));
  return of?.name ?? null;
}

/** Reads the process that holds the run lock; all null when none does. */
export function readOwner({ folder }: Pick<Store, 'folder'>): LockOwner {
  try {
    const [pid, started, owner] = readRegularFile(join(folder, 'run.lock')).toString().split(' ');
    return { pid: Number(pid) || null, started: started || null, owner: owner || null };
  } catch {
    return { pid: null, started: null, owner: null };
  }
}

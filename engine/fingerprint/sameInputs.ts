import { createHash } from 'node:crypto';
import type { Store } from '../store/store.ts';
import type { FileFingerprints } from './fileFingerprints.ts';
import type { LockEntry } from './lock.ts';
import { longDepsOf } from './readLockText.ts';

/**
 * The state of the inputs of a stage and of their entry in the lock as a short text, where there are so many that it
 * takes long to compare them one by one; null elsewhere. Equal texts: neither changed, by sizes, times and inodes.
 */
export function inputState(
  recorded: LockEntry | undefined,
  paths: readonly string[],
  fingerprints: FileFingerprints,
): string | null {
  const locked = recorded && longDepsOf(recorded);
  const marks = locked === null || locked === undefined ? null : fingerprints.marksOf(paths);
  return marks === null || !locked ? null : stateOf(marks, locked);
}

export function stateOf(marks: string, locked: string): string {
  return createHash('sha256').update(`${marks}\n`).update(locked).digest('hex');
}

/** True when the inputs of a stage were compared in this state, and all were those of the lock. */
export function wereSame(store: Store | null, stage: string, state: string): boolean {
  return store?.sql.get<{ state: string }>('SELECT state FROM same_inputs WHERE stage = ?', stage)?.state === state;
}

/** Notes that the inputs of a stage are those of the lock in this state. */
export function rememberSame(store: Store | null, stage: string, state: string): void {
  if (!store || store.isReadOnly === true) return;
  store.sql.run(
    'INSERT INTO same_inputs (stage, state) VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state',
    stage,
    state,
  );
}

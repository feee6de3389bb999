import { statSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../base/writeAtomic.ts';
import { readRegularFile } from '../base/readRegularFile.ts';
import type { Lock, LockEntry } from './lock.ts';
import { lockText } from './lockText.ts';
import { readLockText } from './readLockText.ts';

export type { FileFingerprint, Lock, LockEntry } from './lock.ts';

export const lockFileName = 'loopwright.lock';

/** The lock that was read last, and the state of its file. A large one takes longer to read than all else of a stage. */
let last: { path: string; state: string; lock: Lock } | null = null;

/** Reads the lock. A missing or unreadable lock counts as if no stage had run. Callers must not change it. */
export function readLock(root: string): Lock {
  try {
    const path = join(root, lockFileName);
    const { mtimeNs, ctimeNs, ino, size } = statSync(path, { bigint: true });
    const state = `${mtimeNs}:${ctimeNs}:${ino}:${size}`;
    if (last?.path === path && last.state === state) return last.lock;
    const lock = parseLock(readRegularFile(path, Infinity).toString('utf8'));
    last = { path, state, lock };
    return lock;
  } catch {
    return emptyLock();
  }
}

function parseLock(text: string): Lock {
  const content = readLockText(text) as { version?: number; stages?: Lock } | null;
  const stages = content?.version === 1 && content.stages ? Object.entries(content.stages) : [];
  return Object.assign(emptyLock(), Object.fromEntries(stages.filter(([, entry]) => isEntry(entry))));
}

/** Has no prototype, so that a stage named `constructor` is not found in an empty lock. */
function emptyLock(): Lock {
  return Object.create(null) as Lock;
}

function isEntry(entry: unknown): entry is LockEntry {
  const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(entry)) return false;
  const parts = Object.getOwnPropertyDescriptors(entry) as Record<string, PropertyDescriptor | undefined>;
  // A long section is read on first use, and is one of files.
  return (['spec', 'params', 'deps', 'outs'] as const).every((name) => {
    const part = parts[name];
    if (part?.get) return true;
    if (!isMap(part?.value)) return false;
    return name === 'spec' || name === 'params' || Object.values(part?.value as object).every(isMap);
  });
}

/** Replaces one entry and keeps those that other processes wrote meanwhile. */
export function updateLock(root: string, key: string, entry: LockEntry): void {
  const stages = { ...readLock(root), [key]: entry };
  const sorted = Object.fromEntries(Object.entries(stages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeAtomic(join(root, lockFileName), lockText(sorted));
}

export function lockKey(stage: string, experiment: string): string {
  return experiment === 'default' ? stage : `${stage}@${experiment}`;
}

import { createHash } from 'node:crypto';
import type { Store } from '../store/store.ts';
import { fileChanges } from './compare.ts';
import type { FileFingerprints, HashingOptions } from './fileFingerprints.ts';
import { differentFiles, keepLook, keptLook, type InputLook } from './inputLook.ts';
import type { FileFingerprint, LockEntry } from './lock.ts';
import { fileInLongDeps, longDepsOf } from './readLockText.ts';

/** What is known of the very many inputs of a stage, without comparing each with the lock. */
export interface InputState {
  look: InputLook;
  /** The look and the entry in the lock as a short text. Equal texts: neither changed. */
  state: string;
  /** True when the inputs were compared in this state, and all were those of the lock. */
  wereSame: boolean;
  /**
   * Sorted paths of the files that look otherwise than when all were those of this entry, and of those that are gone. Null
   * when that is not known, or for too many.
   */
  different: { changed: string[]; gone: string[] } | null;
}

/** From this number of different files on, all are compared at once. */
const mostDifferent = 2000;

/**
 * Looks at the inputs of a stage where there are so many that it takes long to compare them one by one; null elsewhere.
 * `stage`: the key of the entry in the lock.
 */
export function inputState(
  recorded: LockEntry | undefined,
  { stage, paths, fingerprints, store, progress }: InputsOfStage,
): InputState | null {
  const locked = recorded && longDepsOf(recorded);
  const look = locked === null || locked === undefined ? null : fingerprints.lookAt(paths, progress);
  if (look === null || !locked) return null;
  const state = stateOf(look, locked);
  const last = store?.sql.get<{ state: string }>('SELECT state FROM same_inputs WHERE stage = ?', stage)?.state;
  const wereSame = last === state;
  const before = wereSame || !store || last === undefined ? null : keptLook(store, stage);
  const found = before && stateOf(before, locked) === last ? differentFiles(before, look) : null;
  const isFew = found !== null && found.changed.length + found.gone.length <= mostDifferent;
  return { look, state, wereSame, different: isFew ? found : null };
}

interface InputsOfStage {
  stage: string;
  paths: readonly string[];
  fingerprints: FileFingerprints;
  store: Store | null;
  progress?: HashingOptions['progress'];
}

/** Describes how the different files of a stage changed since its entry in the lock, as `fileChanges` does for all files. */
export function differentFileChanges(
  recorded: LockEntry,
  { changed, gone }: { changed: readonly string[]; gone: readonly string[] },
  fingerprints: FileFingerprints,
): string[] {
  const text = longDepsOf(recorded);
  const before = Object.fromEntries(
    [...changed, ...gone].flatMap((path): [string, FileFingerprint][] => {
      // A lock from a Mac may have the accents of a name composed otherwise.
      for (const name of new Set([path, path.normalize('NFC'), path.normalize('NFD')])) {
        const file = (text === null ? null : fileInLongDeps(text, name)) ?? recorded.deps[name];
        if (file !== undefined) return [[path, file]];
      }
      return [];
    }),
  );
  return fileChanges(before, withoutEmptyLogs(fingerprints.of(changed)));
}

/** A reader of a SQLite file may leave an empty write-ahead log beside it, which contains no changes. */
export function withoutEmptyLogs(files: Record<string, FileFingerprint>): Record<string, FileFingerprint> {
  for (const path of Object.keys(files)) if (path.endsWith('-wal') && files[path]?.bytes === 0) delete files[path];
  return files;
}

function stateOf({ digest }: InputLook, locked: string): string {
  return createHash('sha256').update(`${digest}\n`).update(locked).digest('hex');
}

/** Notes that the inputs of a stage are those of its entry in the lock. `recorded` is that entry as it is read. */
export function rememberSame(
  store: Store | null,
  stage: string,
  look: InputLook,
  recorded: LockEntry | undefined,
): void {
  const locked = recorded && longDepsOf(recorded);
  if (!store || store.isReadOnly === true || !locked) return;
  keepLook(store, stage, look);
  store.sql.run(
    'INSERT INTO same_inputs (stage, state) VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state',
    stage,
    stateOf(look, locked),
  );
}

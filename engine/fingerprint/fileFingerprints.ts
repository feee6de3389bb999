import { createHash } from 'node:crypto';
import { statSync, type BigIntStats } from 'node:fs';
import { dirname, isAbsolute, sep } from 'node:path';
import { CancelledError } from '../base/errors.ts';
import { filesBelow } from '../base/filesBelow.ts';
import { isGlob } from '../base/glob.ts';
import { mostOutside, walkGlob } from '../base/walkGlob.ts';
import { isInside, projectPath, relativePath, withSlashes } from '../base/projectPath.ts';
import { realPath } from '../base/realPath.ts';
import type { Store } from '../store/store.ts';
import { hashContent, hashContentInSteps } from './hashContent.ts';
import { HashingProgress } from './hashingProgress.ts';
import { inputLook, marksEach, type InputLook } from './inputLook.ts';
import { ListingProgress } from './listingProgress.ts';
import type { FileFingerprint } from './lockFile.ts';
import { Steps } from './steps.ts';

interface Known {
  hash: string;
  bytes: number;
  changed: string;
}

/** A file as the system describes it, without its content. */
interface Seen extends Omit<Known, 'hash'> {
  file: string;
  path: string;
  /** The name of the file in the store. */
  key: string;
}

export interface HashingOptions {
  signal?: AbortSignal | undefined;
  /** Reports progress of work that takes long: a text, and a share from 0 to 1. */
  progress?: ((text: string, share: number) => void) | undefined;
}

/** From this number of files on, the hashes are read from the store at once. */
const many = 500;
/** New hashes that are written to the store at once, and the bytes after which fewer are. */
const [mostWaiting, mostWaitingBytes] = [1000, 256 << 20];

/** Hashes files. The store keeps the hashes of files with the same size, change time and inode. */
export class FileFingerprints {
  readonly #root: string;
  readonly #store: Store | null;
  /** The root of the store, when the files belong to a copy of the project elsewhere. */
  readonly #home: string | null;

  readonly #isIgnored: (file: string) => boolean;
  /** All hashes of the store, once many files are asked for. */
  #known: Map<string, Known> | null = null;
  /** New hashes that are not yet in the store. */
  #waiting: [seen: Seen, hash: string][] = [];
  #waitingBytes = 0;
  /** Hears of files while they are listed. */
  #listing: ListingProgress | null = null;
  /** The last look at each file, kept while the work of `afterHashing` runs. */
  #looked: { expanded: Map<string, string[]>; files: Map<string, FileFingerprint> } | null = null;

  /** `isIgnored` tells which files of folders do not count; their paths are relative to the root. */
  constructor(root: string, store: Store | null, isIgnored: (file: string) => boolean = () => false) {
    this.#root = root;
    this.#store = store;
    this.#isIgnored = isIgnored;
    const home = store ? dirname(realPath(store.folder)) : null;
    this.#home = home === realPath(root) ? null : home;
  }

  /**
   * The files that a path names: a file itself, the files of a folder, the matches of a glob; sorted, relative to the
   * root.
   */
  expand(typed: string): string[] {
    const path = withSlashes(typed);
    return this.#looked?.expanded.get(path) ?? this.#find(path).toSorted();
  }

  /** The same in no order, which is that of the folders as long as they stay as they are. */
  #find(path: string): string[] {
    // The name of a file can contain wildcards.
    if (isGlob(path) && !isFile(this.#absolute(path)))
      return walkGlob(this.#root, path, {
        complete: true,
        onlyFiles: true,
        listed: (names) => this.#listing?.listed(names),
      });
    const stats = statSync(this.#absolute(path), { throwIfNoEntry: false });
    if (!stats) return [];
    // A pipe or a device has no content to hash.
    if (!stats.isDirectory()) return stats.isFile() ? [path] : [];
    const folder = this.#absolute(path);
    return filesBelow(folder, { most: isInside(this.#root, folder) ? undefined : mostOutside })
      .map((found) => this.#relative(found))
      .filter((found) => !this.#isIgnored(found));
  }

  /** The fingerprints of all files that the paths name, by path. */
  of(paths: readonly string[]): Record<string, FileFingerprint> {
    const fingerprints: Record<string, FileFingerprint> = {};
    try {
      for (const path of paths) {
        const files = this.expand(path);
        if (files.length >= many) this.#readKnown();
        for (const file of files)
          fingerprints[file] ??= this.#looked?.files.get(file) ?? this.#fingerprint(this.#see(file));
      }
    } finally {
      this.#keep();
    }
    return fingerprints;
  }

  /** Looks at the files that paths name, without their content. Null for few files, which are compared one by one. */
  lookAt(paths: readonly string[], progress?: HashingOptions['progress']): InputLook | null {
    const listing = progress ? new ListingProgress(progress) : null;
    this.#listing = listing;
    try {
      const found = paths.map((path) => this.#find(withSlashes(path)));
      const files = found.length === 1 && found[0] ? found[0] : found.flat();
      if (files.length < many) return null;
      const marks = new Float64Array(marksEach * files.length);
      let at = 0;
      for (const some of found) {
        // All files of a path are in the root, or none is.
        const folder = some[0] === undefined || isAbsolute(some[0]) ? '' : `${this.#root}${sep}`;
        for (const file of some) {
          const { size, mtimeMs, ctimeMs, ino } = statSync(folder + file);
          marks[at++] = size;
          marks[at++] = mtimeMs;
          marks[at++] = ctimeMs;
          marks[at++] = ino;
          listing?.looked(at / marksEach, files.length);
        }
      }
      return inputLook(files, marks);
    } catch {
      // The comparison tells of files that cannot be read.
      return null;
    } finally {
      this.#listing = null;
    }
  }

  /**
   * Hashes the changed files of some paths in short steps, between which the process stays responsive, and then calls a
   * function for which these files are not looked at again. A file that cannot be read is left to that function. What
   * is hashed is kept when the work is cancelled. Rejects with CancelledError.
   */
  async afterHashing<T>(paths: readonly string[], { signal, progress }: HashingOptions, work: () => T): Promise<T> {
    const steps = new Steps(signal);
    const looked = { expanded: new Map<string, string[]>(), files: new Map<string, FileFingerprint>() };
    const open: Seen[] = [];
    const listing = progress ? new ListingProgress(progress) : null;
    for (const path of new Set(paths.map((one) => withSlashes(one)))) {
      this.#listing = listing;
      const files = orNull(() => this.expand(path));
      this.#listing = null;
      if (files === null) continue;
      looked.expanded.set(path, files);
      if (files.length >= many) this.#readKnown();
      for (const [i, file] of files.entries()) {
        if (steps.isOver) await steps.next();
        listing?.looked(i, files.length);
        const seen = looked.files.has(file) ? null : orNull(() => this.#see(file));
        const known = seen && this.#knownOf(seen);
        if (known) looked.files.set(file, known);
        else if (seen) open.push(seen);
      }
    }
    const told = progress && new HashingProgress(open, progress);
    try {
      for (const seen of open) {
        if (steps.isOver) await steps.next();
        const hash = await hashContentInSteps(seen.path, steps, (bytes) => told?.read(bytes)).catch(orCancelled);
        if (hash !== null) looked.files.set(seen.file, this.#learn(seen, hash));
        told?.done();
      }
    } finally {
      this.#keep();
    }
    this.#looked = looked;
    try {
      return work();
    } finally {
      this.#looked = null;
    }
  }

  #see(file: string): Seen {
    const path = this.#absolute(file);
    const stats = statSync(path, { bigint: true });
    const key = this.#home === null ? file : relativePath(this.#home, realPath(path));
    return { file, path, key, bytes: Number(stats.size), changed: changeOf(stats) };
  }

  #knownOf({ key, bytes, changed }: Seen): FileFingerprint | null {
    const known = this.#known
      ? this.#known.get(key)
      : this.#store?.sql.get<Known>('SELECT hash, bytes, changed FROM file_hashes WHERE path = ?', key);
    return known && known.changed === changed && known.bytes === bytes ? { hash: known.hash, bytes } : null;
  }

  #fingerprint(seen: Seen): FileFingerprint {
    return this.#knownOf(seen) ?? this.#learn(seen, hashContent(seen.path));
  }

  #learn(seen: Seen, hash: string): FileFingerprint {
    const { key, bytes, changed } = seen;
    this.#known?.set(key, { hash, bytes, changed });
    if (this.#store && !this.#store.isReadOnly) this.#waiting.push([seen, hash]);
    this.#waitingBytes += bytes;
    if (this.#waiting.length >= mostWaiting || this.#waitingBytes >= mostWaitingBytes) this.#keep();
    return { hash, bytes };
  }

  /** Writes new hashes to the store, in one transaction. */
  #keep(): void {
    const waiting = this.#waiting;
    [this.#waiting, this.#waitingBytes] = [[], 0];
    if (waiting.length === 0) return;
    this.#store?.sql.write(() => {
      for (const [{ key, bytes, changed }, hash] of waiting)
        this.#store?.sql.run(
          'INSERT INTO file_hashes (path, bytes, changed, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET bytes = excluded.bytes, changed = excluded.changed, hash = excluded.hash',
          key,
          bytes,
          changed,
          hash,
        );
    });
  }

  /** One query instead of one for each file. */
  #readKnown(): void {
    this.#keep();
    this.#known ??= new Map(
      this.#store?.sql
        .columns('SELECT path, hash, bytes, changed FROM file_hashes')
        .map(([path, hash, bytes, changed]) => [path, { hash, bytes, changed }] as [string, Known]),
    );
  }

  #absolute(path: string): string {
    return projectPath(this.#root, path);
  }

  /** As `relativePath`, which takes a second for a hundred thousand files. */
  #relative(path: string): string {
    const inRoot = `${this.#root}${sep}`;
    return path.startsWith(inRoot) ? withSlashes(path.slice(inRoot.length)) : relativePath(this.#root, path);
  }
}

function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

function orCancelled(error: unknown): null {
  if (error instanceof CancelledError) throw error;
  return null;
}

/** True for a file or a link to one; false for a broken link. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function changeOf(stats: BigIntStats): string {
  return `${stats.mtimeNs}:${stats.ctimeNs}:${stats.ino}`;
}

/** One hash over fingerprints, for data of several files. */
export function combinedHash(fingerprints: Record<string, FileFingerprint>): string {
  const hash = createHash('sha256');
  for (const [path, { hash: content }] of Object.entries(fingerprints).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${path}\0${content}\n`);
  return hash.digest('hex');
}

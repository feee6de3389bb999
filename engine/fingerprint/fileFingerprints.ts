import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { filesBelow } from '../base/filesBelow.ts';
import { isGlob } from '../base/glob.ts';
import { mostOutside, walkGlob } from '../base/walkGlob.ts';
import { isInside, projectPath, relativePath, withSlashes } from '../base/projectPath.ts';
import { realPath } from '../base/realPath.ts';
import type { Store } from '../store/store.ts';
import type { FileFingerprint } from './lockFile.ts';

interface Known {
  hash: string;
  bytes: number;
  changed: string;
}

/** From this number of files on, the hashes are read from the store at once. */
const many = 500;

/** Hashes files. The store keeps the hashes of files with the same size, change time and inode. */
export class FileFingerprints {
  readonly #root: string;
  readonly #store: Store | null;
  /** The root of the store, when the files belong to a copy of the project elsewhere. */
  readonly #home: string | null;

  readonly #isIgnored: (file: string) => boolean;
  /** All hashes of the store, once many files are asked for. */
  #known: Map<string, Known> | null = null;

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
    // The name of a file can contain wildcards.
    if (isGlob(path) && !isFile(this.#absolute(path)))
      return walkGlob(this.#root, path, { complete: true, onlyFiles: true }).toSorted();
    const stats = statSync(this.#absolute(path), { throwIfNoEntry: false });
    if (!stats) return [];
    // A pipe or a device has no content to hash.
    if (!stats.isDirectory()) return stats.isFile() ? [path] : [];
    const folder = this.#absolute(path);
    return filesBelow(folder, { most: isInside(this.#root, folder) ? undefined : mostOutside })
      .map((found) => this.#relative(found))
      .filter((found) => !this.#isIgnored(found))
      .toSorted();
  }

  /** The fingerprints of all files that the paths name, by path. */
  of(paths: readonly string[]): Record<string, FileFingerprint> {
    const fingerprints: Record<string, FileFingerprint> = {};
    for (const path of paths) {
      const files = this.expand(path);
      if (files.length >= many) this.#readKnown();
      for (const file of files) fingerprints[file] ??= this.#fingerprint(file);
    }
    return fingerprints;
  }

  #fingerprint(file: string): FileFingerprint {
    const path = this.#absolute(file);
    const stats = statSync(path, { bigint: true });
    const changed = changeOf(stats);
    const key = this.#home === null ? file : relativePath(this.#home, realPath(path));
    const known = this.#known
      ? this.#known.get(key)
      : this.#store?.sql.get<Known>('SELECT hash, bytes, changed FROM file_hashes WHERE path = ?', key);
    if (known && known.changed === changed && BigInt(known.bytes) === stats.size)
      return { hash: known.hash, bytes: known.bytes };
    const hash = hashOf(path);
    const bytes = Number(stats.size);
    if (this.#store?.isReadOnly) return { hash, bytes };
    this.#known?.set(key, { hash, bytes, changed });
    this.#store?.sql.run(
      'INSERT INTO file_hashes (path, bytes, changed, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET bytes = excluded.bytes, changed = excluded.changed, hash = excluded.hash',
      key,
      bytes,
      changed,
      hash,
    );
    return { hash, bytes };
  }

  /** One query instead of one for each file. */
  #readKnown(): void {
    this.#known ??= new Map(
      this.#store?.sql
        .all<Known & { path: string }>('SELECT path, hash, bytes, changed FROM file_hashes')
        .map((row) => [row.path, row]),
    );
  }

  #absolute(path: string): string {
    return projectPath(this.#root, path);
  }

  #relative(path: string): string {
    return relativePath(this.#root, path);
  }
}

/** True for a file or a link to one; false for a broken link. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function changeOf(stats: BigIntStats): string {
  return `${stats.mtimeNs}:${stats.ctimeNs}:${stats.ino}`;
}

function hashOf(path: string): string {
  const hash = createHash('sha256');
  const handle = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(1 << 20);
    for (let n = readSync(handle, buffer); n > 0; n = readSync(handle, buffer)) hash.update(buffer.subarray(0, n));
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

/** One hash over fingerprints, for data of several files. */
export function combinedHash(fingerprints: Record<string, FileFingerprint>): string {
  const hash = createHash('sha256');
  for (const [path, { hash: content }] of Object.entries(fingerprints).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${path}\0${content}\n`);
  return hash.digest('hex');
}

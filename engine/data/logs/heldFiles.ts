import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, realpath, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { expandGlob } from '../expandGlob.ts';
import type { Mark } from './logPosition.ts';
import { rotatedName } from './rotation.ts';

export type Packing = 'gzip' | 'zstd' | 'other' | null;

/** The part of an open file that reading needs. */
export interface ReadHandle {
  read: (buffer: Buffer, offset: number, length: number, position: number) => Promise<{ bytesRead: number }>;
  stat: () => Promise<{ size: number }>;
}

/** An open log file. It stays readable when it is renamed or removed. */
export interface HeldFile {
  id: string;
  /** Absolute, without symbolic links. */
  path: string;
  handle: FileHandle;
  size: number;
  mtimeMs: number;
  /** Time at which the inode changed last: also when it was renamed. */
  ctimeMs: number;
  packing: Packing;
  /** Changes when a compressed file does. */
  version: string;
  /** The file is not asked for by name: it counts only when it continues a known stream. */
  onlyKnown: boolean;
}

interface Wanted {
  path: string;
  onlyKnown: boolean;
}

const mostListings = 10;

/** Opens the log files of patterns, and their rotated siblings, and keeps them open while they are read. */
export class HeldFiles {
  readonly #root: string;
  readonly #patterns: readonly string[];
  readonly #known: readonly string[];
  readonly #since: number | null;
  readonly #warn: (line: string) => void;
  readonly #held = new Map<string, HeldFile>();
  readonly #denied = new Map<string, string>();

  /**
   * `known` are the paths of streams that were read before, `since` is the time of the last listing in epoch
   * milliseconds; null for the first.
   */
  constructor(
    root: string,
    patterns: readonly string[],
    { known, since, warn }: { known: readonly string[]; since: number | null; warn: (line: string) => void },
  ) {
    this.#root = root;
    this.#patterns = patterns;
    this.#known = known;
    this.#since = since;
    this.#warn = warn;
  }

  /** Paths that cannot be opened, with the reason. */
  get denied(): ReadonlyMap<string, string> {
    return this.#denied;
  }

  /**
   * Lists and opens files until a listing has no new one, so that none escapes by being renamed in between. Returns all
   * files that are held, in their current sizes, and whether one is new.
   */
  async refresh(): Promise<{ files: HeldFile[]; hasNew: boolean }> {
    let hasNew = false;
    for (let i = 0; i < mostListings; i++) {
      let added = false;
      for (const wanted of await this.#list()) added = (await this.#hold(wanted)) || added;
      hasNew ||= added;
      if (!added) break;
    }
    for (const file of this.#held.values()) {
      const stats = await file.handle.stat();
      file.size = stats.size;
      file.mtimeMs = stats.mtimeMs;
    }
    return { files: [...this.#held.values()], hasNew };
  }

  async close(): Promise<void> {
    for (const { handle } of this.#held.values()) await handle.close().catch(() => {});
    this.#held.clear();
  }

  async #list(): Promise<Wanted[]> {
    const asked = (await Promise.all(this.#patterns.map((pattern) => expandGlob(this.#root, pattern)))).flat();
    const folders = new Map<string, Set<string>>();
    for (const path of [...asked, ...this.#known]) {
      const real = await realpath(path).catch(() => path);
      const folder = dirname(real);
      folders.set(folder, (folders.get(folder) ?? new Set()).add(rotatedName(basename(real)).base));
    }
    const siblings: Wanted[] = [];
    if (this.#since !== null || this.#held.size > 0)
      for (const [folder, bases] of folders)
        for (const name of await readdir(folder).catch(() => []))
          if (bases.has(rotatedName(name).base)) siblings.push({ path: join(folder, name), onlyKnown: true });
    return [...asked.map((path) => ({ path, onlyKnown: false })), ...siblings];
  }

  /** Opens a file unless it is held already. Returns true when it is new. */
  async #hold({ path, onlyKnown }: Wanted): Promise<boolean> {
    let handle: FileHandle | null = null;
    try {
      const real = await realpath(path);
      // A pipe in the place of a file must not block.
      handle = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const stats = await handle.stat({ bigint: true });
      const id = `${stats.dev}:${stats.ino}`;
      const held = this.#held.get(id);
      if (held || !stats.isFile()) {
        await handle.close();
        if (held) held.path = real;
        if (held && !onlyKnown) held.onlyKnown = false;
        return false;
      }
      const name = rotatedName(basename(real));
      const mtimeMs = Number(stats.mtimeMs);
      // A file that was rotated since the last collection belongs to the logs that were asked for.
      const isNews = name.suffixed && !name.packed && this.#since !== null && mtimeMs >= this.#since;
      this.#held.set(id, {
        id,
        path: real,
        handle,
        size: Number(stats.size),
        mtimeMs,
        ctimeMs: Number(stats.ctimeMs),
        packing: await packingOf(handle),
        version: `${id}:${stats.size}:${stats.mtimeNs}`,
        onlyKnown: onlyKnown && !isNews,
      });
      this.#denied.delete(path);
      return true;
    } catch (error) {
      await handle?.close().catch(() => {});
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || this.#denied.has(path) || onlyKnown) return false;
      this.#denied.set(path, messageOf(error));
      this.#warn(`warning: ${path} cannot be read: ${messageOf(error)}; the other files are read`);
      return false;
    }
  }
}

/** How a file is compressed, by its first bytes. */
export async function packingOf(handle: FileHandle): Promise<Packing> {
  const start = await bytesOf(handle, 0, 6);
  const has = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  if (has(0x1f, 0x8b)) return 'gzip';
  if (has(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  return has(0x42, 0x5a, 0x68) || has(0xfd, 0x37, 0x7a, 0x58, 0x5a) || has(0x50, 0x4b, 3, 4) ? 'other' : null;
}

/**
 * Reads bytes at an offset; fewer than `length` at the end of the file. The result is a part of `given`, if that is long
 * enough.
 */
export async function bytesOf(
  handle: ReadHandle,
  offset: number,
  length: number,
  given: Buffer | null = null,
): Promise<Buffer> {
  const buffer = given !== null && given.length >= length ? given : Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}

const markBytes = 1024;

/** Marks the at most 1,024 bytes before an offset. */
export async function markBefore(handle: ReadHandle, offset: number): Promise<Mark> {
  const length = Math.min(markBytes, offset);
  return { offset, hash: hashOf(await bytesOf(handle, offset - length, length)) };
}

/** Marks the first bytes of a file, at most 1,024 and none from `end` on. */
export async function markStart(handle: ReadHandle, end: number): Promise<Mark> {
  const bytes = await bytesOf(handle, 0, Math.min(markBytes, end));
  return { offset: bytes.length, hash: hashOf(bytes) };
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
}

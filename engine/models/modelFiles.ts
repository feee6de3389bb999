import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DataError } from '../base/errors.ts';
import type { ModelFiles } from './flavours/flavour.ts';

/** Lists the files of a model. Throws DataError when the path does not exist or is no file and no folder. */
export function modelFiles(given: string): ModelFiles {
  const { path, object } = objectOf(given);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile() && !stats?.isDirectory())
    throw new DataError(`${path}: there is no model; the file or folder does not exist`, { place: { file: path } });
  const isFolder = stats.isDirectory();
  const names = isFolder ? namesIn(path, '') : [basename(path)];
  return {
    path,
    object,
    isFolder,
    names: names.toSorted(),
    read: (name, most) => readStart(isFolder ? join(path, name) : path, most),
  };
}

/** Splits `model.py:predict`. A drive of Windows is no object. */
export function objectOf(given: string): { path: string; object: string | null } {
  const [, path = given, object = null] = /^(.*\.py):([A-Za-z_]\w*)$/.exec(given) ?? [];
  return { path, object };
}

/** Caches of Python and of file managers, which no model consists of. */
const ignored = new Set(['__pycache__', '.DS_Store', '.ipynb_checkpoints', 'Thumbs.db', '.git']);

/** False for files that belong to no model, by the name alone. */
export function isModelFile(name: string): boolean {
  return !ignored.has(name);
}

function namesIn(folder: string, prefix: string): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    if (!isModelFile(entry.name)) return [];
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) return namesIn(folder, name);
    return statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() ? [name] : [];
  });
}

function readStart(path: string, most = Infinity): Buffer {
  const file = openSync(path, 'r');
  try {
    const size = Math.min(statSync(path).size, most);
    const bytes = Buffer.alloc(size);
    let at = 0;
    while (at < size) {
      const read = readSync(file, bytes, at, size - at, at);
      if (read === 0) break;
      at += read;
    }
    return bytes.subarray(0, at);
  } finally {
    closeSync(file);
  }
}

/** Total size of the files of a model in bytes. */
export function sizeOf({ path, isFolder, names }: ModelFiles): number {
  return names.reduce((sum, name) => sum + statSync(isFolder ? join(path, name) : path).size, 0);
}

/** SHA-256 over the names and contents of the files of a model, and their total size in bytes. */
export function hashModel({ path, isFolder, names }: ModelFiles): { hash: string; bytes: number } {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const name of names) {
    if (isFolder) hash.update(`${name}\0`);
    bytes += addFile(hash, isFolder ? join(path, name) : path);
    hash.update('\0');
  }
  return { hash: hash.digest('hex'), bytes };
}

export interface HashedFile {
  /** The name inside the folder of the model, with `/`; of a single file its own. */
  name: string;
  /** SHA-256 over its content. */
  hash: string;
  bytes: number;
}

/** The same as `hashModel`, and the hash of each file, in one pass. */
export function hashModelFiles({ path, isFolder, names }: ModelFiles): { hash: string; files: HashedFile[] } {
  const whole = createHash('sha256');
  const files = names.map((name): HashedFile => {
    const own = createHash('sha256');
    if (isFolder) whole.update(`${name}\0`);
    const bytes = addFile(
      { update: (chunk) => (whole.update(chunk), own.update(chunk)) },
      isFolder ? join(path, name) : path,
    );
    whole.update('\0');
    return { name, hash: own.digest('hex'), bytes };
  });
  return { hash: whole.digest('hex'), files };
}

function addFile(hash: { update(chunk: Buffer): unknown }, path: string): number {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(1 << 20);
  let size = 0;
  try {
    for (;;) {
      const read = readSync(file, chunk, 0, chunk.length, null);
      if (read === 0) return size;
      hash.update(chunk.subarray(0, read));
      size += read;
    }
  } finally {
    closeSync(file);
  }
}

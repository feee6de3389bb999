import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { relative, sep } from 'node:path';
import { DataError, messageOf } from '../base/errors.ts';

/** Returns the SHA-256 (hex) of a file, read as a stream. Throws DataError when it cannot be read. */
export async function hashFile(path: string): Promise<{ hash: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw new DataError(`${path}: cannot be read: ${messageOf(error)}`, { cause: error, place: { file: path } });
  }
  return { hash: hash.digest('hex'), bytes };
}

/**
 * Returns one SHA-256 for several files: the hash of the lines `<hash> <path relative to root, with slashes>`, sorted
 * by path. It is independent of the machine and of the given order, and changes with any content or name.
 */
export async function hashFiles(paths: readonly string[], root: string): Promise<{ hash: string; bytes: number }> {
  const lines: { name: string; hash: string }[] = [];
  let bytes = 0;
  for (const path of paths) {
    const file = await hashFile(path);
    bytes += file.bytes;
    lines.push({ name: relative(root, path).split(sep).join('/'), hash: file.hash });
  }
  lines.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const all = createHash('sha256');
  for (const { name, hash } of lines) all.update(`${hash}  ${name}\n`);
  return { hash: all.digest('hex'), bytes };
}

import { createReadStream, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { DataError, messageOf } from '../../base/errors.ts';
import { sourceFormat } from '../readSource.ts';

/** Most bytes of a file that a preview reads. */
export const startBytes = 4_000_000;

/**
 * Returns a file with the first records of a file: the file itself when it is small or Parquet, otherwise a copy of its
 * start in the folder, unpacked. `cut` tells that the file is itself the start of another. Throws DataError when the
 * file cannot be read.
 */
export async function fileStart(
  path: string,
  folder: string,
  { most = startBytes, cut = false } = {},
): Promise<{ path: string; whole: boolean }> {
  const packed = /\.gz$/i.test(path);
  if (!packed && !cut && (sourceFormat(path) === 'parquet' || statSync(path).size <= most))
    return { path, whole: true };
  const parts: Buffer[] = [];
  let size = 0;
  const raw = createReadStream(path, { highWaterMark: 1 << 18 });
  const source = packed ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => source.destroy(error));
  try {
    for await (const part of source as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size > most) break;
    }
  } catch (error) {
    // The start of a packed file ends in the middle of a block.
    if (!cut || size === 0)
      throw new DataError(
        `${path}: cannot be read: ${messageOf(error)}; check its permissions and that it is complete`,
        {
          cause: error,
          place: { file: path },
        },
      );
  } finally {
    raw.destroy();
  }
  const whole = size <= most && !cut;
  const content = Buffer.concat(parts);
  const target = join(folder, basename(path).replace(/\.gz$/i, ''));
  writeFileSync(target, whole ? content : wholeRecords(content.subarray(0, most), target));
  return { path: target, whole };
}

/** Returns the complete records at the start of a text: lines, or the elements of a JSON array. */
export function wholeRecords(start: Buffer, name: string): Buffer {
  if (/\.json$/i.test(name) && /^\uFEFF?\s*\[/.test(start.toString('utf8', 0, 100))) return wholeElements(start);
  const wide = start[0] === 0xff && start[1] === 0xfe ? 'LE' : start[0] === 0xfe && start[1] === 0xff ? 'BE' : null;
  if (wide === null) {
    const end = lastLineEnd(start);
    return end === 0 ? start : start.subarray(0, end);
  }
  for (let i = start.length - (start.length % 2) - 2; i > 0; i -= 2)
    if (start[i] === (wide === 'LE' ? 10 : 0) && start[i + 1] === (wide === 'LE' ? 0 : 10))
      return start.subarray(0, i + 2);
  return start;
}

/** Returns the end of the last line that is not inside quotes, as far as an even number of quotes tells; 0 for none. */
function lastLineEnd(text: Buffer): number {
  let even = true;
  let end = 0;
  let any = 0;
  for (const [i, c] of text.entries()) {
    if (c === 34) even = !even;
    else if (c === 10) {
      any = i + 1;
      if (even) end = any;
    }
  }
  return end === 0 ? any : end;
}

function wholeElements(start: Buffer): Buffer {
  const text = start.toString('utf8');
  let depth = 0;
  let quoted = false;
  let end = -1;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') {
      depth--;
      if (depth === 1) end = i + 1;
    }
  }
  return end === -1 ? start : Buffer.from(`${text.slice(0, end)}]`);
}

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { packingOf } from './fileStart.ts';

/** Flags of a gzip header: parts that DuckDB does not pass over. */
const headerParts = 0x02 | 0x04 | 0x10;

/** Files with such parts in a later member, and their state. */
const odd = new Map<string, string>();

function stateOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return `${stats?.size} ${stats?.mtimeMs}`;
}

const memberStart = Buffer.from([0x1f, 0x8b, 0x08]);

/**
 * Passes the bytes of a gzip file on, and notes it when a later member has such a header. The same bytes can occur inside
 * a member by chance; it then is unpacked without need.
 */
export async function* lookForMembers(file: string, parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let tail = Buffer.alloc(0);
  let isFirst = true;
  for await (const part of parts) {
    const bytes = tail.length === 0 ? part : Buffer.concat([tail, part]);
    for (let at = bytes.indexOf(memberStart, isFirst ? 1 : 0); at !== -1; at = bytes.indexOf(memberStart, at + 1)) {
      const flags = bytes[at + 3] ?? 0;
      if ((flags & headerParts) !== 0 && (flags & 0xe0) === 0) odd.set(file, stateOf(file));
    }
    isFirst = false;
    tail = Buffer.from(bytes.subarray(-3));
    yield part;
  }
}

/**
 * True for a gzip file that is whole, and that DuckDB does not read: with a comment or further fields in its header, as
 * bgzip writes, or with zeros behind its end, as tapes and block devices leave.
 */
export function isOddGzip(file: string): boolean {
  if (packingOf(file) !== 'gzip') return false;
  if (odd.has(file) && odd.get(file) === stateOf(file)) return true;
  try {
    const handle = openSync(file, 'r');
    try {
      const [start, end] = [Buffer.alloc(4), Buffer.alloc(4)];
      const { size } = fstatSync(handle);
      if (size < 18) return false;
      readSync(handle, start, 0, 4, 0);
      readSync(handle, end, 0, 4, size - 4);
      return ((start[3] ?? 0) & headerParts) !== 0 || end.every((byte) => byte === 0);
    } finally {
      closeSync(handle);
    }
  } catch {
    // The reading itself tells it.
    return false;
  }
}

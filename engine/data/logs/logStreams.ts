import { basename, dirname } from 'node:path';
import { bytesOf, markBefore, markStart, type HeldFile } from './heldFiles.ts';
import type { Mark, StreamPosition } from './logPosition.ts';
import { rotatedName } from './rotation.ts';

/** A stream of lines, and the file that it was first found in by this collection. */
export interface LogStream extends StreamPosition {
  carrier: HeldFile | null;
  /** Path at which it was found first in this collection, or last in the one before. */
  name: string;
  /** Was read by an earlier collection. */
  isOld: boolean;
}

/** Bytes from which on the same start is no coincidence, whatever the file is called. */
const tellingBytes = 256;
const comparedBytes = 1024;
const mostMarks = 8;
const mostFiles = 8;
/** Streams whose file is gone are remembered for 30 days: it can come back compressed. */
const rememberedMs = 30 * 86_400_000;

/**
 * Knows which stream a file continues. Device and inode find a file that grew or was renamed; its first bytes and those
 * before the position find a copy or a compressed file, and tell an inode that was truncated or used again.
 */
export class LogStreams {
  readonly streams: LogStream[];

  constructor(stored: readonly StreamPosition[]) {
    this.streams = stored.map((stream) => ({
      ...stream,
      marks: [...stream.marks],
      ids: [...stream.ids],
      carrier: null,
      name: stream.path,
      isOld: true,
    }));
  }

  /** True when a compressed file was read to its end before. */
  knowsPacked(file: HeldFile): boolean {
    const known = this.streams.find(({ packed }) => packed === file.version);
    if (known) Object.assign(known, { seen: Date.now(), path: file.path, carrier: known.carrier ?? file });
    return known !== undefined;
  }

  /**
   * Returns the stream of a file; a new one for new content, or null when the file counts only for a known stream. For
   * a compressed file, `file` is its unpacked copy under the name of the compressed one.
   */
  async streamOf(file: HeldFile): Promise<LogStream | null> {
    const own = this.streams.find(({ ids }) => ids.includes(file.id));
    if (own && (await continues(own, file))) return this.#seen(own, file);
    if (own) own.ids = own.ids.filter((id) => id !== file.id);
    for (const stream of this.streams)
      if (stream !== own && this.#mayBe(stream, file) && (await isCopy(stream, file))) {
        return this.#seen(stream, file);
      }
    if (file.onlyKnown) return null;
    const stream: LogStream = {
      path: file.path,
      ids: [file.id],
      head: null,
      marks: [],
      offset: 0,
      lines: 0,
      packed: null,
      seen: Date.now(),
      carrier: file,
      name: file.path,
      isOld: false,
    };
    this.streams.push(stream);
    return stream;
  }

  /** Records how far a file was read. */
  advance(stream: LogStream, { end, head, mark }: { end: number; head: Mark; mark: Mark }): void {
    Object.assign(stream, { offset: end, head, marks: [...stream.marks, mark].slice(-mostMarks) });
  }

  /** True when a file still has what was read of a stream: it was not truncated meanwhile. */
  async isStill(stream: LogStream, file: HeldFile): Promise<boolean> {
    return continues(stream, file);
  }

  /** Forgets in which files the streams were, before the files are listed again. */
  release(): void {
    for (const stream of this.streams) stream.carrier = null;
  }

  positions(): StreamPosition[] {
    const now = Date.now();
    return this.streams
      .filter(({ carrier, seen, offset }) => carrier !== null || (offset > 0 && now - seen < rememberedMs))
      .map(({ carrier: _carrier, name: _name, isOld: _isOld, ...stream }) => stream);
  }

  #seen(stream: LogStream, file: HeldFile): LogStream {
    const ids = [...stream.ids.filter((id) => id !== file.id), file.id].slice(-mostFiles);
    Object.assign(stream, { ids, seen: Date.now() });
    if (stream.carrier === null) Object.assign(stream, { path: file.path, carrier: file });
    return stream;
  }

  /** True when the names allow that a file is a copy of a stream, or the stream compressed. */
  #mayBe(stream: LogStream, file: HeldFile): boolean {
    if (stream.name === file.path) return true;
    if (dirname(stream.name) !== dirname(file.path)) return false;
    const [before, now] = [rotatedName(basename(stream.name)), rotatedName(basename(file.path))];
    if (before.base !== now.base) return false;
    const isGone = stream.carrier === null;
    if (now.packed) return isGone ? stream.packed === null : file.path.startsWith(`${stream.name}.`);
    if (!before.suffixed && !before.inserted && !before.packed) return now.suffixed || now.inserted;
    return isGone && stream.offset >= tellingBytes;
  }
}

/** True when a file still has the bytes that were read of a stream, as far as it goes. */
async function continues(stream: StreamPosition, file: HeldFile): Promise<boolean> {
  const { head, marks } = stream;
  if (head === null) return true;
  const last = marks.findLast(({ offset }) => offset <= file.size);
  // A copy that is shorter than the head is known by an earlier position.
  if (file.size < head.offset)
    return last !== undefined && (await markStart(file.handle, last.offset)).hash === last.hash;
  if ((await markStart(file.handle, head.offset)).hash !== head.hash) return false;
  return last === undefined || (await markBefore(file.handle, last.offset)).hash === last.hash;
}

async function isCopy(stream: LogStream, file: HeldFile): Promise<boolean> {
  if (stream.head !== null) return continues(stream, file);
  const other = stream.carrier;
  if (other === null || other.packing !== null) return false;
  const shared = Math.min(other.size, file.size);
  if (shared === 0) return false;
  for (const from of [0, Math.max(0, shared - comparedBytes)]) {
    const length = Math.min(comparedBytes, shared - from);
    const [a, b] = [await bytesOf(other.handle, from, length), await bytesOf(file.handle, from, length)];
    if (!a.equals(b)) return false;
  }
  return true;
}

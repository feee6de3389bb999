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
const comparedBytes = 1 << 20;
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

  /** True when a file can be a copy of a stream, or the stream compressed: by its name, or by enough of the same text. */
  #mayBe(stream: LogStream, file: HeldFile): boolean {
    if (stream.name === file.path || stream.path === file.path) return true;
    if (dirname(stream.name) !== dirname(file.path)) return false;
    const [before, now] = [rotatedName(basename(stream.name)), rotatedName(basename(file.path))];
    if (before.base !== now.base) return false;
    if (now.packed && (stream.carrier === null ? stream.packed === null : isUnder(file.path, stream))) return true;
    if (!now.packed && !before.suffixed && !before.inserted && !before.packed && (now.suffixed || now.inserted))
      return true;
    // Rotation may have moved the file since it was listed, so that its number says nothing.
    return Math.min(file.size, stream.head === null ? (stream.carrier?.size ?? 0) : stream.offset) >= tellingBytes;
  }
}

function isUnder(path: string, stream: LogStream): boolean {
  return path.startsWith(`${stream.name}.`) || path.startsWith(`${stream.path}.`);
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
  if (stream.head !== null && !(await continues(stream, file))) return false;
  const other = stream.carrier?.packing === null ? stream.carrier : null;
  if (other === null || other.handle === file.handle) return stream.head !== null;
  if (await haveSameStart(other, file)) return true;
  // The position in the other file is known, although it was truncated meanwhile.
  return stream.head !== null && !(await continues(stream, other));
}

/** True when the shorter of two files is the start of the other; not for an empty one. */
async function haveSameStart(a: HeldFile, b: HeldFile): Promise<boolean> {
  const shared = Math.min(a.size, b.size);
  for (let at = 0; at < shared; at += comparedBytes) {
    const length = Math.min(comparedBytes, shared - at);
    const [one, other] = [await bytesOf(a.handle, at, length), await bytesOf(b.handle, at, length)];
    if (one.length < length || !one.equals(other)) return false;
  }
  return shared > 0;
}

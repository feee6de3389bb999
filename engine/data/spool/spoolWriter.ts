import { randomBytes } from 'node:crypto';
import { existsSync, fstatSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFull, WorkError, messageOf } from '../../base/errors.ts';
import { closeRequest } from './closeOpenSegment.ts';
import { claimSpool, type SpoolClaim } from './claimSpool.ts';
import { closeSegment, makeFolder, openEnding, recoverSegments, segmentName, syncFolder } from './segments.ts';

export interface SpoolOptions {
  /** A segment is closed when it has this many bytes. Default 64 MB. */
  segmentBytes?: number;
  /** A segment is closed at this age, in ms. Default 10 s. */
  segmentMs?: number;
  /** Time a group waits for others before it is synced, in ms. Default 0: those that wait when the last sync ends. */
  groupMs?: number;
  /** The start of the window of a time: a segment is closed when a new one begins. Default: no windows. */
  windowOf?: (time: number) => number;
}

/** The disk does not take the lines. `isFull`: because it is full. */
export class SpoolError extends WorkError {
  readonly isFull: boolean;
  constructor(folder: string, cause: unknown) {
    const isFull = isDiskFull(cause);
    super(
      isFull
        ? `The disk is full: ${folder} could not be written. Free some space; nothing that was accepted is lost.`
        : `${folder} could not be written: ${messageOf(cause)}`,
      { cause },
    );
    this.isFull = isFull;
  }
}

interface Waiting {
  text: string;
  count: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

interface Segment {
  name: string;
  handle: FileHandle;
  /** Bytes that are on disk. */
  bytes: number;
  since: number;
}

const checkMs = 200;
/** Others see what was taken at most this late, in ms. */
const toldMs = 1000;

/**
 * Appends lines to a spool. Lines that wait together are written and synced together: a sync takes longer than many
 * lines. Only one process writes a spool.
 */
export class SpoolWriter {
  readonly folder: string;
  readonly #claim: SpoolClaim;
  readonly #options: SpoolOptions;
  readonly #timer: NodeJS.Timeout;
  #waiting: Waiting[] = [];
  #queued = 0;
  #working: Promise<void> | null = null;
  #segment: Segment | null = null;
  #last = 0;
  #syncs = 0;
  #syncMs = 0;
  #error: SpoolError | null = null;
  #taken = 0;
  #lastAt: number | undefined;
  #told = { taken: 0, at: 0 };

  /** Opens a spool, and closes the segments that a killed writer left. Throws SpoolBusyError. */
  constructor(folder: string, options: SpoolOptions = {}) {
    this.folder = folder;
    this.#options = options;
    makeFolder(folder);
    this.#claim = claimSpool(folder);
    recoverSegments(folder);
    rmSync(closeRequest(folder), { force: true });
    this.#timer = setInterval(() => {
      this.#tell();
      if (!this.#working) void this.#start();
    }, checkMs).unref();
  }

  /** Bytes that wait for the disk. */
  get queuedBytes(): number {
    return this.#queued;
  }

  /** The number of syncs and their whole time in ms. */
  get syncs(): { count: number; ms: number } {
    return { count: this.#syncs, ms: this.#syncMs };
  }

  /** The error of the last write; null when it succeeded. */
  get error(): SpoolError | null {
    return this.#error;
  }

  listensAt(url: string): void {
    this.#claim.tell({ url });
  }

  /** Tells others what was taken. A disk that is full does not stop the writer here. */
  #tell(): void {
    const now = Date.now();
    if (this.#taken === this.#told.taken || now - this.#told.at < toldMs) return;
    this.#told = { taken: this.#taken, at: now };
    try {
      this.#claim.tell({ taken: this.#taken, ...(this.#lastAt !== undefined && { lastAt: this.#lastAt }) });
    } catch {
      // It is told the next time.
    }
  }

  /** The number of the next line: larger than all before, and its time in microseconds. */
  nextNumber(): number {
    this.#last = Math.max(this.#last + 1, Date.now() * 1000);
    return this.#last;
  }

  /**
   * Resolves when the lines, each with its line break, are on disk. Rejects with SpoolError when they are not. `count`:
   * events that the lines are of.
   */
  append(lines: string, count = 1): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queued += lines.length;
      this.#waiting.push({ text: lines, count, resolve, reject });
      if (!this.#working) this.#start();
    });
  }

  /** Writes what waits, closes the segment and releases the spool. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    while (this.#working || this.#waiting.length > 0) await (this.#working ?? this.#start());
    await this.#closeSegment();
    this.#claim.release();
  }

  #start(): Promise<void> {
    this.#working = this.#work().finally(() => {
      this.#working = null;
      if (this.#waiting.length > 0) void this.#start();
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    if (this.#waiting.length > 0 && (this.#options.groupMs ?? 0) > 0)
      await new Promise((resolve) => setTimeout(resolve, this.#options.groupMs));
    // Requests that were read together are here by then.
    else await new Promise((resolve) => setImmediate(resolve));
    try {
      await this.#closeWhenDue();
    } catch (error) {
      this.#error = new SpoolError(this.folder, error);
    }
    const group = this.#waiting;
    if (group.length === 0) return;
    this.#waiting = [];
    let length = 0;
    try {
      for (const { text } of group) length += text.length;
      await this.#write(
        Buffer.from(group.length === 1 ? (group[0]?.text ?? '') : group.map(({ text }) => text).join('')),
      );
      this.#error = null;
      this.#lastAt = Date.now();
      for (const { count, resolve } of group) {
        this.#taken += count;
        resolve();
      }
    } catch (error) {
      this.#error = new SpoolError(this.folder, error);
      for (const { reject } of group) reject(this.#error);
    } finally {
      this.#queued -= length;
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    // What is written to a file that somebody removed is lost.
    if (this.#segment && fstatSync(this.#segment.handle.fd).nlink === 0) await this.#closeSegment();
    const segment = (this.#segment ??= await this.#openSegment());
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await segment.handle.write(bytes, done, bytes.length - done, segment.bytes + done);
        done += bytesWritten;
      }
      const before = performance.now();
      await segment.handle.datasync();
      this.#syncs++;
      this.#syncMs += performance.now() - before;
      segment.bytes += bytes.length;
    } catch (error) {
      // Nothing of the group may stay: its clients are told that it was not accepted.
      await segment.handle.truncate(segment.bytes).catch(() => {});
      if (!isDiskFull(error)) await this.#closeSegment().catch(() => {});
      throw error;
    }
  }

  async #openSegment(): Promise<Segment> {
    makeFolder(this.folder);
    const name = `${segmentName(Date.now(), randomBytes(4).toString('hex'))}${openEnding}`;
    const handle = await open(join(this.folder, name), 'wx');
    syncFolder(this.folder);
    return { name, handle, bytes: 0, since: Date.now() };
  }

  async #closeWhenDue(): Promise<void> {
    const request = closeRequest(this.folder);
    const isAsked = existsSync(request);
    const { segmentBytes = 64 << 20, segmentMs = 10_000, windowOf } = this.#options;
    const segment = this.#segment;
    const now = Date.now();
    const isDue =
      segment !== null &&
      (segment.bytes >= segmentBytes ||
        (windowOf ? windowOf(now) !== windowOf(segment.since) : now - segment.since >= segmentMs));
    // A segment with a window is closed with it, not on request.
    if (isDue || (isAsked && !windowOf)) await this.#closeSegment();
    if (isAsked) rmSync(request, { force: true });
  }

  async #closeSegment(): Promise<void> {
    const segment = this.#segment;
    if (!segment) return;
    this.#segment = null;
    await segment.handle.truncate(segment.bytes).catch(() => {});
    await segment.handle.close();
    closeSegment(this.folder, segment.name, segment.bytes);
  }
}

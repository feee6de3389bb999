import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError, WorkError, checkCancelled, isDiskFull } from '../../base/errors.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import type { LineScanner } from '../logs/lineScanner.ts';
import { HeldFiles, type HeldFile } from '../logs/heldFiles.ts';
import { chunkBytes, copyLines, endOfSlice, scannedBytes, type LineSlice } from '../logs/lineSlices.ts';
import { LogParts } from '../logs/logParts.ts';
import { isLogPosition, type LogPosition } from '../logs/logPosition.ts';
import { areAllThere, hash, logSettings } from '../logs/logSettings.ts';
import { LogStreams, type LogStream } from '../logs/logStreams.ts';
import { growingFirst, isFinishedLog, oldestFirst } from '../logs/readingOrder.ts';
import { rotatedName } from '../logs/rotation.ts';
import { ScannedLines } from '../logs/scannedLines.ts';
import { scannerFor } from '../logs/scannerFor.ts';
import { ScanThreads } from '../logs/scanThreads.ts';
import { unpack } from '../logs/unpack.ts';
import type { TextColumn } from '../parquet/textColumn.ts';
import type { Received, SourceContext } from './source.ts';
import { patternSearch } from '../patternTest.ts';

/** Times the files are listed again when they were rotated while they were read. */
const mostPasses = 6;
/** Bytes of a log from which on threads are worth their start. */
const leastForThreads = 64 << 20;

/**
 * Reads the lines that were added to logs since the last collection. All files are opened before one is read, and listed
 * again afterwards, so that a rotation in between loses nothing. Throws DataError when there is no file or no line.
 */
export async function fromLogs(context: SourceContext, source: FromLogs): Promise<Received> {
  const patterns = [source.logs].flat();
  const schema = context.schema ?? null;
  const settings = logSettings(source, schema);
  const folder = join(context.folder, `logs-${hash(JSON.stringify(patterns)).slice(0, 16)}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const discard = () => rm(folder, { recursive: true, force: true });
  const stored = isLogPosition(context.position) ? context.position : null;
  const at = Date.now();
  const held = new HeldFiles(context.root, patterns, {
    known: stored?.streams.map(({ path }) => path) ?? [],
    since: stored?.at ?? null,
    warn: context.log,
  });
  try {
    const again =
      stored !== null && (context.anew || (stored.settings !== settings && (await areAllThere(held, stored))));
    if (again && context.anew) tellGone(context, stored, await held.refresh());
    if (!again && stored && stored.settings !== settings)
      context.log(
        'warning: the format or the schema changed, and some files that were read are gone; only new lines are read by it. `--force` reads all again that is left',
      );
    const position = again ? null : stored;
    const parts = new LogParts(await context.database(), folder, source, schema);
    const streams = new LogStreams(position?.streams ?? []);
    const reading = new Reading(context, source, { folder, parts, streams });
    let isFirst = true;
    try {
      for (let pass = 0; pass < mostPasses; pass++) {
        const { files, hasNew } = await held.refresh();
        if (isFirst && files.length === 0) throw noFile(patterns, held.denied);
        if (!isFirst && !hasNew && !reading.wasChanged) break;
        isFirst = false;
        await reading.pass(files, position?.at ?? null);
      }
    } finally {
      await reading.close();
    }
    if (position) tellLost(context, streams, position.at);
    const { rows, unparsed } = parts.count();
    if (rows + unparsed === 0 && position === null)
      throw new DataError(
        `There is no whole line in ${patterns.map((pattern) => `\`${pattern}\``).join(', ')} yet. Collect again when the log has one.`,
      );
    const next: LogPosition = { kind: 'logs', settings, at, streams: streams.positions() };
    return {
      files: parts.files,
      version: null,
      rows: rows + unparsed,
      position: next,
      startsAgain: position === null,
      ...(rows + unparsed === 0
        ? {}
        : {
            lines: {
              sql: await parts.rows(),
              unparsed: parts.unparsed(),
              count: unparsed,
              format: source.format,
              proof: parts.proof(),
            },
          }),
      discard,
    };
  } catch (error) {
    await discard();
    if (isDiskFull(error))
      throw new WorkError(
        'The disk is full: the lines of the logs could not be copied. Free some space and run again.',
        {
          cause: error,
        },
      );
    throw error;
  } finally {
    await held.close();
  }
}

interface ReadingParts {
  folder: string;
  parts: LogParts;
  streams: LogStreams;
}

class Reading {
  /** A file was truncated or replaced while it was read. */
  wasChanged = false;
  readonly #context: SourceContext;
  readonly #source: FromLogs;
  readonly #folder: string;
  readonly #parts: LogParts;
  readonly #streams: LogStreams;
  readonly #told = new Set<string>();
  /** Packed files that are no log that was asked for, or not complete. */
  readonly #skipped = new Set<string>();
  #scanner: LineScanner | null;
  /** Columns of slices that are written, whose memory the next ones use. */
  readonly #spare: TextColumn[][] = [];
  readonly #buffer = Buffer.allocUnsafeSlow(chunkBytes);
  #slices = 0;
  #lines = 0;
  #parsing: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #threads: ScanThreads | null = null;

  constructor(context: SourceContext, source: FromLogs, { folder, parts, streams }: ReadingParts) {
    this.#context = context;
    this.#source = source;
    this.#folder = folder;
    this.#parts = parts;
    this.#streams = streams;
    this.#scanner = scannerFor(source, context.schema ?? null);
  }

  /** Reads what is new in all files, the oldest first. `since` is the time of the last collection. */
  async pass(files: readonly HeldFile[], since: number | null): Promise<void> {
    this.wasChanged = false;
    this.#streams.release();
    const plain = files.filter(({ packing }) => packing === null).toSorted(growingFirst);
    const tasks: { file: HeldFile; stream: LogStream }[] = [];
    for (const file of plain) {
      const stream = await this.#streams.streamOf(file);
      if (stream) tasks.push({ file, stream });
    }
    for (const file of files.filter(({ packing }) => packing !== null).toSorted(oldestFirst))
      await this.#readPacked(file, since);
    for (const { file, stream } of tasks.toSorted((a, b) => oldestFirst(a.file, b.file)))
      await this.#read(file, stream, isFinishedLog(file));
    await this.#parsing;
  }

  async #readPacked(file: HeldFile, since: number | null): Promise<void> {
    if (this.#skipped.has(file.version) || this.#streams.knowsPacked(file)) return;
    if (file.onlyKnown && (since === null || file.ctimeMs < since - 1000)) return;
    if (file.packing === 'other') {
      this.#tell(`warning: ${file.path} is not read: unpack it, or compress it with gzip or zstd`);
      return;
    }
    const target = join(this.#folder, 'unpacked');
    const unpacked = await unpack(file, target, this.#context.signal);
    try {
      if (unpacked === null) {
        this.#skipped.add(file.version);
        this.#tell(`warning: ${file.path} is not complete or damaged; it is tried again by the next collection`);
        return;
      }
      const stream = await this.#streams.streamOf(unpacked);
      if (stream === null) {
        this.#skipped.add(file.version);
        return;
      }
      await this.#read(unpacked, stream, true);
      await this.#parsing;
      if (stream.carrier === unpacked) stream.carrier = file;
      stream.packed = file.version;
    } finally {
      await unpacked?.handle.close();
      await rm(target, { force: true });
    }
  }

  async #read(file: HeldFile, stream: LogStream, isFinished: boolean): Promise<void> {
    const { signal } = this.#context;
    const { continued, encoding = 'utf-8' } = this.#source;
    for (;;) {
      checkCancelled(signal);
      const isSame = await this.#readInThreads(file, stream).catch(async (error: unknown) => {
        // The file is closed next.
        await this.close();
        throw error;
      });
      if (!isSame) return;
      const { target, order } = this.#next();
      const slice = await copyLines(file, stream.offset, target, {
        encoding,
        continued: continued === undefined ? null : patternSearch(continued),
        isFinished,
        scanned: this.#scanner && new ScannedLines(this.#scanner, this.#spare),
        buffer: this.#buffer,
        signal,
      });
      if (slice !== null && slice !== 'changed' && slice.scanned?.isFutile === true) {
        this.#scanner = null;
        continue;
      }
      const isStill = slice !== 'changed' && (await this.#streams.isStill(stream, file));
      if (slice === null || slice === 'changed' || !isStill) {
        rmSync(target, { force: true });
        this.wasChanged ||= slice === 'changed' || !isStill;
        return;
      }
      this.#accept(slice, file, stream);
      // DuckDB reads a slice while the next one is copied.
      await this.#parsing;
      this.#add(slice, file, { before: stream.lines, order }, (lines) => (stream.lines += lines));
    }
  }

  /**
   * Reads whole slices of a large log in threads, in their order. Returns false when the file was truncated or replaced,
   * and true when nothing is left, or the next lines are to be read here.
   */
  async #readInThreads(file: HeldFile, stream: LogStream): Promise<boolean> {
    const scanner = this.#scanner;
    if (scanner === null || file.size - stream.offset < leastForThreads) return true;
    this.#threads ??= ScanThreads.start(
      { source: this.#source, schema: this.#context.schema ?? null },
      this.#context.signal,
    );
    const threads = this.#threads;
    if (threads === null) return true;
    await this.#parsing;
    const scanning: { order: number; slice: Promise<LineSlice | 'changed'> }[] = [];
    let from = stream.offset;
    let isAll = false;
    for (;;) {
      while (!isAll && scanning.length < threads.count) {
        const end = await endOfSlice(file, from, scannedBytes);
        if (end === null) isAll = true;
        else {
          const { target, order } = this.#next();
          const slice = threads.scan({ fd: file.handle.fd, from, end, path: target }, scanner);
          slice.catch(() => {});
          scanning.push({ order, slice });
          from = end;
        }
      }
      const first = scanning.shift();
      if (!first) return true;
      if (this.#hasFailed) await this.#parsing;
      const slice = await first.slice;
      const isFutile = slice !== 'changed' && slice.scanned?.isFutile === true;
      if (slice === 'changed' || isFutile || !(await this.#streams.isStill(stream, file))) {
        if (slice !== 'changed') slice.scanned?.release();
        for (const { slice: other } of scanning) {
          const unused = await other;
          if (unused !== 'changed') unused.scanned?.release();
        }
        if (isFutile) this.#scanner = null;
        else this.wasChanged = true;
        return isFutile;
      }
      this.#accept(slice, file, stream);
      this.#add(slice, file, { before: stream.lines, order: first.order }, () => {});
      stream.lines += slice.scanned?.lines ?? 0;
    }
  }

  /** Ends the threads that were started. */
  async close(): Promise<void> {
    await this.#threads?.close();
  }

  #next(): { target: string; order: number } {
    const target = join(this.#folder, `${this.#slices++}.lines`);
    return { target, order: this.#slices };
  }

  #accept(slice: LineSlice, file: HeldFile, stream: LogStream): void {
    if (slice.replaced)
      this.#tell(
        `warning: ${file.path} has bytes that are not UTF-8, read as \uFFFD; set \`encoding\` when it has another`,
      );
    if (slice.cut > 0) this.#tell(`warning: ${file.path} has lines of more than 64 MB; only their starts are read`);
    this.#streams.advance(stream, slice);
  }

  #add(
    slice: LineSlice,
    file: HeldFile,
    place: { before: number; order: number },
    counted: (lines: number) => void,
  ): void {
    const adding = this.#parts.add(slice, { file: file.path, ...place }).then((lines) => {
      counted(lines);
      this.#lines += lines;
      this.#context.progress(`${this.#lines.toLocaleString('en-US')} lines from ${basename(file.path)}`);
    });
    adding.catch(() => (this.#hasFailed = true));
    this.#parsing = Promise.all([this.#parsing, adding]).then(() => {});
    this.#parsing.catch(() => {});
  }

  #tell(line: string): void {
    if (!this.#told.has(line)) this.#context.log(line);
    this.#told.add(line);
  }
}

function tellGone(context: SourceContext, { streams }: LogPosition, { files }: { files: readonly HeldFile[] }): void {
  const ids = new Set(files.map(({ id }) => id));
  const gone = streams.filter((stream) => stream.offset > 0 && !stream.ids.some((id) => ids.has(id)));
  if (gone.length > 0)
    context.log(
      `warning: ${gone.length} of ${streams.length} files that were read before are gone; their lines leave the dataset. An older version still has them: \`loopwright data log\``,
    );
}

/** Reports files that grew when they were last read, and are now neither there nor under another name. */
function tellLost(context: SourceContext, { streams }: LogStreams, since: number): void {
  for (const stream of streams) {
    if (!stream.isOld || stream.carrier !== null || stream.packed !== null || stream.seen < since) continue;
    if (rotatedName(basename(stream.path)).suffixed) continue;
    context.log(
      `warning: ${stream.path} as it was read until ${new Date(stream.seen).toISOString()} is gone, and no rotated file continues it; lines that were added after that cannot be read`,
    );
  }
}

function noFile(patterns: readonly string[], denied: ReadonlyMap<string, string>): DataError {
  const [first] = denied;
  if (first)
    return new DataError(`${first[0]} cannot be read: ${first[1]}. Give this user the right to read it.`, {
      place: { file: first[0] },
    });
  return new DataError(
    `No file matches ${patterns.map((pattern) => `\`${pattern}\``).join(' or ')}. Correct the path in loopwright.yaml, or collect when the log is there.`,
  );
}

import { join } from 'node:path';
import { bytes } from '../../../words/sizes.ts';
import { DataError } from '../../base/errors.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import { columnsOf } from '../inspectColumns.ts';
import { countLines } from '../logs/countLines.ts';
import { HeldFiles, type HeldFile } from '../logs/heldFiles.ts';
import { copyLines } from '../logs/lineSlices.ts';
import { LogParts } from '../logs/logParts.ts';
import { isLogPosition } from '../logs/logPosition.ts';
import { areAllThere, logSettings } from '../logs/logSettings.ts';
import { LogStreams, type LogStream } from '../logs/logStreams.ts';
import { growingFirst, isFinishedLog, oldestFirst } from '../logs/readingOrder.ts';
import { unpack } from '../logs/unpack.ts';
import { quoteIdentifier } from '../quote.ts';
import { freshness, textRows, type Peek, type PeekOptions } from './peek.ts';
import type { SourceContext } from './source.ts';
import { patternSearch } from '../patternTest.ts';

/** Bytes of a log that a preview reads at most. */
const mostBytes = 4 << 20;

/** Bytes of logs whose lines are counted one by one. */
const mostCounted = 64 << 20;
/** Size of a compressed log up to which it is unpacked to count its lines. */
const mostPacked = 16 << 20;
/** Text of logs becomes about a tenth when it is compressed. */
const packedBytesPerByte = 10;

/**
 * Reads the first lines that the next collection would add, and counts them: those of large logs by an estimate from
 * their first 64 MB.
 */
export async function peekLogs(context: SourceContext, source: FromLogs, options: PeekOptions): Promise<Peek> {
  const patterns = [source.logs].flat();
  const schema = context.schema ?? null;
  let stored = isLogPosition(context.position) ? context.position : null;
  const notes: string[] = [];
  const held = new HeldFiles(context.root, patterns, {
    known: stored?.streams.map(({ path }) => path) ?? [],
    since: stored?.at ?? null,
    warn: (line) => notes.push(line),
  });
  try {
    const { files } = await held.refresh();
    if (files.length === 0)
      throw new DataError(
        `No file matches ${patterns.map((pattern) => `\`${pattern}\``).join(' or ')}. Correct the path in loopwright.yaml.`,
      );
    if (stored !== null && stored.settings !== logSettings(source, schema) && (await areAllThere(held, stored))) {
      stored = null;
      notes.push('The format or the schema changed, so the next collection reads all lines again.');
    }
    const parts = new LogParts(await context.database(), context.folder, source, schema);
    const waiting = new WaitingLines(context, source, { parts, streams: new LogStreams(stored?.streams ?? []) });
    await waiting.readAll(files, stored?.at ?? null);
    const about = `${files.length === 1 ? (files[0]?.path ?? '') : `${files.length.toLocaleString('en-US')} files`}, ${bytes(waiting.bytes)} not yet collected`;
    const lines = { count: waiting.lines, exact: waiting.exact };
    const newest = freshness(Math.max(...files.map(({ mtimeMs }) => mtimeMs)), 'file');
    if (!waiting.isRead)
      return { columns: [], rows: [], about, lines, ...newest, total: 0, notes: [...notes, 'There is no new line.'] };
    return {
      ...(await firstRows(context, parts, options)),
      about,
      lines,
      ...newest,
      notes: [...notes, ...unreadNotes(parts, source)],
    };
  } finally {
    await held.close();
  }
}

/** The lines that no collection has read: their number, and the first of them. */
class WaitingLines {
  bytes = 0;
  lines = 0;
  exact = true;
  /** The first lines are in the parts. */
  isRead = false;
  readonly #context: SourceContext;
  readonly #source: FromLogs;
  readonly #parts: LogParts;
  readonly #streams: LogStreams;
  /** Where the counted part of a stream ends: several files can hold the same lines. */
  readonly #counted = new Map<LogStream, number>();
  #left = mostCounted;
  #countedBytes = 0;

  constructor(context: SourceContext, source: FromLogs, { parts, streams }: { parts: LogParts; streams: LogStreams }) {
    this.#context = context;
    this.#source = source;
    this.#parts = parts;
    this.#streams = streams;
  }

  /** Counts what is new in all files. `since` is the time of the last collection in epoch milliseconds. */
  async readAll(files: readonly HeldFile[], since: number | null): Promise<void> {
    const tasks: { file: HeldFile; stream: LogStream }[] = [];
    for (const file of files.filter(({ packing }) => packing === null).toSorted(growingFirst)) {
      const stream = await this.#streams.streamOf(file);
      if (stream) tasks.push({ file, stream });
    }
    // The newest lines are shown.
    for (const { file, stream } of tasks.toSorted((a, b) => b.file.mtimeMs - a.file.mtimeMs))
      await this.#read(file, stream, isFinishedLog(file));
    for (const file of files.filter(({ packing }) => packing !== null).toSorted((a, b) => oldestFirst(b, a)))
      await this.#readPacked(file, since);
  }

  async #readPacked(file: HeldFile, since: number | null): Promise<void> {
    if (file.packing === 'other' || this.#streams.knowsPacked(file)) return;
    if (file.onlyKnown && (since === null || file.ctimeMs < since - 1000)) return;
    if (file.size > mostPacked) {
      const perLine = this.lines > 0 ? this.#countedBytes / this.lines : 100;
      this.bytes += file.size;
      this.lines += Math.round((file.size * packedBytesPerByte) / Math.max(1, perLine));
      this.exact = false;
      if (this.isRead) return;
    }
    const before = { bytes: this.bytes, lines: this.lines, exact: this.exact };
    const plain = await unpack(file, join(this.#context.folder, 'unpacked'), this.#context.signal);
    if (plain === null) return;
    try {
      const stream = await this.#streams.streamOf(plain);
      if (stream) await this.#read(plain, stream, true);
      if (file.size > mostPacked) Object.assign(this, before);
    } finally {
      await plain.handle.close();
    }
  }

  async #read(file: HeldFile, stream: LogStream, isFinished: boolean): Promise<void> {
    const { folder, signal } = this.#context;
    const from = Math.max(stream.offset, this.#counted.get(stream) ?? 0);
    if (file.size <= from) return;
    const counting = { from, size: file.size, mostBytes: this.#left, isFinished };
    const { lines, exact } = await countLines(file.handle, counting, signal);
    this.#left = Math.max(1 << 20, this.#left - (file.size - from));
    this.#counted.set(stream, file.size);
    this.#countedBytes += file.size - from;
    this.bytes += file.size - from;
    this.lines += lines;
    this.exact &&= exact;
    if (this.isRead) return;
    const start = { ...file, size: Math.min(file.size, from + mostBytes) };
    const { encoding = 'utf-8', continued } = this.#source;
    const slice = await copyLines(start, from, join(folder, 'start.lines'), {
      encoding,
      continued: continued === undefined ? null : patternSearch(continued),
      isFinished: isFinished && start.size === file.size,
      signal,
    });
    if (slice === null || slice === 'changed') return;
    this.isRead = true;
    await this.#parts.add(slice, { file: file.path, before: stream.lines, order: 0 });
  }
}

async function firstRows(
  context: SourceContext,
  parts: LogParts,
  { rows }: PeekOptions,
): Promise<Pick<Peek, 'columns' | 'rows' | 'text'>> {
  const db = await context.database();
  const source = await parts.rows();
  const columns = (await columnsOf(db, source)).filter(({ name }) => name !== '_file' && name !== '_line');
  const names = columns.map(({ name }) => name);
  const ordered = `(SELECT ${names.map(quoteIdentifier).join(', ') || 'NULL AS nothing'} FROM ${source})`;
  return {
    columns: columns.map(({ name, sqlType }) => ({ name, type: sqlType })),
    rows: names.length === 0 ? [] : await textRows(db, ordered, names, rows),
    text: true,
  };
}

function unreadNotes(parts: LogParts, { format }: FromLogs): string[] {
  const { rows, unparsed } = parts.count();
  if (unparsed === 0) return [];
  return [
    `${unparsed.toLocaleString('en-US')} of the first ${(rows + unparsed).toLocaleString('en-US')} lines are not in the format ${format}.`,
  ];
}

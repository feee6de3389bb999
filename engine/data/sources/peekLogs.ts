import { join } from 'node:path';
import { bytes } from '../../../words/sizes.ts';
import { DataError } from '../../base/errors.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import { columnsOf } from '../inspectColumns.ts';
import { HeldFiles } from '../logs/heldFiles.ts';
import { copyLines } from '../logs/lineSlices.ts';
import { LogParts } from '../logs/logParts.ts';
import { isLogPosition } from '../logs/logPosition.ts';
import { LogStreams } from '../logs/logStreams.ts';
import { unpack } from '../logs/unpack.ts';
import { quoteIdentifier } from '../quote.ts';
import { freshness, textRows, type Peek, type PeekOptions } from './peek.ts';
import type { SourceContext } from './source.ts';

/** Bytes of a log that a preview reads at most. */
const mostBytes = 4 << 20;

/** Reads the first lines that the next collection would add, and tells how many bytes wait in how many files. */
export async function peekLogs(context: SourceContext, source: FromLogs, options: PeekOptions): Promise<Peek> {
  const patterns = [source.logs].flat();
  const stored = isLogPosition(context.position) ? context.position : null;
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
    const streams = new LogStreams(stored?.streams ?? []);
    const parts = new LogParts(await context.database(), context.folder, source, context.schema ?? null);
    let waiting = 0;
    let isRead = false;
    const plainFirst = files.toSorted(
      (a, b) => Number(a.packing !== null) - Number(b.packing !== null) || b.mtimeMs - a.mtimeMs,
    );
    for (const file of plainFirst) {
      const isPacked = file.packing !== null;
      if (isPacked && (file.onlyKnown || file.packing === 'other' || streams.knowsPacked(file))) continue;
      if (isPacked) {
        waiting += file.size;
        if (isRead) continue;
      }
      const plain = isPacked ? await unpack(file, join(context.folder, 'unpacked'), context.signal) : file;
      if (plain === null) continue;
      const stream = await streams.streamOf(plain);
      if (stream) {
        if (!isPacked) waiting += Math.max(0, plain.size - stream.offset);
        if (!isRead) {
          const start = { ...plain, size: Math.min(plain.size, stream.offset + mostBytes) };
          const slice = await copyLines(start, stream.offset, join(context.folder, 'start.lines'), {
            encoding: source.encoding ?? 'utf-8',
            continued: source.continued === undefined ? null : new RegExp(source.continued),
            isFinished: isPacked,
            signal: context.signal,
          });
          isRead = slice !== null && slice !== 'changed';
          if (slice !== null && slice !== 'changed')
            await parts.add(slice, { file: plain.path, before: stream.lines, order: 0 });
        }
      }
      if (plain !== file) await plain.handle.close();
    }
    const about = `${files.length === 1 ? (files[0]?.path ?? '') : `${files.length.toLocaleString('en-US')} files`}, ${bytes(waiting)} not yet collected`;
    const newest = freshness(Math.max(...files.map(({ mtimeMs }) => mtimeMs)), 'file');
    if (!isRead)
      return { columns: [], rows: [], about, ...newest, total: 0, notes: [...notes, 'There is no new line.'] };
    return {
      ...(await firstRows(context, parts, options)),
      about,
      ...newest,
      notes: [...notes, ...(await unreadNotes(parts, source))],
    };
  } finally {
    await held.close();
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

async function unreadNotes(parts: LogParts, { format }: FromLogs): Promise<string[]> {
  const { rows, unparsed } = await parts.count();
  if (unparsed === 0) return [];
  return [
    `${unparsed.toLocaleString('en-US')} of the first ${(rows + unparsed).toLocaleString('en-US')} lines are not in the format ${format}.`,
  ];
}

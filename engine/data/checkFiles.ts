import { createReadStream, statSync, type Stats } from 'node:fs';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { CancelledError } from '../base/errors.ts';
import { findBinaryTexts } from './reading/binaryTexts.ts';
import { packingOf } from './reading/fileStart.ts';
import { gzipFault } from './reading/gzipFault.ts';
import { refuseForeignContent } from './reading/foreignContent.ts';
import { findLongNumbers } from './reading/jsonNumbers.ts';
import { noteLineLengths } from './reading/lineLengths.ts';
import { lookForMembers } from './reading/oddGzip.ts';
import { LineCount, TextFault, TextLimits, textFault } from './reading/textLimits.ts';
import { sourceFormat, type SourceFormat } from './sourceFormat.ts';

const known = new Map<string, string>();
/** A smaller text that is not packed has no fault that takes long to read. */
const smallText = 1 << 20;
const piece = 1 << 20;

/**
 * Looks at files before they are read: finds the texts of Parquet files that are not marked as such and the long numbers
 * of JSON. Throws DataError for a truncated or damaged gzip file, which DuckDB reads without an error, and for a text
 * that is made to take its reader hours; CancelledError once `signal` is aborted. Each version of a file is read once,
 * as a stream.
 */
export async function checkFiles(files: readonly string[], signal?: AbortSignal): Promise<void> {
  await findBinaryTexts(files);
  for (const file of files) {
    const stats = statSync(file, { throwIfNoEntry: false });
    const isPacked = packingOf(file) !== null;
    if (!stats?.isFile() || stats.size === 0 || (!isPacked && stats.size <= smallText)) continue;
    const state = `${stats.size} ${stats.mtimeMs}`;
    if (known.get(file) === state) continue;
    const format = sourceFormat(file);
    if (isPacked || format !== 'parquet') await checkText(file, stats, format, signal);
    if (!isPacked && format === 'csv') noteLineLengths(file);
    known.set(file, state);
  }
  await findLongNumbers(files, signal);
}

async function checkText(
  file: string,
  { size }: Stats,
  format: SourceFormat | null,
  signal: AbortSignal | undefined,
): Promise<void> {
  const packing = packingOf(file);
  const limits = new TextLimits(file, {
    packed: packing === null ? null : { bytes: size, packing },
    hasLines: format !== 'json',
  });
  let isFirst = packing !== null;
  try {
    await visitText(file, signal, (part) => {
      if (isFirst) refuseForeignContent(file, part, { isPacked: true });
      isFirst = false;
      limits.next(part);
    });
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    if (error instanceof TextFault) throw textFault(file, error, await lineOf(file, error, signal));
    const { code } = error as NodeJS.ErrnoException;
    // A zstd file that is not whole is told when it is read.
    if (code?.startsWith('ZSTD_')) return;
    if (packing === 'gzip' && code?.startsWith('Z_')) throw gzipFault(file, error);
    throw error;
  }
}

/** Number of the line at the offset of a fault. */
async function lineOf(file: string, { offset }: TextFault, signal: AbortSignal | undefined): Promise<number> {
  const count = new LineCount(offset);
  try {
    await visitText(file, signal, (part) => {
      if (!count.next(part)) throw count;
    });
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    if (error !== count) throw error;
  }
  return count.line;
}

/** Passes the unpacked bytes of a text on, in pieces of a megabyte at most. */
async function visitText(file: string, signal: AbortSignal | undefined, visit: (part: Buffer) => void): Promise<void> {
  const read = createReadStream(file, { highWaterMark: piece });
  const take = async (parts: AsyncIterable<Buffer>) => {
    for await (const part of parts) visit(part);
  };
  const options = signal ? { signal } : {};
  const packing = packingOf(file);
  if (packing === null) return pipeline(read, take, options);
  const unpack: Transform = (packing === 'gzip' ? createGunzip : createZstdDecompress)({ chunkSize: piece });
  if (packing === 'zstd') return pipeline(read, unpack, take, options);
  return pipeline(read, (parts: AsyncIterable<Buffer>) => lookForMembers(file, parts), unpack, take, options);
}

import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { findBinaryTexts } from './reading/binaryTexts.ts';
import { gzipFault } from './reading/gzipFault.ts';
import { lookForMembers } from './reading/oddGzip.ts';
import { findLongNumbers } from './reading/jsonNumbers.ts';

const known = new Map<string, string>();

/**
 * Looks at files before they are read: finds the texts of Parquet files that are not marked as such and the long numbers
 * of JSON, and throws DataError for a truncated or damaged gzip file. DuckDB reads such a file without an error. Each
 * version of a file is unpacked once, as a stream.
 */
export async function checkWholeGzip(files: readonly string[], signal?: AbortSignal): Promise<void> {
  await findBinaryTexts(files);
  for (const file of files) {
    const stats = /\.gz$/i.test(file) ? statSync(file, { throwIfNoEntry: false }) : undefined;
    const state = stats ? `${stats.size} ${stats.mtimeMs}` : undefined;
    if (state === undefined || stats?.size === 0 || known.get(file) === state) continue;
    try {
      await pipeline(
        createReadStream(file, { highWaterMark: 1 << 20 }),
        (parts: AsyncIterable<Buffer>) => lookForMembers(file, parts),
        createGunzip({ chunkSize: 1 << 20 }),
        async (parts: AsyncIterable<Buffer>) => {
          for await (const part of parts) void part;
        },
        signal ? { signal } : {},
      );
    } catch (error) {
      if (signal?.aborted) throw error;
      throw gzipFault(file, error);
    }
    known.set(file, state);
  }
  await findLongNumbers(files, signal);
}

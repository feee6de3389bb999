import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { LineCount, TextFault, TextLimits, textFault } from '../reading/textLimits.ts';
import type { HeldFile } from './heldFiles.ts';

/**
 * Unpacks a compressed log beside the store. Returns it as a file under the name of the compressed one, or null when it
 * is not complete yet. The caller closes and removes it. Rejects when the disk is full or the signal is aborted, and with
 * DataError for a log that is made to fill the disk.
 */
export async function unpack(file: HeldFile, target: string, signal: AbortSignal): Promise<HeldFile | null> {
  const handle: FileHandle = await open(target, 'w+');
  try {
    const source = createReadStream('', { fd: file.handle.fd, autoClose: false, start: 0, highWaterMark: 1 << 20 });
    const packing = file.packing === 'gzip' ? 'gzip' : 'zstd';
    const limits = new TextLimits(file.path, { packed: { bytes: file.size, packing }, hasLines: false });
    const write = async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        limits.next(chunk);
        for (let done = 0; done < chunk.length;) done += (await handle.write(chunk, done)).bytesWritten;
      }
    };
    await pipeline(source, file.packing === 'gzip' ? createGunzip() : createZstdDecompress(), write, { signal });
    const { size } = await handle.stat();
    return { ...file, handle, size, packing: null };
  } catch (error) {
    await handle.close().catch(() => {});
    if (error instanceof TextFault) throw textFault(file.path, error, await lineAt(target, error.offset));
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') || code?.startsWith('ZSTD') || code === 'ERR_ZLIB_INITIALIZATION_FAILED') return null;
    throw error;
  }
}

/** Number of the line at an offset of a text. */
async function lineAt(file: string, offset: number): Promise<number> {
  const count = new LineCount(offset);
  for await (const part of createReadStream(file)) if (!count.next(part as Buffer)) break;
  return count.line;
}

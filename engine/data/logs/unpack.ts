import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { HeldFile } from './heldFiles.ts';

/**
 * Unpacks a compressed log beside the store. Returns it as a file under the name of the compressed one, or null when it
 * is not complete yet. The caller closes and removes it. Rejects when the disk is full or the signal is aborted.
 */
export async function unpack(file: HeldFile, target: string, signal: AbortSignal): Promise<HeldFile | null> {
  const handle: FileHandle = await open(target, 'w+');
  try {
    const source = createReadStream('', { fd: file.handle.fd, autoClose: false, start: 0, highWaterMark: 1 << 20 });
    const write = async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks)
        for (let done = 0; done < chunk.length;) done += (await handle.write(chunk, done)).bytesWritten;
    };
    await pipeline(source, file.packing === 'gzip' ? createGunzip() : createZstdDecompress(), write, { signal });
    const { size } = await handle.stat();
    return { ...file, handle, size, packing: null };
  } catch (error) {
    await handle.close().catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') || code?.startsWith('ZSTD') || code === 'ERR_ZLIB_INITIALIZATION_FAILED') return null;
    throw error;
  }
}

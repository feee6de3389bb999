import type { FileHandle } from 'node:fs/promises';

/** Writes all bytes at the position of a file: one call may write fewer. */
export async function writeAll(out: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await out.write(bytes, done)).bytesWritten;
}

import { closeSync, constants, createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isDiskFull, CancelledError, checkCancelled, messageOf, WorkError } from '../base/errors.ts';
import { linkOnWay } from '../base/linkOnWay.ts';
import { openInside } from '../base/openInside.ts';
import type { Tell } from './records.ts';
import { walkFiles } from './walkFiles.ts';
import { replaceFile } from '../base/replaceFile.ts';

/**
 * Copies the new and changed files of a folder; returns their number. Uses copy-on-write clones where the file system
 * supports them. Each file is written to a temporary file and renamed. Hard links would be faster elsewhere, but would
 * change when a program writes into the source.
 */
export async function copyArtifacts(
  from: string,
  to: string,
  options: { signal?: AbortSignal | undefined; tell: Tell; onFile?: (path: string) => void },
): Promise<number> {
  let copied = 0;
  for (const file of walkFiles(from, from, options.tell)) {
    checkCancelled(options.signal);
    const target = join(to, ...file.path.split('/'));
    const before = await stat(target).catch(() => null);
    if (
      before?.isFile() &&
      before.size === file.bytes &&
      Math.floor(before.mtimeMs / 1000) === Math.floor(file.changed / 1000)
    )
      continue;
    options.onFile?.(file.path);
    const part = `${target}.${process.pid}.part`;
    try {
      // A link that came with the store would lead the copy to another place.
      const link = linkOnWay(dirname(dirname(to)), dirname(target));
      if (link !== null) throw new Error(`${link} is a link`);
      await mkdir(dirname(target), { recursive: true });
      await rm(part, { force: true });
      await copyInside(from, file.full, part);
      await utimes(part, file.changed / 1000, file.changed / 1000);
      await replaceFile(part, target);
      copied++;
    } catch (error) {
      await rm(part, { force: true }).catch(() => {});
      if (error instanceof CancelledError) throw error;
      if (isDiskFull(error))
        throw new WorkError(
          `The disk is full: ${target} could not be written. What was imported before is kept; free some space and import again.`,
          { cause: error, place: { file: target } },
        );
      options.tell(file.full, `the artifact could not be copied: ${messageOf(error)}`);
    }
  }
  return copied;
}

/** Copies a file that is inside a folder when it is opened. */
async function copyInside(folder: string, path: string, to: string): Promise<void> {
  const handle = openInside(folder, path);
  if (handle === null) throw new Error('it is a link that leads out of the source, which is not followed');
  try {
    if (process.platform === 'linux')
      await copyFile(`/proc/self/fd/${handle}`, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    else await pipeline(createReadStream('', { fd: handle, autoClose: false }), createWriteStream(to, { flags: 'wx' }));
  } finally {
    closeSync(handle);
  }
}

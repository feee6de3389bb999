import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
  type BigIntStats,
} from 'node:fs';
import { isInside } from './projectPath.ts';

/**
 * Opens a regular file for reading, and returns its handle; null when the file that is open is not really inside a
 * folder, whatever links are on the way. What counts is the open file: a link may come to its path between a check and
 * the reading. Throws the error of the system for a file that is not there.
 */
export function openInside(folder: string, path: string): number | null {
  // A pipe would wait for its writer.
  const handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(handle, { bigint: true });
    if (stats.isFile() && isInside(realpathSync(folder), placeOf(handle, path, stats))) return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
  closeSync(handle);
  return null;
}

/** The real path of an open file. Only Linux tells it; elsewhere the path must still lead to the same file. */
function placeOf(handle: number, path: string, open: BigIntStats): string {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/self/fd/${handle}`);
  } catch {
    // There is no /proc.
  }
  const real = realpathSync(path);
  const now = statSync(real, { bigint: true });
  return now.ino === open.ino && now.dev === open.dev ? real : '/';
}

import { lstatSync } from 'node:fs';

/**
 * True when a path is a file or folder of this user that others cannot replace: what it names may be acted on. A link
 * is never trusted. On Windows, where Node reports no owner, the temporary folder belongs to the user alone.
 */
export function ownedByUser(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats || stats.isSymbolicLink()) return false;
  return process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o002) === 0);
}

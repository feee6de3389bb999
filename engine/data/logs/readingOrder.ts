import { basename } from 'node:path';
import type { HeldFile } from './heldFiles.ts';
import { rotatedName } from './rotation.ts';

/** Age in milliseconds from which on a last line without a line break is complete. */
const oldAfter = { rotated: 60_000, growing: 600_000 };

/** True when a log has not changed for so long that its last line is complete without a line break. */
export function isFinishedLog({ path, mtimeMs }: Pick<HeldFile, 'path' | 'mtimeMs'>): boolean {
  return Date.now() - mtimeMs > (rotatedName(basename(path)).suffixed ? oldAfter.rotated : oldAfter.growing);
}

export function oldestFirst(a: HeldFile, b: HeldFile): number {
  return a.mtimeMs - b.mtimeMs || (a.path < b.path ? -1 : 1);
}

/** Files that grow come first: a rotated copy of one is found by it. */
export function growingFirst(a: HeldFile, b: HeldFile): number {
  const [one, other] = [rotatedName(basename(a.path)).suffixed, rotatedName(basename(b.path)).suffixed];
  return one === other ? oldestFirst(a, b) : one ? 1 : -1;
}

import { realpathSync, statSync, type Stats } from 'node:fs';
import { isInside } from './projectPath.ts';

/** Returns a path with every link followed; the path itself where nothing is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** True for a place inside a folder, a real path, once every link is followed. What is not there is inside nothing. */
export function isReallyInside(folder: string, path: string): boolean {
  try {
    return isInside(folder, realpathSync(path));
  } catch {
    return false;
  }
}

/** Follows links. Null for what is not there, and for a link that leads nowhere or to itself. */
export function statAt(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

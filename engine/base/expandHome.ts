import { homedir } from 'node:os';
import { join } from 'node:path';

/** A path with `~/` in front, as settings of git hold it, as the path that a shell makes of it. */
export function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

import { readFileSync } from 'node:fs';
import { isMark, isMarked, markOf } from './processMark.ts';

/**
 * Returns the start time of a process, which distinguishes it from a later process with the same id. On Windows it is
 * the mark of a process of ours. Null where the system does not report it, and for a zombie.
 */
export function processStart(pid: number): string | null {
  if (process.platform === 'win32') return markOf(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** True when the process with this id and start time still runs. */
export function isAlive(pid: number | null, started: string | null): boolean {
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (started !== null && isMark(started)) return isMarked(pid, started);
  return started === null || processStart(pid) === started;
}

import { readFileSync } from 'node:fs';

/**
 * When a process started, so that a number that was given again is not taken for the old process; null where the system
 * does not tell, and for one that ended and was not waited for.
 */
export function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** True when the process that once had this number and start still runs. */
export function isAlive(pid: number | null, started: string | null): boolean {
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return started === null || processStart(pid) === started;
}

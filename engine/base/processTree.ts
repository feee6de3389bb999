import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isAlive, processStart } from './processIdentity.ts';

export interface TreeProcess {
  pid: number;
  started: string | null;
}

/**
 * Returns the running descendants of a process, including those that left its process group. Empty on Windows, where
 * taskkill finds them itself.
 */
export function descendantsOf(pid: number): TreeProcess[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of parents()) children.set(parent, [...(children.get(parent) ?? []), child]);
  const found: TreeProcess[] = [];
  const visit = (parent: number) => {
    for (const child of children.get(parent) ?? []) {
      found.push({ pid: child, started: processStart(child) });
      visit(child);
    }
  };
  visit(pid);
  return found;
}

/** Signals the processes that still have the start time recorded for them. */
export function signalAll(processes: readonly TreeProcess[], signal: NodeJS.Signals): void {
  for (const { pid, started } of processes) {
    if (!isAlive(pid, started)) continue;
    try {
      process.kill(pid, signal);
    } catch {
      // The process has just ended.
    }
  }
}

function parents(): [number, number][] {
  try {
    if (process.platform === 'linux')
      return readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => parentOf(name));
    if (process.platform === 'win32') return [];
    return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
      .split('\n')
      .flatMap((line) => {
        const [pid, parent] = line.trim().split(/\s+/).map(Number);
        return pid && parent ? [[pid, parent] as [number, number]] : [];
      });
  } catch {
    return [];
  }
}

function parentOf(name: string): [number, number][] {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
  } catch {
    return [];
  }
}

import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** The processes below one, by what their command line holds; only Linux tells them without a program. */
export function below(ancestor: number, part: string): number[] {
  const all = new Map(readAll().map((process) => [process.pid, process]));
  const isBelow = (pid: number): boolean => {
    for (let at = all.get(pid); at; at = all.get(at.parent)) if (at.pid === ancestor) return true;
    return false;
  };
  return [...all.values()]
    .filter((process) => process.command.includes(part) && isBelow(process.pid))
    .map((process) => process.pid);
}

function readAll(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
        return [
          { pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') },
        ];
      } catch {
        // It ended while it was read.
        return [];
      }
    });
}

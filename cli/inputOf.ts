import { readFileSync } from 'node:fs';

/** Where programs of stages may read from: the terminal, if there is one and this process is in its foreground. */
export function inputOf(stdin: Pick<NodeJS.ReadStream, 'isTTY'> = process.stdin): 'terminal' | 'none' {
  return stdin.isTTY && isInForeground() ? 'terminal' : 'none';
}

/** A program of a background job would read the input that is meant for the shell. */
function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [group, foreground] = [fields[2], fields[5]];
    return group === foreground;
  } catch {
    // Other systems do not provide this.
    return true;
  }
}

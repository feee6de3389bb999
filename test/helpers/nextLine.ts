import type { ChildProcess } from 'node:child_process';

/** What a program says next, or that it ended: waiting for more of one that ended would never end. */
export function nextLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    const told = (data: unknown) => settle(String(data).trim());
    const ended = (code: number | null) => settle(`ended with ${String(code)}`);
    const settle = (text: string) => {
      child.stdout?.off('data', told);
      child.off('close', ended);
      resolve(text);
    };
    child.stdout?.once('data', told);
    child.once('close', ended);
  });
}

import { spawnSync } from 'node:child_process';

export interface Timing {
  median: number;
  min: number;
  max: number;
  runs: number;
}

/** Median, smallest and largest of some milliseconds. */
export function summarise(times: number[]): Timing {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    runs: times.length,
  };
}

/** `median [smallest, largest]` of some milliseconds. */
export function inMs(times: number[]): string {
  const { median, min, max } = summarise(times);
  return `${median.toFixed(1)} ms [${min.toFixed(1)}, ${max.toFixed(1)}]`;
}

/** Times a program as a whole process, after one run that warms the caches. Throws when it fails. */
export function timeProcess(
  command: string,
  args: string[],
  options: { cwd: string; runs?: number; exitCodes?: number[]; env?: NodeJS.ProcessEnv },
): Timing {
  const times: number[] = [];
  for (let i = 0; i <= (options.runs ?? 7); i++) {
    const start = performance.now();
    const result = spawnSync(command, args, { cwd: options.cwd, encoding: 'utf8', env: options.env ?? process.env });
    const ms = performance.now() - start;
    if (!(options.exitCodes ?? [0]).includes(result.status ?? -1))
      throw new Error(`${command} ${args.join(' ')} ended with ${result.status}: ${result.stderr || result.stdout}`);
    if (i > 0) times.push(ms);
  }
  return summarise(times);
}

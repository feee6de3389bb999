import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { entryOf } from './entryOf.ts';

export interface CliResult {
  /** Exit code, or null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface CliOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
}

const entry = process.env['LOOPWRIGHT_CLI'] ?? entryOf('dist/cli.cjs', 'cli/main.ts');
const ownVariables = ['NO_COLOR', 'FORCE_COLOR', 'CI', 'NODE_TEST_CONTEXT', 'NODE_OPTIONS'];

/** A running command; its output grows as it comes. */
export interface RunningCli {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<CliResult>;
}

/**
 * Starts `loopwright …` as it is now: its bundle when that is new, its source otherwise, or the file in LOOPWRIGHT_CLI.
 */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of ownVariables) delete env[name];
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: options.cwd,
    env: { ...env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code, signal]): CliResult => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    out,
    err,
  }));
  return { child, out: () => out, err: () => err, ended };
}

/** Runs `loopwright …` to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const running = startCli(args, options);
  running.child.stdin?.end();
  return running.ended;
}

/** Runs a command with `--json` and gives its exit code and the one document it printed. */
export async function runJson<T = unknown>(
  args: readonly string[],
  options: CliOptions = {},
): Promise<{ code: number | null; json: T; err: string }> {
  const { code, out, err } = await runCli([...args, '--json'], options);
  try {
    return { code, json: JSON.parse(out) as T, err };
  } catch (error) {
    throw new Error(`not one JSON document: ${out}\n${err}`, { cause: error });
  }
}

/** True while a process of this number runs; one that has ended and waits for its parent does not count. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat === null ? process.platform !== 'linux' : !/^\d+ \(.*\) [ZX] /.test(stat);
}

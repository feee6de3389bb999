import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { CancelledError, WorkError, messageOf } from './errors.ts';
import { ProgramOutput, type OutputListener } from './programOutput.ts';
import { shellText } from './shellText.ts';
import { spawnGuarded } from './spawnGuarded.ts';
import { descendantsOf, signalAll, type TreeProcess } from './processTree.ts';

export interface CommandOptions extends OutputListener {
  /** A command of the shell, or a program with its arguments that is started without one. */
  cmd: string | readonly [program: string, ...args: string[]];
  cwd: string;
  env: Record<string, string | undefined>;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** Receives the process id of the shell once it runs. */
  onSpawn?: ((pid: number) => void) | undefined;
  /** File descriptor that receives standard output unchanged. `onLine` then receives standard error only. */
  stdout?: number | undefined;
  /** Standard input of the program: the terminal of this process, or nothing. */
  input?: 'terminal' | 'none' | undefined;
  /** Receives the standard input of the program, which stays open until the program ends. Replaces `input`. */
  onInput?: ((stdin: Writable) => void) | undefined;
}

/** Time that a process tree has after SIGTERM before it is killed. */
const graceMs = 3_000;
/** Maximum delay of a timer. A longer one would fire at once. */
const longestMs = 2 ** 31 - 1;

/**
 * Runs a command and resolves with its exit code. Cancelling stops the whole process tree, then rejects with
 * CancelledError.
 */
export function runCommand(options: CommandOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    let child: ChildProcess;
    try {
      // With its own process group, one signal reaches every descendant.
      const [program, args] =
        typeof options.cmd === 'string' ? [shellText(options.cmd), []] : [options.cmd[0], options.cmd.slice(1)];
      // A program of a terminal ends with its console, and reads from it.
      const start = process.platform === 'win32' && options.input !== 'terminal' ? spawnGuarded : spawn;
      child = start(program, args, {
        cwd: options.cwd,
        env: options.env,
        shell: typeof options.cmd === 'string',
        detached: process.platform !== 'win32',
        // With a hidden console a program could not read from the terminal.
        windowsHide: options.input !== 'terminal',
        stdio: [
          options.onInput ? 'pipe' : options.input === 'terminal' ? 'inherit' : 'ignore',
          options.stdout ?? 'pipe',
          'pipe',
        ],
      });
    } catch (error) {
      reject(new WorkError(`The command could not be started: ${messageOf(error)}`, { cause: error }));
      return;
    }
    try {
      if (child.pid !== undefined) options.onSpawn?.(child.pid);
    } catch (error) {
      // A process that could not be recorded must not continue.
      killTree(child, [], 'SIGKILL');
      reject(error instanceof Error ? error : new Error(messageOf(error)));
      return;
    }
    let stopped: 'cancelled' | 'timeout' | null = null;
    let killTimer: NodeJS.Timeout | undefined;
    let tree: TreeProcess[] = [];
    const kill = () => {
      killTree(child, tree, 'SIGKILL');
      // A process that survives even this can keep the pipes open for ever.
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const stop = (why: 'cancelled' | 'timeout') => {
      if (stopped) return;
      stopped = why;
      // Collected now: once a parent has exited, its children can no longer be identified.
      tree = child.pid === undefined ? [] : descendantsOf(child.pid);
      killTree(child, tree, 'SIGTERM');
      killTimer = setTimeout(kill, graceMs);
    };
    const onAbort = () => stop('cancelled');
    const timeout =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => stop('timeout'), Math.min(options.timeoutMs, longestMs));
    const onExit = () => killTree(child, child.pid === undefined ? [] : descendantsOf(child.pid), 'SIGKILL');
    process.once('exit', onExit);
    if (options.signal?.aborted) onAbort();
    else options.signal?.addEventListener('abort', onAbort, { once: true });
    const output = new ProgramOutput(options);
    for (const from of ['stdout', 'stderr'] as const) if (child[from]) output.read(child[from], from);
    // A program that ended does not read its input. Its exit code reports the reason.
    child.stdin?.on('error', () => {});
    if (child.stdin) options.onInput?.(child.stdin);
    const cleanUp = () => {
      clearTimeout(timeout);
      clearTimeout(killTimer);
      process.removeListener('exit', onExit);
      options.signal?.removeEventListener('abort', onAbort);
    };
    child.once('error', (error) => {
      cleanUp();
      reject(new WorkError(`The command could not be started: ${error.message}`, { cause: error }));
    });
    child.once('close', (code, signal) => {
      // Grandchildren that closed their output can still run.
      if (stopped) killTree(child, tree, 'SIGKILL');
      cleanUp();
      output.end();
      if (stopped === 'cancelled') reject(new CancelledError());
      else if (stopped === 'timeout')
        reject(new WorkError(`The command was stopped: it took longer than its timeout.`));
      else if (signal) reject(new WorkError(`The command was killed by ${signal}.`));
      else resolve(code ?? 1);
    });
  });
}

/**
 * Signals a process with its group, then descendants that left the group, as `timeout` and `setsid` do. The group comes
 * first: a shell whose program was stopped alone would go on with its next command.
 */
function killTree(child: ChildProcess, tree: readonly TreeProcess[], signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32')
      spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
    else process.kill(-child.pid, signal);
  } catch {
    // The group has already exited.
  }
  signalAll(tree, signal);
}

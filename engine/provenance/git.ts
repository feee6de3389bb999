import { spawn } from 'node:child_process';
import { WorkError } from '../base/errors.ts';
import { programEnvironment } from '../base/programEnvironment.ts';

export interface GitOptions {
  env?: Record<string, string>;
  input?: Uint8Array | string;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

const longestMs = 30_000;
const mostOutput = 256 << 20;

/**
 * The environment of git: independent of an enclosing repository, without prompts, hooks and daemons, and without locks
 * that block the user's own git.
 */
function environment(own: Record<string, string> = {}): Record<string, string | undefined> {
  const inherited = Object.fromEntries(
    Object.entries(programEnvironment()).filter(
      ([name]) => !name.startsWith('GIT_') || name === 'GIT_SSH' || name === 'GIT_SSH_COMMAND',
    ),
  );
  return {
    ...inherited,
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    // Where a commit of a partial clone is fetched, `ext::` and other helpers of the repository's settings start nothing.
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    ...own,
  };
}

const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.quotePath=false',
  'core.safecrlf=false',
  'diff.relative=false',
  'advice.detachedHead=false',
].flatMap((setting) => ['-c', setting]);

/**
 * Runs git in a folder and returns its output as bytes. Throws WorkError with git's message when it fails or is
 * missing.
 */
export function git(folder: string, args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...settings, ...args], {
      cwd: folder,
      env: environment(options.env),
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: options.signal,
    });
    // Node's own `timeout` keeps running for a missing program and keeps the process alive.
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? longestMs);
    const out: Buffer[] = [];
    let size = 0;
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostOutput) child.kill('SIGKILL');
      else out.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < 10_000) said += text;
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(
        new WorkError(
          error.code === 'ENOENT'
            ? 'git was not found. Install it, or put it on the PATH.'
            : `git ${args[0]} failed: ${error.message}`,
          { cause: error },
        ),
      );
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(out));
      else
        reject(
          new WorkError(
            `git ${args[0]} failed: ${said.trim().split('\n').at(-1) || (signal ? `stopped by ${signal}` : `exit code ${code}`)}`,
          ),
        );
    });
    // The exit code reports a git that ended before it read all input.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

export async function gitText(folder: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  return (await git(folder, args, options)).toString('utf8').replace(/\n$/, '');
}

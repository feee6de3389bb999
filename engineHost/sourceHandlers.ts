import { spawn, type ChildProcess } from 'node:child_process';
import { peekMs } from '../engine/data/sources/peek.ts';
import { CancelledError } from '../engine/base/errors.ts';
import type { SourceAnswer, SourcePreview, PreviewProblem } from '../protocol/sourcePreview.ts';
import type { AreaHandlers } from './handlers.ts';

/** Time for a preview to start and to end by itself, in milliseconds: a busy machine is slow to start a program. */
const mostMs = 60_000;
/** Time to end by itself after a cancellation, in milliseconds. */
const stopMs = 1500;

/**
 * Requests about sources. Each preview is a process of its own, `loopwright data preview`: a query of SQLite blocks its
 * thread, and must neither block the views nor outlive its limit. `program` is the command line of `loopwright`.
 */
export function sourceHandlers(
  root: string,
  program: readonly string[] = [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
): { handlers: AreaHandlers<'sources'>; close: () => void } {
  const going = new Map<string, AbortController>();
  const handlers: AreaHandlers<'sources'> = {
    'sources/preview': async ({ stage, rows, all, runs }, signal) => {
      const stop = new AbortController();
      signal?.addEventListener('abort', () => stop.abort(), { once: true });
      // A newer question about a stage ends the older one.
      going.get(stage)?.abort();
      going.set(stage, stop);
      try {
        const options = [...(all ? ['--all'] : []), ...(runs ? ['--run-command'] : [])];
        const args = ['data', 'preview', '--json', '--project', root, '--rows', String(rows), ...options, '--', stage];
        return answerOf(await output(program, args, root, stop.signal), stage);
      } finally {
        if (going.get(stage) === stop) going.delete(stage);
      }
    },
    'sources/stop': ({ stage }) => {
      const one = going.get(stage);
      one?.abort();
      return { stopped: one !== undefined };
    },
  };
  return { handlers, close: () => going.forEach((one) => one.abort()) };
}

/** Runs the program to its end and returns what it printed. Rejects with CancelledError when the signal aborts. */
async function output(program: readonly string[], args: string[], cwd: string, signal: AbortSignal): Promise<string> {
  if (signal.aborted) throw new CancelledError('The preview was cancelled.');
  const [file = '', ...first] = program;
  const child = spawn(file, [...first, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  const late = setTimeout(() => child.kill('SIGKILL'), mostMs);
  let kill: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill();
    // A program that is blocked does not see the signal.
    kill = setTimeout(() => child.kill('SIGKILL'), stopMs);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { text, words, code, ended } = await readAll(child);
    if (signal.aborted) throw new CancelledError('The preview was cancelled.');
    if (ended !== null)
      return failure(
        `The source did not answer within ${peekMs / 1000} s. Make its query smaller; \`loopwright run\` has no such limit.`,
      );
    return text.trim() === ''
      ? failure(`The preview ended with exit code ${code ?? 'unknown'}${words === '' ? '' : `: ${words}`}`)
      : text;
  } finally {
    clearTimeout(late);
    clearTimeout(kill);
    signal.removeEventListener('abort', stop);
  }
}

function readAll(
  child: ChildProcess,
): Promise<{ text: string; words: string; code: number | null; ended: NodeJS.Signals | null }> {
  let text = '';
  let words = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (words = (words + part).slice(-2000)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, ended) => resolve({ text, words: words.trim(), code, ended }));
  });
}

const failure = (message: string): string => JSON.stringify({ error: { message } });

/** The error that `--json` prints: its message, its place when it has one, and problems of the project. */
interface PrintedError {
  message: string;
  file?: string;
  line?: number;
  column?: number;
  problems?: { file: string; line: number; column: number; message: string }[];
}

function answerOf(text: string, stage: string): SourceAnswer {
  const printed = JSON.parse(text) as SourcePreview | { error: PrintedError };
  if (!('error' in printed)) return { preview: printed, problem: null };
  const { message, file, line, column, problems = [] } = printed.error;
  const [first] = problems;
  const place: PreviewProblem['place'] =
    file !== undefined
      ? { file, line: line ?? 1, column: column ?? 1 }
      : first
        ? { file: first.file, line: first.line, column: first.column }
        : null;
  return {
    preview: null,
    problem: { stage, message: first && file === undefined ? `${message} ${first.message}` : message, place },
  };
}

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { RunStatus } from '../../../protocol/lifeCycle.ts';
import type { CodeVersion } from '../../provenance/codeVersion.ts';
import { CancelledError, messageOf } from '../../base/errors.ts';
import type { FoundPython } from '../../python/findPython.ts';
import { loadProject } from '../../project/loadProject.ts';
import { openStore } from '../../tracking/openStore.ts';
import { executeRun } from '../execute.ts';
import { type RunOutcome, type RunRequest } from '../runRequest.ts';

/**
 * The order to a trial process on standard input, as one line of JSON. The process stops when its input ends.
 */
interface TrialOrder {
  stages: string[];
  experiment: string;
  params: NonNullable<RunRequest['params']>;
  tags: Record<string, string>;
  commandLine: string;
  period: RunRequest['period'];
  python: FoundPython | null;
  code: Omit<CodeVersion, 'patch'> & { patch: string | null };
}

/** The messages of a trial process, one a line. */
type TrialNews =
  | { start: { runId: string; name: string } }
  | { log: [stage: string, line: string] }
  | { end: [stage: string, status: RunStatus, summary: string, ms: number] }
  | { outcome: RunOutcome | null }
  | { error: string };

export type TrialRequest = Omit<RunRequest, 'project' | 'store'> & { code: CodeVersion; stages: readonly string[] };

/** Runs a trial in another process of this program. Rejects with CancelledError when it was stopped. */
export async function runTrialProcess(
  program: readonly string[],
  root: string,
  trial: TrialRequest,
): Promise<RunOutcome> {
  const { code, signal, events } = trial;
  const [command = process.execPath, ...args] = program;
  const child = spawn(command, [...args, 'trial', '--project', root], {
    cwd: root,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const order: TrialOrder = {
    stages: [...trial.stages],
    experiment: trial.experiment ?? 'default',
    params: trial.params ?? {},
    tags: trial.tags ?? {},
    commandLine: trial.commandLine ?? '',
    period: trial.period,
    python: trial.python?.() ?? null,
    code: { ...code, patch: code.patch?.toString('base64') ?? null },
  };
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify(order)}\n`);
  const stop = () => void child.stdin.end();
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('close', (exit, by) =>
      resolve(
        `ended with ${by ?? `exit code ${exit}`}${errors.trim() === '' ? '' : `: ${errors.trim().split('\n').at(-1)}`}`,
      ),
    );
  });
  let outcome: RunOutcome | null = null;
  let said: string | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    const news = JSON.parse(line) as TrialNews;
    if ('start' in news) events?.onStart?.(news.start, []);
    else if ('log' in news) events?.onLog?.(...news.log);
    else if ('end' in news) events?.onStageEnd?.(...news.end);
    else if ('outcome' in news) outcome = news.outcome;
    else said = news.error;
  }
  const why = await ended;
  signal?.removeEventListener('abort', stop);
  if (outcome) return outcome;
  if (signal?.aborted) throw new CancelledError();
  // The next process that opens the store marks the run as interrupted, if it began.
  return {
    runId: null,
    name: null,
    status: 'failed',
    stages: [],
    registered: [],
    error: { stage: '', message: said ?? `the process of the trial ${why}`, place: null },
  };
}

/** The trial process: runs the order from standard input in the folder of a trial. */
export async function serveTrial(
  root: string,
  check: RunRequest['check'],
  input: Readable,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const say = (news: TrialNews) => tell(JSON.stringify(news));
  const stopped = new AbortController();
  const lines = createInterface({ input })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) return;
  const order = JSON.parse(first.value) as TrialOrder;
  // No further input follows. Its end means that the trial must stop, or that the parent process is gone.
  void lines.next().then(() => stopped.abort());
  const store = openStore(root);
  try {
    const outcome = await executeRun({
      project: loadProject(root),
      store,
      check,
      stages: order.stages,
      force: true,
      held: true,
      registers: false,
      experiment: order.experiment,
      params: order.params,
      tags: order.tags,
      commandLine: order.commandLine,
      period: order.period,
      python: () => order.python,
      code: { ...order.code, patch: order.code.patch === null ? null : Buffer.from(order.code.patch, 'base64') },
      signal: AbortSignal.any([stopped.signal, signal]),
      events: {
        onStart: ({ runId, name }) => say({ start: { runId, name } }),
        onLog: (...log) => say({ log }),
        onStageEnd: (...end) => say({ end }),
      },
    });
    say({ outcome });
  } catch (error) {
    say(error instanceof CancelledError ? { outcome: null } : { error: messageOf(error) });
  } finally {
    store.sql.close();
    // A handle that stays open would keep this process alive, and its parent waits for its end.
    input.destroy();
  }
}

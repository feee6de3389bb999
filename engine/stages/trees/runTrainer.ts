import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { CancelledError, WorkError } from '../../base/errors.ts';
import { helperFile } from '../../base/helperFile.ts';
import type { Variables } from '../../base/programEnvironment.ts';
import { runCommand } from '../../base/runCommand.ts';
import type { FoundPython } from '../../python/findPython.ts';
import type { StageContext } from '../stageContext.ts';
import { faultError } from './faultError.ts';
import type { Done, Iteration, Ready, TrainerReport, TrainerRequest } from './trainerReport.ts';

export interface TrainerJob {
  python: FoundPython;
  env: Variables;
  model: TrainerRequest['model'];
  library: string;
  /** Prepares the data while the program waits, once it is known what it can read. */
  request: (ready: Ready) => Promise<TrainerRequest>;
  onIteration: (iteration: Iteration) => void;
}

/**
 * Runs `helper/train.py` in the Python of the project. What it prints goes to the log of the stage. Throws WorkError
 * with what is missing or what the library says, CancelledError after its processes have ended.
 */
export async function runTrainer(context: StageContext, job: TrainerJob): Promise<{ ready: Ready; done: Done }> {
  const script = helperFile('train.py');
  if (script === null)
    throw new WorkError('`helper/train.py` is missing from the installation; install Loopwright again.');
  const { root } = context.project;
  const stop = new AbortController();
  const got: { ready?: Ready; done?: Done; error?: unknown; last?: string } = {};
  let input: Writable | undefined;
  const handOver = async (ready: Ready) => {
    try {
      const request = await job.request(ready);
      input?.write(`${JSON.stringify(request)}\n`);
    } catch (error) {
      got.error ??= error;
      stop.abort();
    }
  };
  let preparing: Promise<void> = Promise.resolve();
  const take = (report: TrainerReport) => {
    switch (report.event) {
      case 'ready':
        got.ready = report;
        preparing = handOver(report);
        break;
      case 'iteration':
        job.onIteration(report);
        break;
      case 'working':
        context.progress('training');
        break;
      case 'done':
        got.done = report;
        break;
      case 'fault':
        got.error ??= faultError(report, { root, python: job.python, model: job.model, ready: got.ready });
    }
  };
  let code: number;
  try {
    code = await runCommand({
      cmd: [job.python.path, '-X', 'utf8', script, job.model, job.library],
      cwd: root,
      // The hashes of texts order sets; with random ones the same model would have other bytes.
      env: { ...job.env, PYTHONHASHSEED: '0', PYTHONUNBUFFERED: '1' },
      signal: AbortSignal.any([context.signal, stop.signal]),
      onSpawn: (pid) => context.run.child(context.node.name, pid),
      onInput: (stdin) => (input = stdin),
      onLine: (line, from) => {
        const report = from === 'stdout' ? parse(line) : null;
        if (report) return take(report);
        const text = stripVTControlCharacters(line).trim();
        if (text !== '') got.last = text;
        context.log(line, from);
      },
    });
  } catch (error) {
    throw got.error !== undefined && error instanceof CancelledError && !context.signal.aborted ? got.error : error;
  } finally {
    await preparing;
  }
  if (got.error !== undefined) throw got.error;
  if (code !== 0 || !got.ready || !got.done)
    throw new WorkError(
      `Training in Python ended with exit code ${code} and no model.${got.last === undefined ? '' : ` Its last line: ${got.last.slice(0, 300)}`}`,
    );
  return { ready: got.ready, done: got.done };
}

function parse(line: string): TrainerReport | null {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' && 'event' in value ? (value as TrainerReport) : null;
  } catch {
    return null;
  }
}

import { exitCodes } from '../../protocol/problem.ts';
import { ProjectError } from '../../engine/base/errors.ts';
import { goingRuns, type GoingProcess } from '../../engine/runner/goingRuns.ts';
import { stopRun } from '../../engine/runner/stopRun.ts';
import { findRun } from '../../engine/tracking/runDetail.ts';
import type { Store } from '../../engine/store/store.ts';
import type { CommandContext } from '../context.ts';
import { timeText } from '../../words/times.ts';

export interface StopOptions {
  all?: boolean;
}

/** `loopwright stop [run]`: stops what runs, whichever window or terminal started it. */
export async function stop(context: CommandContext, name: string | undefined, options: StopOptions): Promise<number> {
  const { terminal } = context;
  const store = context.storeIfAny();
  const going = store ? goingRuns(store) : [];
  const chosen = options.all ? going : chooseGoing(store, going, name, 'stop', ', or `--all`');
  if (!store || chosen.length === 0) {
    if (context.json) context.printJson([]);
    else terminal.line('Nothing is running.');
    return exitCodes.done;
  }
  for (const run of chosen) {
    terminal.note(`stopping ${goingText(run)} …`);
    await stopRun(store, run);
  }
  if (context.json) context.printJson(chosen.map(({ runId, name: run, pid }) => ({ runId, name: run, pid })));
  else terminal.line(`Stopped ${chosen.map((run) => run.name).join(', ')}.`);
  return exitCodes.done;
}

/**
 * The run that is meant: the one that was named, or the only one that runs. ProjectError with a list when that is not
 * clear.
 */
export function chooseGoing(
  store: Store | null,
  going: readonly GoingProcess[],
  name: string | undefined,
  verb: string,
  more = '',
): GoingProcess[] {
  if (name === undefined) {
    if (going.length > 1)
      throw new ProjectError(
        `${going.length} runs are going: ${going.map(goingText).join('; ')}. Name the one to ${verb}${more}.`,
      );
    return [...going];
  }
  const byProcess = going.filter((run) => String(run.pid) === name || run.name === name);
  if (byProcess.length > 0) return byProcess;
  if (!store) return [];
  const { run_id: runId, name: runName } = findRun(store, name);
  const pid = store.sql.get<{ pid: number | null }>('SELECT pid FROM runs WHERE run_id = ?', runId)?.pid;
  const found = going.filter((run) => run.runId === runId || run.pid === pid);
  if (found.length === 0)
    throw new ProjectError(
      `${runName} is not running.${going.length === 0 ? '' : ` Running: ${going.map(goingText).join('; ')}.`}`,
    );
  return found;
}

export function goingText({ name, stage, startedAt, pid }: GoingProcess): string {
  const facts = [stage, startedAt === null ? null : `started ${timeText(startedAt)}`, `process ${pid}`].filter(
    (fact) => fact !== null,
  );
  return `${name} (${facts.join(', ')})`;
}

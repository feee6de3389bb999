import { exitCodes } from '../../protocol/problem.ts';
import { ProjectError } from '../../engine/base/errors.ts';
import { goingRuns, type GoingProcess } from '../../engine/runner/goingRuns.ts';
import { stopRun } from '../../engine/runner/stopRun.ts';
import { findRun } from '../../engine/tracking/runDetail.ts';
import { unfinishedRuns } from '../../engine/tracking/unfinishedRuns.ts';
import type { Store } from '../../engine/store/store.ts';
import type { CommandContext } from '../context.ts';
import { timeText } from '../../words/times.ts';

export interface StopOptions {
  all?: boolean;
}

/** `loopwright stop [run]`: stops a run, even if another window or terminal started it. */
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
  const reached = options.all ? chosen.filter((run) => run.host === null) : chosen;
  for (const run of chosen)
    if (!reached.includes(run)) terminal.note(`${goingText(run)} is still running; stop it there.`);
  for (const run of reached) {
    terminal.note(`stopping ${goingText(run)} …`);
    await stopRun(store, run);
  }
  if (context.json) context.printJson(reached.map(({ runId, name: run, pid }) => ({ runId, name: run, pid })));
  else if (reached.length > 0) terminal.line(`Stopped ${reached.map((run) => run.name).join(', ')}.`);
  else terminal.line('Nothing is running on this machine.');
  return exitCodes.done;
}

/**
 * The chosen run: the named one, or the only one that runs. Throws a ProjectError with a list when that is ambiguous.
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
        `${going.length} runs are in progress: ${going.map(goingText).join('; ')}. Name the run to ${verb}${more}.`,
      );
    return [...going];
  }
  const byProcess = going.filter((run) => String(run.pid) === name || run.name === name);
  if (byProcess.length > 0) return byProcess;
  if (!store) return [];
  const { run_id: runId, name: runName } = findRun(store, name);
  const process = unfinishedRuns(store).find((run) => run.runId === runId);
  const found = going.filter(
    (run) => run.runId === runId || (process && run.pid === process.pid && run.owner === process.owner),
  );
  if (found.length === 0)
    throw new ProjectError(
      `${runName} is not running.${going.length === 0 ? '' : ` Running: ${going.map(goingText).join('; ')}.`}`,
    );
  return found;
}

export function goingText({ name, stage, startedAt, pid, host }: GoingProcess): string {
  const where = `process ${pid}${host === null ? '' : ` on ${host}`}`;
  const facts = [stage, startedAt === null ? null : `started ${timeText(startedAt)}`, where].filter(
    (fact) => fact !== null,
  );
  return `${name} (${facts.join(', ')})`;
}

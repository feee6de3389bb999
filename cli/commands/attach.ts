import { exitCodes } from '../../protocol/problem.ts';
import { WorkError } from '../../engine/base/errors.ts';
import { followRun } from '../../engine/runner/followRun.ts';
import { goingRuns } from '../../engine/runner/goingRuns.ts';
import type { CommandContext } from '../context.ts';
import { runPrinter } from '../runPrinter.ts';
import { chooseGoing, goingText } from './stop.ts';

/**
 * `loopwright attach [run]`: follows the output of a run that another window or terminal started. Ctrl-C leaves it
 * running.
 */
export async function attach(context: CommandContext, name: string | undefined): Promise<number> {
  const { terminal } = context;
  const store = context.storeIfAny();
  const [run] = chooseGoing(store, store ? goingRuns(store) : [], name, 'attach to');
  if (!store || !run) {
    terminal.line('Nothing is running. `loopwright runs` lists earlier runs.');
    return exitCodes.done;
  }
  if (run.runId === null) throw new WorkError(`${run.name} has not started its run yet. Try again in a moment.`);
  terminal.note(`${goingText(run)}. Ctrl-C leaves it running; \`loopwright stop ${run.name}\` stops it.`);
  const status = await followRun(store, run.runId, runPrinter(terminal, { json: context.json }), context.signal);
  if (status === null) {
    terminal.note(`${run.name} continues without this terminal.`);
    return exitCodes.done;
  }
  terminal.note(`${run.name} ${status}.`);
  return status === 'finished' ? exitCodes.done : status === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;
}

import { recoverStore } from '../../engine/store/recoverStore.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../terminal.ts';
import { count } from '../../words/numbers.ts';

export interface RecoverOptions {
  dryRun?: boolean;
}

/** `loopwright recover`: recovers the readable part of a damaged store. */
export function recover(context: CommandContext, options: RecoverOptions): Promise<number> {
  const { terminal } = context;
  const { tables, damaged } = recoverStore(context.project().root, { dryRun: options.dryRun ?? false });
  if (context.json) {
    context.printJson({ tables, damaged });
    return Promise.resolve(exitCodes.done);
  }
  const shown = tables.filter(({ saved, had, problem }) => saved > 0 || (had ?? 0) > 0 || problem !== null);
  for (const line of table(
    ['what', 'saved', 'of', ''],
    shown.map(({ name, saved, had, problem }) => [
      name,
      count(saved),
      had === null ? '?' : count(had),
      problem === null ? '' : `broken: ${problem}`,
    ]),
    [1, 2],
  ))
    terminal.line(line);
  if (damaged === null)
    terminal.line('Nothing was changed. Without --dry-run the damaged file is set aside and this data replaces it.');
  else terminal.line(`The damaged store is kept as ${damaged}.`);
  return Promise.resolve(exitCodes.done);
}

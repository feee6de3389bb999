import { ProjectError } from '../../../engine/base/errors.ts';
import { addLabel, undoLabel } from '../../../engine/labelling/labelling.ts';
import { openTask } from '../../../engine/labelling/openTask.ts';
import { resolveTask } from '../../../engine/labelling/task.ts';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import type { LabelDone } from '../../../protocol/labelling.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { defaultLabeller } from '../../../engine/labelling/labeller.ts';
import { labelByKeys, pressedKeys } from '../../labelByKeys.ts';

export interface DataLabelOptions {
  labeller?: string;
  key?: string;
  label?: string;
  skip?: boolean;
  undo?: boolean;
}

/** `loopwright data label TASK`: asks row by row on a terminal, or appends one given decision. */
export async function dataLabel(
  context: CommandContext,
  name: string | undefined,
  options: DataLabelOptions,
): Promise<number> {
  const project = context.project();
  const config = context.config();
  const task = resolveTask(project, config, name);
  const labeller = options.labeller ?? defaultLabeller(project.root);
  if (options.undo) {
    tell(context, undoLabel(task, labeller), labeller);
    return exitCodes.done;
  }
  const given = options.key !== undefined;
  if (given && (options.label === undefined) === (options.skip !== true))
    throw new ProjectError('With --key, give either --label VALUE or --skip.');
  if (!given && (options.label !== undefined || options.skip)) throw new ProjectError('Name the row with --key VALUE.');
  const onTerminal = process.stdin.isTTY && process.stdout.isTTY && !context.json;
  if (!given && !onTerminal)
    throw new ProjectError(
      'Labelling row by row needs a terminal. Otherwise give --key VALUE with --label VALUE or --skip, or --undo.',
    );
  return withDatabase(context.signal, async (db) => {
    const open = await openTask(db, { project, config, store: context.storeIfAny(), folder: project.root }, task);
    try {
      if (given)
        tell(
          context,
          await addLabel(open, { key: options.key ?? '', label: options.label ?? null, labeller }),
          labeller,
        );
      else
        await labelByKeys(open, {
          labeller,
          keys: pressedKeys(process.stdin, context.signal),
          terminal: context.terminal,
        });
    } finally {
      await open.close();
    }
    return exitCodes.done;
  });
}

function tell({ json, printJson, terminal }: CommandContext, done: LabelDone, labeller: string): void {
  if (json) return printJson({ ...done, labeller });
  if (done.note !== null) terminal.note(done.note);
  terminal.line(
    `${JSON.stringify(done.key)} by ${labeller}: ${done.label === undefined ? 'not decided' : (done.label ?? 'skipped')}`,
  );
}

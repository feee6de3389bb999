import { resolve } from 'node:path';
import { ProjectError } from '../../../engine/base/errors.ts';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { writeConsolidated } from '../../../engine/labelling/consolidated.ts';
import { summarise } from '../../../engine/labelling/labelling.ts';
import { openTask } from '../../../engine/labelling/openTask.ts';
import { listTasks, resolveTask, type LabelTask } from '../../../engine/labelling/task.ts';
import type { LabelSummary } from '../../../protocol/labelling.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { timeText } from '../../../words/times.ts';
import { count, fixed } from '../../../words/numbers.ts';
import { bar, table } from '../../terminal.ts';

export interface DataLabelsOptions {
  output?: string;
}

/**
 * `loopwright data labels [TASK]`: progress, agreement and rules; with `--output` it also writes one label per row to a
 * file.
 */
export async function dataLabels(
  context: CommandContext,
  name: string | undefined,
  { output }: DataLabelsOptions,
): Promise<number> {
  const project = context.project();
  const config = context.config();
  if (output !== undefined && name === undefined && Object.keys(config.labelling ?? {}).length > 1)
    throw new ProjectError(
      `Name the task whose labels are written: ${Object.keys(config.labelling ?? {}).join(', ')}.`,
    );
  const { tasks, broken } =
    name === undefined && Object.keys(config.labelling ?? {}).length > 1
      ? listTasks(project, config)
      : { tasks: [resolveTask(project, config, name)], broken: [] };
  const place = { project, config, store: context.storeIfAny(), folder: project.root };
  const summaries: LabelSummary[] = [];
  const work = (task: LabelTask) =>
    withDatabase(context.signal, async (db) => {
      // The model only orders the queue.
      const open = await openTask(db, place, { ...task, model: null });
      const summary = await summarise(open);
      summaries.push({ ...summary, task: { ...summary.task, model: task.model } });
      return output === undefined ? null : writeConsolidated(open, resolve(output));
    });
  for (const task of tasks) {
    const written = await work(task);
    const summary = summaries.at(-1);
    if (context.json || !summary) continue;
    for (const line of summaryLines(summary)) context.terminal.line(line);
    if (written)
      context.terminal.note(
        `${count(written.rows)} labels written to ${resolve(output ?? '')}: ${count(written.hand)} by hand, ${count(written.rule)} by rules`,
      );
  }
  for (const { name: task, message } of broken) context.terminal.note(`${task}: ${message}`);
  if (context.json)
    context.printJson(
      name === undefined && tasks.length + broken.length > 1 ? { tasks: summaries, broken } : summaries[0],
    );
  return exitCodes.done;
}

function summaryLines(summary: LabelSummary): string[] {
  const { task, rows, labelled, complete, classes, people, agreement, rules, weak, ties } = summary;
  const lines = [
    `${task.name}  ${bar(rows === 0 ? 0 : labelled / rows)} ${count(labelled)} of ${count(rows)} rows labelled${task.labellers > 1 ? `, ${count(complete)} by ${task.labellers} people` : ''}`,
    '',
  ];
  lines.push(
    ...table(
      [task.label, 'by hand', ...(weak ? ['only by rules'] : [])],
      [
        ...classes.map(({ label, rows: hand, weak: byRule }) => [label, count(hand), ...(weak ? [count(byRule)] : [])]),
        ...(ties > 0 || weak?.undecided ? [['undecided', count(ties), ...(weak ? [count(weak.undecided)] : [])]] : []),
      ],
      [1, 2],
    ),
  );
  if (people.length > 0)
    lines.push(
      '',
      ...table(
        ['labeller', 'labelled', 'skipped', 'today', 'last'],
        people.map((one) => [
          plain(one.labeller),
          count(one.labelled),
          count(one.skipped),
          count(one.today),
          timeText(one.last),
        ]),
        [1, 2, 3],
      ),
    );
  if (agreement.length > 0)
    lines.push(
      '',
      ...table(
        ['agreement of', 'and', 'rows', 'alike', "Cohen's kappa"],
        agreement.map((one) => [
          plain(one.first),
          plain(one.second),
          count(one.n),
          fixed(one.observed, 3),
          fixed(one.kappa, 3),
        ]),
        [2, 3, 4],
      ),
      `They disagree on ${count(summary.disagreementCount)} rows.`,
    );
  if (rules.length > 0)
    lines.push(
      '',
      ...table(
        ['rule', 'rows', 'conflicts', 'judged by hand', 'right'],
        rules.map((one) => [
          plain(one.rule),
          count(one.covered),
          count(one.conflicts),
          count(one.judged),
          fixed(one.accuracy, 3),
        ]),
        [1, 2, 3, 4],
      ),
    );
  return [...lines, ...summary.notes.flatMap((note) => ['', note])];
}

/** Names come from a file that may be untrusted. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '�');
}

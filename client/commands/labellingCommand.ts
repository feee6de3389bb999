import type { LabelTaskInfo } from '../../protocol/labelling.ts';
import { setting } from '../settings.ts';
import type { RowSubject } from '../views/row.ts';
import { mayRun, projectOf } from './ask.ts';
import { choice, pick } from './pick.ts';
import type { CommandContext } from './context.ts';

/** Opens the labelling view on a task: of the dataset of the row, or the one the person picks. */
export function openLabelling(context: CommandContext): (given?: RowSubject) => Promise<void> {
  return async (given) => {
    const project = (await mayRun()) ? await projectOf(context, given) : undefined;
    if (!project) return;
    const { tasks } = await project.engine.request('labels/tasks', {});
    const own = given?.dataset === undefined ? tasks : tasks.filter(({ dataset }) => dataset === given.dataset);
    const task = await pickTask(own.length > 0 ? own : tasks);
    if (task === undefined) return;
    context.panels.show('labelling', project, { task, labeller: setting('labelling.labeller').trim() || null });
  };
}

/** Null where the project has no task: the view then says how to get one. */
async function pickTask(tasks: LabelTaskInfo[]): Promise<string | null | undefined> {
  if (tasks.length <= 1) return tasks[0]?.name ?? null;
  return pick(
    'Label what?',
    tasks.map(({ name, dataset, label }) => choice(name, name, `${label} of ${dataset}`, 'tag')),
  );
}

import type { LabelOrder, LabelTaskInfo, LabelTasks } from '../../protocol/labelling.ts';
import { ProjectError, messageOf } from '../base/errors.ts';
import { suggestion } from '../base/didYouMean.ts';
import type { Project } from '../project/loadProject.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { classesOf, keyOf, schemaOf, taskProblems } from '../project/labelTask.ts';
import { projectPath } from '../base/projectPath.ts';

/** A labelling task with defaults filled in and names checked. */
export interface LabelTask extends LabelTaskInfo {
  /** The label file, absolute. */
  path: string;
  /** SQL of the weak labelling rules, relative to the project. */
  rules: string | null;
  show: string[] | null;
  schema: DatasetSchema | null;
  seed: number;
}

/** The task with a name; the name may be omitted when there is one task. Throws ProjectError with a suggestion. */
export function resolveTask(project: Project, config: ProjectConfig, name: string | undefined): LabelTask {
  const tasks = config.labelling ?? {};
  const names = Object.keys(tasks);
  if (names.length === 0)
    throw new ProjectError('The project has no labelling task. Declare one under `labelling` in loopwright.yaml.');
  const wanted = name ?? (names.length === 1 ? names[0] : undefined);
  if (wanted === undefined) throw new ProjectError(`Say which labelling task: ${names.join(', ')}.`);
  const task = Object.hasOwn(tasks, wanted) ? tasks[wanted] : undefined;
  if (!task)
    throw new ProjectError(
      `There is no labelling task \`${wanted}\`.${suggestion(wanted, names) || ` Declared: ${names.join(', ')}.`}`,
    );
  const problem = taskProblems(project, config, task)[0];
  if (problem) throw new ProjectError(`The labelling task \`${wanted}\` cannot be used. ${problem.message}`);
  const schema = schemaOf(project, config, task.data);
  const classes = classesOf(task, schema) ?? [];
  const model = task.model ?? null;
  const order: LabelOrder = task.order ?? (model === null ? 'unlabelled' : 'uncertain');
  return {
    name: wanted,
    dataset: task.data,
    key: keyOf(task, schema) ?? '',
    label: task.label,
    classes,
    order,
    labellers: task.labellers ?? 1,
    model,
    hasRules: task.rules !== undefined,
    file: task.file,
    path: projectPath(project.root, task.file),
    rules: task.rules ?? null,
    show: task.show ?? null,
    schema,
    seed: config.seed ?? 0,
  };
}

/** All tasks: the usable ones, and why the others cannot be used. */
export function listTasks(
  project: Project,
  config: ProjectConfig,
): Pick<LabelTasks, 'broken'> & { tasks: LabelTask[] } {
  const tasks: LabelTask[] = [];
  const broken: LabelTasks['broken'] = [];
  for (const name of Object.keys(config.labelling ?? {})) {
    try {
      tasks.push(resolveTask(project, config, name));
    } catch (error) {
      broken.push({ name, message: messageOf(error) });
    }
  }
  return { tasks, broken };
}

/** The part of a task that is sent to views. */
export function taskInfo({
  name,
  dataset,
  key,
  label,
  classes,
  order,
  labellers,
  model,
  hasRules,
  file,
}: LabelTask): LabelTaskInfo {
  return { name, dataset, key, label, classes, order, labellers, model, hasRules, file };
}

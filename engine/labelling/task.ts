import { join } from 'node:path';
import type { LabelOrder, LabelTaskInfo, LabelTasks } from '../../protocol/labelling.ts';
import { ProjectError, messageOf } from '../base/errors.ts';
import { suggestion } from '../base/didYouMean.ts';
import { isGlob } from '../base/glob.ts';
import type { Project } from '../project/loadProject.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { LabelTaskConfig, ProjectConfig } from '../project/schema/projectSchema.ts';
import { splitColumn } from '../stages/split.ts';

/** A labelling task with its defaults filled in and its names checked. */
export interface LabelTask extends LabelTaskInfo {
  /** The label file, absolute. */
  path: string;
  /** SQL of the weak rules, relative to the project. */
  rules: string | null;
  show: string[] | null;
  schema: DatasetSchema | null;
  seed: number;
}

/** What is wrong with a task, at a path below `labelling.<name>`. */
export interface TaskProblem {
  path: (string | number)[];
  message: string;
}

/** A task by its name; of one alone, the name may be left out. Throws ProjectError with what is near. */
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
    path: join(project.root, task.file),
    rules: task.rules ?? null,
    show: task.show ?? null,
    schema,
    seed: config.seed ?? 0,
  };
}

/** All tasks: those that can be used, and why the others cannot. */
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

/** The part of a task that may leave the engine. */
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

/** What is wrong with a task, by the config and the schema of its dataset. */
export function taskProblems(project: Project, config: ProjectConfig, task: LabelTaskConfig): TaskProblem[] {
  const datasets = Object.keys(config.datasets ?? {});
  if (!datasets.includes(task.data))
    return [
      {
        path: ['data'],
        message: `There is no dataset \`${task.data}\`.${suggestion(task.data, datasets) || (datasets.length > 0 ? ` Declared: ${datasets.join(', ')}.` : ' Declare it under `datasets`.')}`,
      },
    ];
  const problems: TaskProblem[] = [];
  const schema = schemaOf(project, config, task.data);
  const columns = schema?.fields.map((field) => field.name) ?? null;
  const known = (column: string, path: (string | number)[]) => {
    if (columns && !columns.includes(column) && column !== splitColumn)
      problems.push({
        path,
        message: `The schema of \`${task.data}\` has no column \`${column}\`.${suggestion(column, columns)}`,
      });
  };
  const key = keyOf(task, schema);
  if (key === null)
    problems.push({
      path: ['data'],
      message: `Nothing says which column names a row of \`${task.data}\`. Set \`key\`, or one column as \`primaryKey\` of its schema.`,
    });
  else if (task.key !== undefined) known(task.key, ['key']);
  if (key === task.label)
    problems.push({ path: ['label'], message: `\`${task.label}\` is the key and cannot be the label too.` });
  else if (reserved.includes(task.label.toLowerCase()) || (key !== null && reserved.includes(key.toLowerCase())))
    problems.push({
      path: ['label'],
      message: `The label file has columns ${reserved.join(', ')} of its own; neither the key nor the label may be called so.`,
    });
  task.show?.forEach((column, i) => known(column, ['show', i]));
  const classes = classesOf(task, schema);
  if (classes === null)
    problems.push({
      path: ['label'],
      message: `Nothing says which values \`${task.label}\` may have. Set \`classes\`, or categories of a field \`${task.label}\` in the schema of \`${task.data}\`.`,
    });
  else if (new Set(classes).size < classes.length)
    problems.push({
      path: ['classes'],
      message: `Two of the classes are written the same way in the label file: ${classes.join(', ')}.`,
    });
  else if (classes.some((label) => label.trim() === ''))
    problems.push({
      path: ['classes'],
      message: 'A class must not be empty: an empty label stands for a skipped row.',
    });
  if (task.rules !== undefined && !project.files.exists(task.rules))
    problems.push({ path: ['rules'], message: `There is no file \`${task.rules}\`.` });
  if (
    task.model !== undefined &&
    !Object.values(config.stages).some((stage) => 'uses' in stage && stage.uses === 'train')
  )
    problems.push({
      path: ['model'],
      message: `No stage trains a model, so there is no ${task.model}. Remove \`model\`, or add a train stage.`,
    });
  if (isGlob(task.file) || !/\.csv$/i.test(task.file) || isOutside(task.file))
    problems.push({
      path: ['file'],
      message: `\`${task.file}\` must be one file inside the project that ends in \`.csv\`.`,
    });
  return problems;
}

const reserved = ['labeller', 'labelled_at', 'source'];

function isOutside(path: string): boolean {
  return /^(\/|~|[A-Za-z]:|\\)/.test(path) || path.split(/[\\/]/).includes('..');
}

function schemaOf(project: Project, config: ProjectConfig, dataset: string): DatasetSchema | null {
  const path = config.datasets?.[dataset]?.schema;
  return path === undefined ? null : (project.schemas.get(path)?.value ?? null);
}

function keyOf(task: LabelTaskConfig, schema: DatasetSchema | null): string | null {
  const keys = [schema?.primaryKey ?? []].flat();
  return task.key ?? (keys.length === 1 ? (keys[0] ?? null) : null);
}

function classesOf(task: LabelTaskConfig, schema: DatasetSchema | null): string[] | null {
  if (task.classes) return task.classes.map(String);
  const field = schema?.fields.find(({ name }) => name === task.label);
  if (field?.type === 'boolean') return ['true', 'false'];
  const values =
    field?.categories?.map((category) => (typeof category === 'object' ? category.value : category)) ??
    field?.constraints?.enum;
  return values && values.length > 1 ? values.map(String) : null;
}

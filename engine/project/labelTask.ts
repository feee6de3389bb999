import { suggestion } from '../base/didYouMean.ts';
import { isGlob } from '../base/glob.ts';
import type { Project } from './loadProject.ts';
import type { DatasetSchema } from './schema/datasetSchema.ts';
import type { LabelTaskConfig } from './schema/labelling.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import { splitColumn } from './splitColumn.ts';

/** A problem of a task, at a path below `labelling.<name>`. */
export interface TaskProblem {
  path: (string | number)[];
  message: string;
}

/** Checks a task against the config and the schema of its dataset. */
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
      message: `\`${task.data}\` has no key column. Set \`key\`, or one column as \`primaryKey\` of its schema.`,
    });
  else if (task.key !== undefined) known(task.key, ['key']);
  if (key === task.label)
    problems.push({ path: ['label'], message: `\`${task.label}\` is the key and cannot be the label too.` });
  else if (reserved.includes(task.label.toLowerCase()) || (key !== null && reserved.includes(key.toLowerCase())))
    problems.push({
      path: ['label'],
      message: `The label file has columns ${reserved.join(', ')} of its own. The key and the label must have other names.`,
    });
  task.show?.forEach((column, i) => known(column, ['show', i]));
  const classes = classesOf(task, schema);
  if (classes === null)
    problems.push({
      path: ['label'],
      message: `The values of \`${task.label}\` are not declared. Set \`classes\`, or categories of a field \`${task.label}\` in the schema of \`${task.data}\`.`,
    });
  else if (new Set(classes).size < classes.length)
    problems.push({
      path: ['classes'],
      message: `Two classes are equal in the label file: ${classes.join(', ')}.`,
    });
  else if (classes.some((label) => label.trim() === ''))
    problems.push({
      path: ['classes'],
      message: 'A class must not be empty: an empty label means a skipped row.',
    });
  if (task.rules !== undefined && !project.files.exists(task.rules))
    problems.push({ path: ['rules'], message: `There is no file \`${task.rules}\`.` });
  if (
    task.model !== undefined &&
    !Object.values(config.stages).some(
      (stage) => 'uses' in stage && (stage.uses === 'train' || stage.uses === 'validate'),
    )
  )
    problems.push({
      path: ['model'],
      message: `No stage trains a model, so there is no ${task.model}. Remove \`model\`, or add a stage that trains or validates one.`,
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

/** Returns the schema of a dataset; null without a readable one. */
export function schemaOf(project: Project, config: ProjectConfig, dataset: string): DatasetSchema | null {
  const path = config.datasets?.[dataset]?.schema;
  return path === undefined ? null : (project.schemas.get(path)?.value ?? null);
}

/** Returns the column that identifies a row: the key of the task, or a primary key of one column. */
export function keyOf(task: LabelTaskConfig, schema: DatasetSchema | null): string | null {
  const keys = [schema?.primaryKey ?? []].flat();
  return task.key ?? (keys.length === 1 ? (keys[0] ?? null) : null);
}

/** Returns the values of a label: those of the task, or of the labelled field. Null when neither declares any. */
export function classesOf(task: LabelTaskConfig, schema: DatasetSchema | null): string[] | null {
  if (task.classes) return task.classes.map(String);
  const field = schema?.fields.find(({ name }) => name === task.label);
  if (field?.type === 'boolean') return ['true', 'false'];
  const values =
    field?.categories?.map((category) => (typeof category === 'object' ? category.value : category)) ??
    field?.constraints?.enum;
  return values && values.length > 1 ? values.map(String) : null;
}

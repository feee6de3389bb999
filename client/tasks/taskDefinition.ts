import { taskType } from '../commandIds.ts';

export const taskCommands = [
  'run',
  'validate',
  'serve',
  'loop',
  'monitor',
  'retrain',
  'check',
  'import',
  'export',
  'reproduce',
  'infer',
] as const;
export type TaskCommand = (typeof taskCommands)[number];

/** What a task of type `loopwright` says in tasks.json. */
export interface LoopwrightTask {
  type: typeof taskType;
  /** Folder of the project, from the folder of the window; that folder itself when left out. */
  project?: string;
  /** `run` unless said otherwise. */
  command?: TaskCommand;
  stage?: string;
  experiment?: string;
  /** For `serve`. */
  deployment?: string;
  /** For `serve`: the version, as `NAME@3`. For `validate`: the model that a new version is of. */
  model?: string;
  /** For `monitor`. */
  monitor?: string;
  /**
   * For `import`: what is read. For `validate`: the model, by its path, as `NAME@3`, or by the id of a logged model. For `export`: `mlruns:FOLDER` or the address of a server. For `infer`: the schema that
   * is written.
   */
  path?: string;
  /** For `reproduce`: the run. */
  run?: string;
  /** For `infer`: the dataset or file whose schema is written. For `validate`: the dataset with the test rows. */
  data?: string;
}

/** Reads what stands in tasks.json; null when it is not ours or makes no sense. */
export function readDefinition(value: Record<string, unknown>): LoopwrightTask | null {
  if (value['type'] !== taskType) return null;
  const task: LoopwrightTask = { type: taskType };
  const command = taskCommands.find((known) => known === value['command']);
  if (value['command'] !== undefined && command === undefined) return null;
  if (command !== undefined) task.command = command;
  for (const key of [
    'project',
    'stage',
    'experiment',
    'deployment',
    'monitor',
    'model',
    'path',
    'run',
    'data',
  ] as const) {
    const text = value[key];
    if (typeof text === 'string' && text !== '') task[key] = text;
  }
  return task;
}

/** The arguments of the CLI for a task. */
export function argumentsOf(task: LoopwrightTask, root: string): string[] {
  const command = task.command ?? 'run';
  const args: string[] = command === 'infer' ? ['data', 'infer'] : [command];
  if (command === 'run' && task.stage !== undefined) args.push(task.stage);
  if (command === 'serve' && task.deployment !== undefined) args.push(task.deployment);
  if (command === 'validate' && task.path !== undefined) args.push(task.path);
  if (command === 'monitor' && task.monitor !== undefined) args.push(task.monitor);
  if (command === 'import' && task.path !== undefined) args.push(task.path);
  if (command === 'reproduce' && task.run !== undefined) args.push(task.run);
  if (command === 'infer' && task.data !== undefined) args.push(task.data);
  args.push('--project', root);
  if (command === 'validate' && task.data !== undefined) args.push('--data', task.data);
  if ((command === 'validate' || command === 'serve') && task.model !== undefined) args.push('--model', task.model);
  if (command === 'export' && task.path !== undefined) args.push('--to', task.path);
  if (command === 'infer' && task.path !== undefined) args.push('--output', task.path);
  if (command === 'run' && task.experiment !== undefined) args.push('--experiment', task.experiment);
  return args;
}

export function nameOf(task: LoopwrightTask): string {
  const subject =
    task.stage ??
    task.deployment ??
    task.monitor ??
    (task.command === 'validate' ? task.path : undefined) ??
    task.model ??
    task.data ??
    task.run?.slice(0, 8) ??
    task.path?.replace(/^.*[\\/](?=.)/, '') ??
    '';
  const experiment = task.experiment === undefined ? '' : `(${task.experiment})`;
  return [task.command ?? 'run', subject || (task.command ? '' : 'all'), experiment].filter(Boolean).join(' ');
}

/** The name with its project, where that is not the folder of the window. */
export function titleOf(task: LoopwrightTask): string {
  return task.project === undefined ? nameOf(task) : `${nameOf(task)} in ${task.project}`;
}

/** True for tasks that do the same, in whatever project. */
export function sameTask(a: LoopwrightTask, b: LoopwrightTask): boolean {
  return nameOf(a) === nameOf(b);
}

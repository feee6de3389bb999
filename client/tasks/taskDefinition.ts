import { taskType } from '../commandIds.ts';

export const taskCommands = ['run', 'serve', 'loop', 'monitor', 'retrain', 'check'] as const;
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
  /** For `monitor`. */
  monitor?: string;
}

/** Reads what stands in tasks.json; null when it is not ours or makes no sense. */
export function readDefinition(value: Record<string, unknown>): LoopwrightTask | null {
  if (value['type'] !== taskType) return null;
  const task: LoopwrightTask = { type: taskType };
  const command = taskCommands.find((known) => known === value['command']);
  if (value['command'] !== undefined && command === undefined) return null;
  if (command !== undefined) task.command = command;
  for (const key of ['project', 'stage', 'experiment', 'deployment', 'monitor'] as const) {
    const text = value[key];
    if (typeof text === 'string' && text !== '') task[key] = text;
  }
  return task;
}

/** The arguments of the CLI for a task. */
export function argumentsOf(task: LoopwrightTask, root: string): string[] {
  const command = task.command ?? 'run';
  const args: string[] = [command];
  if (command === 'run' && task.stage !== undefined) args.push(task.stage);
  if (command === 'serve' && task.deployment !== undefined) args.push(task.deployment);
  if (command === 'monitor' && task.monitor !== undefined) args.push(task.monitor);
  args.push('--project', root);
  if (command === 'run' && task.experiment !== undefined) args.push('--experiment', task.experiment);
  return args;
}

export function nameOf(task: LoopwrightTask): string {
  const subject = task.stage ?? task.deployment ?? task.monitor ?? '';
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

import { Task, TaskScope, tasks } from 'vscode';
import type { ProcessExecution } from 'vscode';
import { problemMatcher, taskType } from '../commandIds.ts';
import type { CommandContext } from './context.ts';

/** Runs a program in a terminal and returns its exit code. */
export async function finished(
  context: CommandContext,
  name: string,
  execution: ProcessExecution,
): Promise<number | undefined> {
  const task = new Task(
    { type: taskType, command: name },
    TaskScope.Workspace,
    name,
    taskType,
    execution,
    problemMatcher,
  );
  // Listening before it starts: a quick program may end before executeTask has answered.
  const ended = new Promise<number | undefined>((resolve) => {
    const watch = tasks.onDidEndTaskProcess((event) => {
      if (event.execution.task.name !== name) return;
      watch.dispose();
      resolve(event.exitCode);
    });
  });
  await tasks.executeTask(task);
  const code = await ended;
  await context.projects.find();
  return code;
}

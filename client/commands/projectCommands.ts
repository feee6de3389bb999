import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { commands, ProcessExecution, Task, TaskScope, Uri, tasks, window, workspace } from 'vscode';
import { commandIds, problemMatcher, taskType } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import { nodeProgram } from '../node.ts';
import { projectFile } from '../projects/projects.ts';
import type { RowSubject } from '../views/row.ts';
import { choice, mayRun, pick } from './ask.ts';
import type { CommandContext } from './context.ts';

type Handler = (subject?: RowSubject) => Promise<void>;

/** Commands that need no project yet. */
export function projectCommands(context: CommandContext): Partial<Record<CommandId, Handler>> {
  return {
    [commandIds.initProject]: async () => {
      if (!(await mayRun())) return;
      const folder = await pickFolder();
      if (folder === undefined || (await runOnce(context, 'init', folder)) !== 0) return;
      await window.showTextDocument(Uri.file(join(folder, projectFile)));
    },
    [commandIds.doctor]: async () => {
      if (!(await mayRun())) return;
      const folder = context.projects.shown?.root ?? workspace.workspaceFolders?.[0]?.uri.fsPath;
      await runOnce(context, 'doctor', folder);
    },
    [commandIds.openExample]: async () => {
      if (!(await mayRun())) return;
      const [parent] = (await window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel: 'Put the example here', title: 'Where should the example project go?' })) ?? [];
      if (!parent) return;
      const target = join(parent.fsPath, 'loopwright-fraud');
      if (existsSync(target)) throw new Error(`${target} is there already. Choose another folder, or open that one.`);
      await cp(join(context.extension.fsPath, 'examples/fraud'), target, { recursive: true, filter: (path) => !/[\\/](incoming|data|\.loopwright)$/.test(path) });
      const node = nodeProgram();
      const code = await finished(context, 'make the example data', new ProcessExecution(node.path, ['generate.mjs'], { cwd: target, env: node.env }));
      if (code === 0) await commands.executeCommand('vscode.openFolder', Uri.file(target), { forceNewWindow: (workspace.workspaceFolders?.length ?? 0) > 0 });
    },
  };
}

/** Runs a command of the CLI in a terminal. */
async function runOnce(context: CommandContext, command: 'init' | 'doctor', folder: string | undefined): Promise<number | undefined> {
  const node = nodeProgram();
  const where = folder === undefined ? [] : command === 'init' ? [folder] : ['--project', folder];
  return finished(context, command, new ProcessExecution(node.path, [context.cli, command, ...where], { env: node.env }));
}

/** Runs a program in a terminal and returns its exit code. */
async function finished(context: CommandContext, name: string, execution: ProcessExecution): Promise<number | undefined> {
  const task = new Task({ type: taskType, command: name }, TaskScope.Workspace, name, taskType, execution, problemMatcher);
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

async function pickFolder(): Promise<string | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    void window.showInformationMessage('Open a folder first: the project file is written at its root.');
    return undefined;
  }
  return folders.length === 1 ? folders[0]?.uri.fsPath : pick('Create the project in which folder?', folders.map((folder) => choice(folder.uri.fsPath, folder.name, folder.uri.fsPath)));
}

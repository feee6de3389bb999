import { join } from 'node:path';
import { commands, ProcessExecution, Task, TaskScope, Uri, tasks, window, workspace } from 'vscode';
import { commandIds, problemMatcher, taskType } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import { nodeProgram } from '../node.ts';
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
      if (folder !== undefined) await runOnce(context, 'init', folder);
    },
    [commandIds.doctor]: async () => {
      if (!(await mayRun())) return;
      const folder = context.projects.all[0]?.root ?? workspace.workspaceFolders?.[0]?.uri.fsPath;
      await runOnce(context, 'doctor', folder);
    },
    [commandIds.openExample]: async () => {
      if (!(await mayRun())) return;
      const [parent] = (await window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel: 'Put the example here', title: 'Where should the example project go?' })) ?? [];
      if (!parent) return;
      const target = join(parent.fsPath, 'loopwright-fraud');
      const code = await runOnce(context, 'init', target, ['--example', 'fraud']);
      if (code === 0) await commands.executeCommand('vscode.openFolder', Uri.file(target), { forceNewWindow: (workspace.workspaceFolders?.length ?? 0) > 0 });
    },
  };
}

/** Runs a command of the CLI in a terminal and returns its exit code. */
async function runOnce(context: CommandContext, command: 'init' | 'doctor', folder: string | undefined, more: string[] = []): Promise<number | undefined> {
  const node = nodeProgram();
  const where = folder === undefined ? [] : command === 'init' ? [folder] : ['--project', folder];
  const args = [context.cli, command, ...where, ...more];
  const execution = new ProcessExecution(node.path, args, { env: node.env });
  const task = new Task({ type: taskType, command }, TaskScope.Workspace, command, taskType, execution, problemMatcher);
  const running = await tasks.executeTask(task);
  return new Promise((resolve) => {
    const watch = tasks.onDidEndTaskProcess((event) => {
      if (event.execution !== running) return;
      watch.dispose();
      void context.projects.find();
      resolve(event.exitCode);
    });
  });
}

async function pickFolder(): Promise<string | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    void window.showInformationMessage('Open a folder first: the project file is written at its root.');
    return undefined;
  }
  return folders.length === 1 ? folders[0]?.uri.fsPath : pick('Create the project in which folder?', folders.map((folder) => choice(folder.uri.fsPath, folder.name, folder.uri.fsPath)));
}

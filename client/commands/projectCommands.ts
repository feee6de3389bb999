import { commands, ProcessExecution, window, workspace } from 'vscode';
import { commandIds } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import { nodeProgram } from '../node.ts';
import { terminalIn } from '../projects/terminalIn.ts';
import { pythonVariables } from '../projects/pythonChoice.ts';
import type { RowSubject } from '../views/row.ts';
import { mayRun } from './ask.ts';
import { choice, pick } from './pick.ts';
import type { CommandContext } from './context.ts';
import { finished } from './finished.ts';
import { openExample } from './openExample.ts';

/** The walkthrough of package.json, by the id of the extension. */
const walkthrough = 'loopwright.loopwright#start';

type Handler = (subject?: RowSubject) => Promise<void>;

/** Commands that need no project yet. */
export function projectCommands(context: CommandContext): Partial<Record<CommandId, Handler>> {
  return {
    [commandIds.initProject]: async () => {
      const folder = await pickFolder();
      if (folder !== undefined) context.panels.showFolder('start', folder, { data: null });
    },
    [commandIds.pullData]: async (subject) => {
      if (!(await mayRun())) return;
      const project = subject?.project ?? context.projects.shown;
      const command = project?.overview?.pull;
      if (project && command !== undefined) terminalIn(project.root, command, 'dvc pull');
      else void window.showInformationMessage('No data that DVC tracks is missing for a stage of this project.');
    },
    [commandIds.doctor]: async () => {
      if (!(await mayRun())) return;
      const folder = context.projects.shown?.root ?? workspace.workspaceFolders?.[0]?.uri.fsPath;
      const node = nodeProgram();
      await finished(
        context,
        'doctor',
        new ProcessExecution(
          node.path,
          [context.cli, 'doctor', ...(folder === undefined ? [] : ['--project', folder])],
          { env: { ...node.env, ...(folder === undefined ? {} : pythonVariables(folder)) } },
        ),
      );
    },
    [commandIds.openExample]: openExample(context),
    [commandIds.getStarted]: async () => {
      await commands.executeCommand('workbench.action.openWalkthrough', walkthrough, false);
      context.milestones.tourOpened();
    },
  };
}

async function pickFolder(): Promise<string | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    void window.showInformationMessage('Open a folder first. The project file is written to its root.');
    return undefined;
  }
  return folders.length === 1
    ? folders[0]?.uri.fsPath
    : pick(
        'Create the project in which folder?',
        folders.map((folder) => choice(folder.uri.fsPath, folder.name, folder.uri.fsPath)),
      );
}

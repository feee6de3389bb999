import { isAbsolute, join, relative } from 'node:path';
import { commands, ProcessExecution, Uri, ViewColumn, window } from 'vscode';
import { EngineGone } from '../host/engineError.ts';
import { nodeProgram } from '../node.ts';
import type { Project } from '../projects/project.ts';
import type { ViewAction } from '../../protocol/webview.ts';
import type { CommandContext } from './context.ts';
import { finished } from './finished.ts';
import { dataFilters } from './fileCommands.ts';

/** The wizard wrote a project: it becomes one of the window, its file is shown beside, and its first run begins. */
export async function projectMade(
  context: CommandContext,
  root: string,
  { next, path }: Extract<ViewAction, { do: 'projectMade' }>,
): Promise<void> {
  const project = await madeProject(context, root);
  // Where the run will be seen; it takes no focus from the wizard.
  await commands.executeCommand('loopwright.lifeCycle.focus', { preserveFocus: true });
  if (next === 'open')
    await window.showTextDocument(Uri.file(join(root, project.file)), {
      viewColumn: ViewColumn.Beside,
      preview: false,
    });
  if (next === 'run') await context.tasks.start(project, { type: 'loopwright' });
  if (next === 'import' && path !== null) {
    const node = nodeProgram();
    await finished(
      context,
      'import',
      new ProcessExecution(
        node.path,
        [context.cli, 'import', isAbsolute(path) ? path : join(root, path), '--project', root],
        { cwd: root, env: node.env },
      ),
    );
    await project.refresh();
  }
}

async function madeProject(context: CommandContext, root: string): Promise<Project> {
  await context.projects.find();
  const project = context.projects.byRoot(root);
  if (project) return project;
  // Findings of the file system may still be on their way.
  await new Promise<void>((resolve) => {
    const watch = context.projects.onChange(() => {
      if (!context.projects.byRoot(root)) return;
      watch.dispose();
      clearTimeout(timer);
      resolve();
    });
    const timer = setTimeout(() => {
      watch.dispose();
      resolve();
    }, 5000);
  });
  const found = context.projects.byRoot(root);
  if (!found)
    throw new EngineGone(
      `The project was written to ${root}, which is not open in this window. Open that folder to continue.`,
    );
  return found;
}

/** Endings of databases and logs, which a project can start from too. */
const sourceEndings = ['db', 'db3', 'sqlite', 'sqlite3', 'duckdb', 'ddb', 'log', 'zst'];

/** Lets the person pick the data that a project is to start from. */
export async function pickData(context: CommandContext, root: string): Promise<void> {
  const [file] =
    (await window.showOpenDialog({
      canSelectMany: false,
      openLabel: 'Use this file',
      title: 'Which data should the project start from?',
      defaultUri: Uri.file(root),
      filters: { Data: [...dataFilters.Tables, ...sourceEndings], 'All files': ['*'] },
    })) ?? [];
  if (file) context.panels.showFolder('start', root, { data: relative(root, file.fsPath).replaceAll('\\', '/') });
}

import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { commands, RelativePattern, Uri, window, workspace } from 'vscode';
import { commandIds, taskType } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import { mayRun, projectOf } from './ask.ts';
import { choice, pick, type Choice } from './pick.ts';
import { pickRun } from './compareRuns.ts';
import type { CommandContext } from './context.ts';
import { exportRuns } from './viewFiles.ts';

type Handler = (subject?: RowSubject) => Promise<void>;

const mostFound = 20;
const ignored = '**/{node_modules,.venv,venv,.git,.loopwright}/**';

/** Runs of other tools into the project, its runs to other tools, and a run once more. */
export function transferCommands(context: CommandContext): Partial<Record<CommandId, Handler>> {
  const about =
    (work: (project: Project, subject: RowSubject) => Promise<void>): Handler =>
    async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (project) await work(project, { ...given, project });
    };
  return {
    [commandIds.importRuns]: about(async (project, { file }) => {
      const path = file ?? (await pickSource(project));
      if (path === undefined) return;
      const code = await context.tasks.finish(project, { type: taskType, command: 'import', path });
      if (code !== 0) return;
      await project.refresh();
      await offerHistory(
        project,
        `The runs of ${shortPath(project, path)} were imported into ${project.name}. Import again to add new runs.`,
      );
    }),
    [commandIds.exportRuns]: about(async (project) => {
      if (!(await hasRuns(project, 'export'))) return;
      const target = await pickTarget(project);
      if (target === undefined) return;
      if (target === 'csv' || target === 'parquet') return exportTable(project, target);
      const code = await context.tasks.finish(project, { type: taskType, command: 'export', path: target });
      if (code === 0) await offerPlace(target);
    }),
    [commandIds.reproduceRun]: about(async (project, { runId }) => {
      const run =
        runId ??
        ((await hasRuns(project, 'reproduce')) ? await pickRun(project, 'Reproduce which run?', null) : undefined);
      if (run === undefined) return;
      const code = await context.tasks.finish(project, { type: taskType, command: 'reproduce', run });
      await project.refresh();
      if (code === 0)
        await offerHistory(
          project,
          'Reproduced: all compared metrics match. The terminal shows them side by side.',
          run,
        );
    }),
  };
}

/** True when the project has a run; says how to get one otherwise. */
async function hasRuns(project: Project, purpose: string): Promise<boolean> {
  const { total } = await project.engine.request('runs/list', { limit: 1 });
  if (total > 0) return true;
  const run = 'Run all stages';
  const bring = 'Import runs';
  void window.showInformationMessage(`${project.name} has no run to ${purpose} yet.`, run, bring).then((answer) => {
    if (answer === run) void commands.executeCommand(commandIds.runAll, { project });
    if (answer === bring) void commands.executeCommand(commandIds.importRuns, { project });
  });
  return false;
}

async function pickSource(project: Project): Promise<string | undefined> {
  const found = await sourcesIn(project);
  const elsewhere: Choice<string>[] = [
    {
      ...choice('folder', 'Choose a folder…', '', 'folder-opened'),
      detail: 'an mlruns folder, a TensorBoard log folder, or a folder that contains one',
    },
    { ...choice('file', 'Choose an mlflow.db…', '', 'database') },
    { ...choice('server', 'From an MLflow server…', '', 'server') },
  ];
  const chosen = await pick(
    found.length === 0
      ? 'Import runs: none were found in the project, choose their location'
      : 'Import runs from where?',
    [...found, ...elsewhere],
  );
  if (chosen === 'server') return askServer();
  if (chosen !== 'folder' && chosen !== 'file') return chosen;
  const isFolder = chosen === 'folder';
  const [picked] =
    (await window.showOpenDialog({
      canSelectFolders: isFolder,
      canSelectFiles: !isFolder,
      defaultUri: Uri.file(project.root),
      openLabel: 'Import',
      title: isFolder ? 'Folder with the runs' : 'MLflow database file',
    })) ?? [];
  return picked?.fsPath;
}

/** Sources in the project's own folder that can be imported, an mlruns folder first. */
async function sourcesIn(project: Project): Promise<Choice<string>[]> {
  const look = async (pattern: string): Promise<string[]> =>
    (await workspace.findFiles(new RelativePattern(project.root, pattern), ignored, mostFound)).map(
      (uri) => uri.fsPath,
    );
  const [stores, databases, events] = await Promise.all([
    look('**/mlruns/**/meta.yaml'),
    look('**/mlflow.db'),
    look('**/events.out.tfevents*'),
  ]);
  const mlruns = [...new Set(stores.map((path) => path.slice(0, path.lastIndexOf('mlruns') + 'mlruns'.length)))];
  const logs = [
    ...new Set(events.map((path) => join(project.root, relative(project.root, path).split(/[\\/]/)[0] ?? ''))),
  ].filter((path) => statSync(path).isDirectory() && !mlruns.some((store) => store === path));
  return [
    ...mlruns.map((path) => choice(path, shortPath(project, path), 'MLflow runs', 'folder')),
    ...databases.map((path) => choice(path, shortPath(project, path), 'MLflow database', 'database')),
    ...logs.map((path) => choice(path, shortPath(project, path), 'TensorBoard logs', 'graph-line')),
  ];
}

function shortPath(project: Project, path: string): string {
  if (/^https?:/.test(path)) return path;
  const inside = isAbsolute(path) ? relative(project.root, path) : path;
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

async function pickTarget(project: Project): Promise<string | undefined> {
  const chosen = await pick('Export the runs to where?', [
    {
      ...choice('mlruns', 'An mlruns folder…', 'runs, models and artifacts', 'folder'),
      detail: '`mlflow ui --backend-store-uri FOLDER` shows it',
    },
    { ...choice('server', 'An MLflow server…', 'runs, models and artifacts', 'server') },
    choice('csv', 'A CSV file…', 'one line per run, with its params and metrics', 'table'),
    choice('parquet', 'A Parquet file…', 'one line per run, with its params and metrics', 'table'),
  ]);
  if (chosen === 'server') return askServer();
  if (chosen !== 'mlruns') return chosen;
  const folder = Uri.file(join(project.root, existsSync(join(project.root, 'mlruns')) ? 'mlruns-export' : 'mlruns'));
  const [picked] =
    (await window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      defaultUri: Uri.file(project.root),
      openLabel: 'Export to mlruns here',
      title: 'Folder in which mlruns is created',
    })) ?? [];
  return picked && `mlruns:${join(picked.fsPath, relative(project.root, folder.fsPath))}`;
}

async function askServer(): Promise<string | undefined> {
  return window.showInputBox({
    title: 'Address of the MLflow server',
    value: 'http://127.0.0.1:5000',
    ignoreFocusOut: true,
    prompt:
      'Credentials are read from MLFLOW_TRACKING_TOKEN, or from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.',
    validateInput: (text) =>
      /^https?:\/\/[^/]/.test(text) && URL.canParse(text)
        ? null
        : 'The address must start with http:// or https://, such as http://127.0.0.1:5000',
  });
}

async function exportTable(project: Project, format: 'csv' | 'parquet'): Promise<void> {
  const { params, metrics } = await project.engine.request('runs/columns', {});
  const columns = [
    'name',
    'status',
    'started',
    'duration',
    'experiment',
    ...params.map(({ key }) => `params.${key}`),
    ...metrics.map(({ key }) => `metrics.${key}`),
  ];
  await exportRuns(project, { do: 'exportRuns', query: {}, columns, format });
}

async function offerHistory(project: Project, text: string, runId?: string): Promise<void> {
  const open = 'Open run history';
  const answer = await window.showInformationMessage(text, open);
  if (answer === open) await commands.executeCommand(commandIds.openRunHistory, { project, runId });
}

async function offerPlace(target: string): Promise<void> {
  const folder = /^mlruns:(.+)$/.exec(target)?.[1];
  const open = folder === undefined ? 'Open in browser' : 'Show folder';
  const answer = await window.showInformationMessage(
    `The runs were exported to ${folder ?? target}. Export again to add new runs.`,
    open,
  );
  if (answer !== open) return;
  await commands.executeCommand(
    folder === undefined ? 'vscode.open' : 'revealInExplorer',
    folder === undefined ? Uri.parse(target) : Uri.file(folder),
  );
}

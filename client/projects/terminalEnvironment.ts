import { delimiter, join } from 'node:path';
import { extensions, Uri, workspace } from 'vscode';
import type { Disposable, EnvironmentVariableCollection, ExtensionContext, WorkspaceFolder } from 'vscode';
import type { Log } from '../host/log.ts';
import { messageOf } from '../host/engineError.ts';
import { nodeProgram } from '../node.ts';
import { setting } from '../settings.ts';
import { nearestRoot } from './nearestRoot.ts';
import type { Project } from './project.ts';
import type { Projects } from './projects.ts';
import { pythonVariables } from './pythonChoice.ts';
import { writeStarter } from './terminalStarter.ts';

const trackingNames = [
  'MLFLOW_TRACKING_URI',
  'MLFLOW_TRACKING_TOKEN',
  'MLFLOW_EXPERIMENT_NAME',
  'LOOPWRIGHT_TRACKING_URI',
];

/**
 * What terminals of the editor have of Loopwright: the command `loopwright`, the editor's choice of a Python, and the
 * address of the MLflow endpoint of one project a folder, once that project's engine runs. The editor keeps these
 * values for its next start, so that the first terminal has them too, and marks a terminal that was opened before them
 * with the way to open it again.
 */
export function terminalEnvironment(context: ExtensionContext, projects: Projects, cli: string, log: Log): Disposable {
  // By folder, the project and the process of the engine that its terminals log to.
  const served = new Map<string, string>();
  const all = context.environmentVariableCollection;
  all.persistent = true;
  all.description = 'The command `loopwright`';

  const onPath = async (): Promise<void> => {
    const folder = join(context.globalStorageUri.fsPath, 'bin');
    try {
      await writeStarter(folder, cli, nodeProgram());
      // Also after the start of the shell, whose own files may set the PATH.
      all.prepend('PATH', `${folder}${delimiter}`, { applyAtProcessCreation: true, applyAtShellIntegration: true });
    } catch (error) {
      log.warn(`terminals have no loopwright command: ${messageOf(error)}`);
    }
  };

  const update = async (folder: WorkspaceFolder | undefined): Promise<void> => {
    const key = folder?.uri.toString() ?? '';
    const project = projectOfTerminals(projects, folder);
    const collection = folder ? all.getScoped({ workspaceFolder: folder }) : all;
    collection.persistent = true;
    if (!project) {
      // Until the folders were looked through, what the editor kept of the last time counts.
      if (projects.isSearched) forget(collection);
      return;
    }
    setPython(collection, project);
    // A person who logs elsewhere goes on doing so.
    if (!setting('tracking.terminals') || process.env['MLFLOW_TRACKING_URI'] !== undefined) {
      served.delete(key);
      for (const name of trackingNames) collection.delete(name);
      return;
    }
    const wanted = `${project.root} ${project.engine.pid}`;
    if (!project.overview || served.get(key) === wanted) return;
    served.set(key, wanted);
    try {
      const { uri, token } = await project.engine.request('tracking/endpoint', {});
      served.set(key, `${project.root} ${project.engine.pid}`);
      collection.description = `${folder ? '' : 'The command `loopwright`. '}Programs that use MLflow log into the project ${project.title}`;
      for (const [name, value] of Object.entries({
        MLFLOW_TRACKING_URI: uri,
        MLFLOW_TRACKING_TOKEN: token,
        MLFLOW_EXPERIMENT_NAME: 'default',
        LOOPWRIGHT_TRACKING_URI: uri,
      }))
        put(collection, name, value);
      log.info(`terminals of ${folder?.name ?? project.name} log to ${project.title} at ${uri}`);
    } catch (error) {
      served.delete(key);
      log.warn(`terminals of ${project.title} have no MLflow endpoint: ${messageOf(error)}`);
    }
  };
  const updateAll = (): void => {
    if (!workspace.isTrusted) return;
    const folders = workspace.workspaceFolders ?? [];
    for (const folder of folders.length === 0 ? [undefined] : folders) void update(folder);
  };
  const start = (): void => {
    if (!workspace.isTrusted) return;
    void onPath();
    updateAll();
  };
  start();
  const parts = [
    projects.onChange(updateAll),
    workspace.onDidGrantWorkspaceTrust(start),
    extensions.onDidChange(updateAll),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('loopwright.engine')) void onPath();
      if (event.affectsConfiguration('loopwright.tracking') || event.affectsConfiguration('loopwright.python'))
        updateAll();
    }),
  ];
  return {
    dispose: () => {
      for (const part of parts) part.dispose();
    },
  };
}

/**
 * Of several projects in a folder, terminals are of the one that the person chose, else of that at its root or around
 * it, else of the first.
 */
function projectOfTerminals(projects: Projects, folder: WorkspaceFolder | undefined): Project | undefined {
  if (!folder) return projects.shown ?? projects.all[0];
  const root = folder.uri.fsPath;
  const { chosen } = projects;
  if (chosen && workspace.getWorkspaceFolder(Uri.file(chosen.root)) === folder) return chosen;
  const around = nearestRoot(
    projects.all.map((project) => project.root),
    root,
  );
  if (around !== undefined) return projects.byRoot(around);
  return projects.all
    .filter((project) => workspace.getWorkspaceFolder(Uri.file(project.root)) === folder)
    .toSorted((a, b) => a.root.length - b.root.length)[0];
}

function setPython(collection: EnvironmentVariableCollection, project: Project): void {
  const { LOOPWRIGHT_PYTHON, LOOPWRIGHT_EDITOR_PYTHON } = pythonVariables(project.root);
  for (const [name, value] of Object.entries({ LOOPWRIGHT_PYTHON, LOOPWRIGHT_EDITOR_PYTHON })) {
    if (value === undefined) collection.delete(name);
    else put(collection, name, value);
  }
}

function forget(collection: EnvironmentVariableCollection): void {
  for (const name of [...trackingNames, 'LOOPWRIGHT_PYTHON', 'LOOPWRIGHT_EDITOR_PYTHON']) collection.delete(name);
}

/** Only a value that is another one: each change marks the open terminals. */
function put(collection: EnvironmentVariableCollection, name: string, value: string): void {
  if (collection.get(name)?.value !== value) collection.replace(name, value);
}

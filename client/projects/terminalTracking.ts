import { Uri, workspace } from 'vscode';
import type { Disposable, EnvironmentVariableCollection, ExtensionContext, WorkspaceFolder } from 'vscode';
import type { Log } from '../host/log.ts';
import { messageOf } from '../host/engineError.ts';
import { setting } from '../settings.ts';
import type { Project } from './project.ts';
import type { Projects } from './projects.ts';

/** Gives new terminals the address of the project's MLflow endpoint, once the project's engine runs anyway. */
export function terminalTracking(context: ExtensionContext, projects: Projects, log: Log): Disposable {
  // By project, the process of the engine that serves it.
  const endpoints = new Map<string, number | undefined>();
  const asking = new Set<string>();
  const folderOf = (project: Project): WorkspaceFolder | undefined => workspace.getWorkspaceFolder(Uri.file(project.root));
  const besides = (project: Project): Project[] => projects.all.filter((other) => other !== project && folderOf(other) === folderOf(project));
  const collectionOf = (project: Project): EnvironmentVariableCollection => {
    const folder = folderOf(project);
    const all = context.environmentVariableCollection;
    return folder ? all.getScoped({ workspaceFolder: folder }) : all;
  };
  const update = async (project: Project): Promise<void> => {
    // A person who logs elsewhere goes on doing so.
    if (!setting('tracking.terminals') || process.env['MLFLOW_TRACKING_URI'] !== undefined || !project.overview) return;
    if (asking.has(project.root) || (endpoints.has(project.root) && endpoints.get(project.root) === project.engine.pid)) return;
    asking.add(project.root);
    try {
      const { uri, token } = await project.engine.request('tracking/endpoint', {});
      endpoints.set(project.root, project.engine.pid);
      for (const other of besides(project)) endpoints.delete(other.root);
      const collection = collectionOf(project);
      collection.persistent = false;
      collection.description = `Programs that use MLflow log into ${project.name}`;
      const values = { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_EXPERIMENT_NAME: 'default', LOOPWRIGHT_TRACKING_URI: uri };
      for (const [name, value] of Object.entries(values)) collection.replace(name, value);
      log.info(`terminals of ${project.name} log to ${uri}`);
    } catch (error) {
      log.warn(`terminals of ${project.name} have no MLflow endpoint: ${messageOf(error)}`);
    } finally {
      asking.delete(project.root);
    }
  };
  // Terminals belong to a folder of the window: of several projects in it they log into the one that is shown.
  const all = (): void => { for (const project of projects.all) if (project === projects.shown || besides(project).length === 0) void update(project); };
  const parts = [
    projects.onChange(all),
    workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('loopwright.tracking')) return;
      if (setting('tracking.terminals')) all();
      else for (const project of projects.all) collectionOf(project).clear();
      if (!setting('tracking.terminals')) endpoints.clear();
    }),
  ];
  return { dispose: () => { for (const part of parts) part.dispose(); } };
}

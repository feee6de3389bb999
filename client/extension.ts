import { commands, Uri, window, workspace } from 'vscode';
import type { Disposable, ExtensionContext, LogOutputChannel, TextDocument } from 'vscode';
import { languageIds } from '../protocol/languageServer.ts';
import type { ProjectSummary } from '../protocol/languageServer.ts';
import { commandIds } from './commandIds.ts';
import type { CommandContext } from './commands/context.ts';
import { welcomeToExample } from './commands/openExample.ts';
import { actOnView, registerCommands } from './commands/registerCommands.ts';
import { EngineHost } from './host/engineHost.ts';
import { startEngine } from './host/startEngine.ts';
import { fileAssociations } from './language/fileAssociations.ts';
import { LanguageServer } from './language/languageServer.ts';
import { languageOf } from './language/ourFiles.ts';
import { SourceTests } from './lenses/sourceTests.ts';
import { StageLenses } from './lenses/stageLenses.ts';
import { ViewPanels } from './panels/viewPanels.ts';
import { Project } from './projects/project.ts';
import { followPython } from './projects/followPython.ts';
import { OpenFolders } from './projects/openFolders.ts';
import { Projects } from './projects/projects.ts';
import { terminalEnvironment } from './projects/terminalEnvironment.ts';
import { Milestones } from './status/milestones.ts';
import { statusBar } from './status/statusBar.ts';
import { LoopwrightTasks } from './tasks/loopwrightTasks.ts';
import { GateExplorer } from './testing/gateExplorer.ts';
import { registerViews } from './views/registerViews.ts';
import type { Trees } from './views/registerViews.ts';

/** What the tests inside VS Code look at. */
export interface LoopwrightApi {
  trees: Trees;
  projects: Projects;
  panels: ViewPanels;
  gates: GateExplorer;
  activationMs: number;
}

export function activate(context: ExtensionContext): LoopwrightApi {
  const started = performance.now();
  const dist = Uri.joinPath(context.extensionUri, 'dist');
  const cli = Uri.joinPath(dist, 'cli.cjs').fsPath;
  const log = window.createOutputChannel('Loopwright', { log: true });

  const server = new LanguageServer(Uri.joinPath(dist, 'server.cjs').fsPath, log);
  const projects = new Projects({
    create: (root) => new Project(root, (changed) => engineOf(root, cli, changed, log)),
    search: projectSearch(server),
    memory: context.workspaceState,
  });
  const folders = new OpenFolders(
    (root) => new Project(root, (changed) => engineOf(root, cli, changed, log, 'folder')),
  );
  const tasks = new LoopwrightTasks(projects, cli);
  const gates = new GateExplorer(projects, tasks);
  const panels = new ViewPanels({
    projects,
    extension: context.extensionUri,
    log,
    folders,
    act: (project, action) => actOnView(commandContext, project, action),
  });
  const { trees, parts } = registerViews(projects);

  const milestones = new Milestones(projects);
  const sourceTests = new SourceTests();
  const commandContext: CommandContext = {
    extension: context.extensionUri,
    cli,
    projects,
    folders,
    tasks,
    panels,
    server,
    milestones,
    sourceTests,
    storage: context.globalStorageUri,
    log,
  };

  context.subscriptions.push(
    log,
    projects,
    folders,
    tasks,
    panels,
    gates,
    server,
    ...parts,
    new StageLenses(projects, server, sourceTests),
    terminalEnvironment(context, projects, cli, log),
    followPython(projects, log),
    ...statusBar(projects),
    milestones,
    ...registerCommands(commandContext),
    startForFiles(() => server.start()),
    fileAssociations(),
    workspace.onDidGrantWorkspaceTrust(() => void restart(projects)),
    workspace.onDidChangeConfiguration(
      (event) => event.affectsConfiguration('loopwright.engine') && void restart(projects),
    ),
  );
  void projects.find().then(() => welcomeToExample(commandContext));

  const activationMs = performance.now() - started;
  log.info(`activated in ${Math.round(activationMs)} ms`);
  return { trees, projects, panels, gates, activationMs };
}

/** Asks the language server for the projects of the window, and tells once where they are too many to be shown. */
function projectSearch(server: LanguageServer): (again: boolean) => Promise<ProjectSummary[] | null> {
  let isTold = false;
  return async (again) => {
    await server.start();
    const found = await server.projects(again);
    if (found?.isCut && !isTold)
      void window.showWarningMessage(
        `This window has more than ${found.projects.length} projects; only these are shown. Open a subfolder, or add folders to "files.exclude".`,
      );
    isTold ||= found?.isCut === true;
    return found?.projects ?? null;
  };
}

/** Windows without a project and without a file of ours do without the process of the language server. */
function startForFiles(start: () => Promise<void>): Disposable {
  const ours: readonly string[] = Object.values(languageIds);
  const look = (document: TextDocument): void => {
    if (ours.includes(document.languageId) || languageOf(document.uri.path) !== null) void start();
  };
  workspace.textDocuments.forEach(look);
  return workspace.onDidOpenTextDocument(look);
}

function engineOf(
  root: string,
  cli: string,
  changed: () => void,
  log: LogOutputChannel,
  kind: 'project' | 'folder' = 'project',
): EngineHost {
  return new EngineHost({
    project: root.split(/[\\/]/).at(-1) ?? root,
    start: () => startEngine(cli, root, kind),
    log,
    changed,
    crashed: (message, again) => void tellCrash(message, again, root, log),
  });
}

async function tellCrash(message: string, again: boolean, root: string, log: LogOutputChannel): Promise<void> {
  const show = 'Show log';
  const restart = 'Restart';
  const answer = again
    ? await window.showWarningMessage(`${message} It is restarting.`, show)
    : await window.showErrorMessage(`${message} It stopped too often to restart automatically.`, restart, show);
  if (answer === show) log.show();
  if (answer === restart) await commands.executeCommand(commandIds.restartEngine, { project: root });
}

async function restart(projects: Projects): Promise<void> {
  // Other projects that nobody looked at have no engine yet.
  for (const project of projects.all.filter((one) => one.isAsked || one === projects.shown)) {
    project.engine.restart();
    await project.refresh();
  }
}

import { commands, window } from 'vscode';
import type { Disposable } from 'vscode';
import type { ViewAction } from '../../protocol/webview.ts';
import { commandIds } from '../commandIds.ts';
import { messageOf } from '../host/engineError.ts';
import { runDocuments } from '../language/runDocuments.ts';
import { terminalIn } from '../projects/terminalIn.ts';
import type { Project } from '../projects/project.ts';
import type { CommandContext } from './context.ts';
import { gateCommands } from './gateCommands.ts';
import { fileCommands } from './fileCommands.ts';
import { modelCommands } from './modelCommands.ts';
import { openCommands } from './openCommands.ts';
import { projectCommands } from './projectCommands.ts';
import { runCommands } from './runCommands.ts';
import { pickData, projectMade } from './startActions.ts';
import { sourceCommands } from './sourceCommands.ts';
import { filePathOf, readSubject } from './subject.ts';
import { transferCommands } from './transferCommands.ts';
import { exportRuns, openArtifact, saveFile, savePage } from './viewFiles.ts';
import { writeCard } from './writeCard.ts';

/** Registers every command; whatever one throws is shown where the person looks, with the way to the log. */
export function registerCommands(context: CommandContext): Disposable[] {
  const handlers = {
    ...runCommands(context),
    ...modelCommands(context),
    ...openCommands(context),
    ...sourceCommands(context),
    ...gateCommands(context),
    ...transferCommands(context),
    ...projectCommands(context),
  };
  const ofFiles = fileCommands(context);
  return [
    runDocuments(context.projects),
    ...Object.values(commandIds).map((id) =>
      commands.registerCommand(id, async (given: unknown) => {
        try {
          const file = filePathOf(given);
          // A file outside of every project, and a window without one.
          const isLoose = file === undefined ? context.projects.all.length === 0 : !context.projects.of(file);
          if (ofFiles[id] && (isLoose || !handlers[id])) await ofFiles[id](file);
          else await handlers[id]?.(readSubject(given, context.projects));
        } catch (error) {
          context.log.error(`${id}: ${messageOf(error)}`);
          const log = 'Show log';
          const answer = await window.showErrorMessage(messageOf(error), log);
          if (answer === log) context.log.show();
        }
      }),
    ),
  ];
}

/** What a view may ask the editor to do: the same commands, about the view's project. */
export async function actOnView(context: CommandContext, shown: Project, action: ViewAction): Promise<void> {
  // A folder that was looked at may be a project by now.
  const project = context.projects.byRoot(shown.root) ?? shown;
  const run = async (id: string, subject: object): Promise<void> =>
    void (await commands.executeCommand(id, { project, ...subject }));
  switch (action.do) {
    case 'openCard':
      return run(commandIds.openModelCard, { model: action.name ?? undefined, version: action.version ?? undefined });
    case 'openRun':
      return run(commandIds.openRunHistory, { runId: action.runId });
    case 'compareRuns':
      return run(commandIds.compareRuns, { runId: action.a, against: action.b });
    case 'openDrift':
      return run(commandIds.openDrift, { monitor: action.monitor });
    case 'openFile':
      return run(commandIds.openFile, { file: action.path, line: action.line ?? undefined });
    case 'writeCard':
      return told(writeCard(project, action.heading));
    case 'runStage':
      if (action.stage !== null)
        return run(commandIds.runStage, {
          stage: action.stage,
          experiment: action.experiment ?? undefined,
        });
      return action.experiment === null
        ? run(commandIds.runAll, {})
        : run(commandIds.runExperiment, { experiment: action.experiment });
    case 'retrain':
      return run(commandIds.retrain, {});
    case 'monitorNow':
      return run(commandIds.monitorNow, { monitor: action.monitor });
    case 'registerRun':
      return run(commandIds.registerRun, { runId: action.runId });
    case 'promote':
      return run(commandIds.promote, { model: action.name, version: action.version });
    case 'validateModel':
      return run(commandIds.validateModel, { address: action.address });
    case 'inspectModel':
      return run(commandIds.inspectModel, { address: action.address });
    case 'serveVersion':
      return run(commandIds.serveVersion, { model: action.name, version: action.version });
    case 'runInTerminal':
      return terminalIn(project.root, action.command);
    case 'copy':
      return run(commandIds.copyText, { text: action.text });
    case 'exportRuns':
      return told(exportRuns(project, action));
    case 'saveFile':
      return told(saveFile(project, action));
    case 'savePage':
      return told(savePage(project, action));
    case 'projectMade':
      return told(projectMade(context, shown.root, action));
    case 'pickData':
      return told(pickData(context, shown.root));
    case 'openExample':
      return run(commandIds.openExample, {});
    case 'manageTrust':
      return void (await commands.executeCommand('workbench.trust.manage'));
    case 'openArtifact':
      return told(openArtifact(project, action));
  }
}

/** What a view asked for has no command around it that would tell of an error. */
async function told(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    await window.showErrorMessage(messageOf(error));
  }
}

import { commands, window, workspace } from 'vscode';
import type { LifeCyclePart } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import { EngineGone } from '../host/engineError.ts';
import { untrustedMessage } from '../host/startEngine.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import type { CommandContext } from './context.ts';
import { choice, pick, type Choice } from './pick.ts';

/** How long the status bar names the project that a command acts on. */
const saidMs = 5000;

/** The name of one of the models of a project; of the only one without asking. */
export async function pickModel(project: Project): Promise<string | undefined> {
  const { modelNames } = await overviewOf(project);
  if (modelNames.length < 2) return modelNames[0];
  return pick(
    titleIn(project, 'Which model?'),
    modelNames.map((name) => choice(name, name, '', 'package')),
  );
}

/** A question about a project, which is named where there are several. */
export function titleIn(project: Project, title: string): string {
  return project.place === '' ? title : `${title} (${project.title})`;
}

/** The project that a command was called on, or the one that is shown; with several it is said which. */
export async function projectOf(
  context: CommandContext,
  subject: RowSubject | undefined,
): Promise<Project | undefined> {
  if (subject?.project) return subject.project;
  if (!context.projects.shown) await context.projects.known;
  const { shown } = context.projects;
  if (!shown) void tellNoProject();
  else if (shown.place !== '') void window.setStatusBarMessage(`$(folder) Loopwright: ${shown.title}`, saidMs);
  return shown;
}

/** Says that there is no project, with the ways to one. */
async function tellNoProject(): Promise<void> {
  const isOpen = (workspace.workspaceFolders?.length ?? 0) > 0;
  const ways: Record<string, string> = isOpen
    ? { 'Create a project': commandIds.initProject, 'Open example': commandIds.openExample }
    : { 'Open folder': 'vscode.openFolder', 'Open example': commandIds.openExample };
  const answer = await window.showInformationMessage(
    isOpen ? 'This folder has no loopwright.yaml.' : 'No folder is open. A project is a folder with a loopwright.yaml.',
    ...Object.keys(ways),
  );
  const command = ways[answer ?? ''];
  if (command !== undefined) await commands.executeCommand(command);
}

/**
 * One of the things that a project declares; where there is none it says why and what to do, and shows no empty list.
 */
export async function pickDeclared<T>(
  project: Project,
  title: string,
  choices: Choice<T>[],
  none: { text: string; part?: LifeCyclePart },
): Promise<T | undefined> {
  if (choices.length > 0) return pick(titleIn(project, title), choices);
  const [problem] = project.overview?.problems ?? [];
  const [way, command, subject]: [string, string, object] = problem
    ? ['Show it', commandIds.openFile, { project, file: problem.file, line: problem.line }]
    : ['Add…', commandIds.addSection, { project, part: none.part }];
  const text = problem
    ? `${project.name} cannot be read: ${problem.message} (${problem.file}:${problem.line})`
    : none.text;
  const answer = await (problem ? window.showWarningMessage(text, way) : window.showInformationMessage(text, way));
  if (answer !== undefined) await commands.executeCommand(command, subject);
  return undefined;
}

/** True when things may run here; says why not, with the way out, otherwise. */
export async function mayRun(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = 'Manage trust';
  const answer = await window.showWarningMessage(untrustedMessage, manage);
  if (answer === manage) await commands.executeCommand('workbench.trust.manage');
  return false;
}

/** The overview, asked for when it is not there yet. Throws EngineGone when the engine cannot say. */
export async function overviewOf(project: Project): Promise<NonNullable<Project['overview']>> {
  await project.need();
  if (!project.overview) throw new EngineGone(project.error ?? 'The engine did not answer.');
  return project.overview;
}

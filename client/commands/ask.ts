import { commands, ThemeIcon, window, workspace } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { EngineGone } from '../host/engineError.ts';
import { untrustedMessage } from '../host/startEngine.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import type { CommandContext } from './context.ts';

export interface Choice<T> extends QuickPickItem {
  value: T;
}

/** One of several; the only one without asking. Undefined when the person pressed Escape. */
export async function pick<T>(title: string, choices: Choice<T>[]): Promise<T | undefined> {
  const chosen = await window.showQuickPick(choices, { title, matchOnDescription: true, matchOnDetail: true });
  return chosen?.value;
}

export function choice<T>(value: T, label: string, description = '', icon?: string): Choice<T> {
  return { value, label, description, ...(icon === undefined ? {} : { iconPath: new ThemeIcon(icon.replace('~spin', '')) }) };
}

/** The project of the row, of the open file, the only one, or the one the person picks. */
export async function projectOf(context: CommandContext, subject: RowSubject | undefined): Promise<Project | undefined> {
  if (subject?.project) return subject.project;
  const { all } = context.projects;
  const file = window.activeTextEditor?.document.uri.fsPath;
  const near = file === undefined ? undefined : context.projects.of(file);
  if (near) return near;
  if (all.length === 1) return all[0];
  if (all.length === 0) {
    void window.showInformationMessage('There is no loopwright.yaml at the root of this workspace. "Loopwright: Create a project" writes one.');
    return undefined;
  }
  return pick('Which project?', all.map((project) => choice(project, project.name, project.root)));
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

import { join } from 'node:path';
import { commands, env, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { SavedPage } from '../../protocol/savedPage.ts';
import type { ViewAction } from '../../protocol/webview.ts';
import { artifactFile, fileTypes, suggestedName } from '../panels/artifactFile.ts';
import type { Project } from '../projects/project.ts';
import { plural } from '../../words/numbers.ts';

type Action<D extends ViewAction['do']> = Extract<ViewAction, { do: D }>;

/** Where files were saved last, for the next dialog. */
let lastFolder: Uri | undefined;

/**
 * Asks where; the engine host writes the table there, whatever its size, and nothing of it comes through the editor.
 */
export async function exportRuns(project: Project, { query, columns, format }: Action<'exportRuns'>): Promise<void> {
  const target = await askWhere(project, `runs.${format}`);
  if (!target) return;
  if (target.scheme !== 'file')
    throw new Error('The engine can only write to files on this machine. Choose a local folder.');
  const title = `Exporting the runs of ${project.name}`;
  const { runs } = await window.withProgress({ location: ProgressLocation.Notification, title }, () =>
    project.engine.request('runs/export', { query, columns, format, path: target.fsPath }),
  );
  await offerOpening(
    target,
    `${plural(runs, 'run')} written to ${workspace.asRelativePath(target)}.`,
    format === 'csv',
  );
}

/** Asks where, and writes what the view made. */
export async function saveFile(project: Project, { name, base64 }: Action<'saveFile'>): Promise<void> {
  const target = await askWhere(project, suggestedName(name));
  if (!target) return;
  await workspace.fs.writeFile(target, Buffer.from(base64, 'base64'));
  await offerOpening(target, `Saved ${workspace.asRelativePath(target)}.`, true);
}

/** Asks where; the engine host draws the page and writes it there. */
export async function savePage(project: Project, { page }: Action<'savePage'>): Promise<void> {
  const target = await askWhere(project, suggestedName(`${pageName(project, page)}.html`));
  if (!target) return;
  if (target.scheme !== 'file')
    throw new Error('The engine can only write to files on this machine. Choose a local folder.');
  const title = `Saving ${workspace.asRelativePath(target)}`;
  await window.withProgress({ location: ProgressLocation.Notification, title }, () =>
    project.engine.request('pages/save', { page, path: target.fsPath }),
  );
  const open = 'Open in browser';
  const answer = await window.showInformationMessage(`Saved ${workspace.asRelativePath(target)}.`, open);
  if (answer === open) await env.openExternal(target);
}

function pageName(project: Project, page: SavedPage): string {
  switch (page.of) {
    case 'card':
      return `${project.name} ${typeof page.version === 'number' ? `v${page.version}` : page.version} card`;
    case 'drift':
      return `${project.name} ${page.monitor} drift`;
    case 'profile':
      return `${page.subject.kind === 'dataset' ? page.subject.name : page.subject.kind === 'snapshot' ? page.subject.id.slice(0, 8) : page.subject.path} profile`;
  }
}

export async function openArtifact(project: Project, { runId, path }: Action<'openArtifact'>): Promise<void> {
  await commands.executeCommand('vscode.open', Uri.file(artifactFile(project.root, runId, path)));
}

async function askWhere(project: Project, name: string): Promise<Uri | undefined> {
  const folder = lastFolder ?? Uri.file(project.root);
  const target = await window.showSaveDialog({
    defaultUri: Uri.joinPath(folder, name),
    filters: fileTypes(name),
    saveLabel: 'Save',
  });
  if (target) lastFolder = Uri.file(join(target.fsPath, '..'));
  return target;
}

async function offerOpening(target: Uri, message: string, canOpen: boolean): Promise<void> {
  const open = 'Open';
  const answer = await window.showInformationMessage(message, ...(canOpen ? [open] : []));
  if (answer === open) await commands.executeCommand('vscode.open', target);
}

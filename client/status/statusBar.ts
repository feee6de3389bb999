import { StatusBarAlignment, window, workspace } from 'vscode';
import type { Disposable } from 'vscode';
import { commandIds } from '../commandIds.ts';
import type { Projects } from '../projects/projects.ts';
import { setting } from '../settings.ts';
import { statusText } from './statusText.ts';

/** One item at the bottom: the champion, what needs a person and what runs. */
export function statusBar(projects: Projects): Disposable[] {
  const item = window.createStatusBarItem('loopwright.status', StatusBarAlignment.Left, 40);
  item.name = 'Loopwright';
  item.command = commandIds.overview;
  const show = (): void => {
    const file = window.activeTextEditor?.document.uri.fsPath;
    const project = (file === undefined ? undefined : projects.of(file)) ?? projects.all[0];
    if (!project || !setting('statusBar.enabled')) return item.hide();
    const { text, tooltip } = statusText(project, workspace.isTrusted);
    item.text = text;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: tooltip };
    item.show();
  };
  const settings = workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('loopwright.statusBar') && show());
  return [item, settings, projects.onChange(show), window.onDidChangeActiveTextEditor(show)];
}

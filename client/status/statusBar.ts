import { extensions, StatusBarAlignment, window, workspace } from 'vscode';
import type { Disposable } from 'vscode';
import { commandIds } from '../commandIds.ts';
import type { Projects } from '../projects/projects.ts';
import { pythonExtension } from '../projects/pythonChoice.ts';
import { setting } from '../settings.ts';
import { pythonText, statusText } from './statusText.ts';

/** At the bottom: the champion, what needs a person and what runs; with several projects, which of them is meant; and the Python of its programs. */
export function statusBar(projects: Projects): Disposable[] {
  const item = window.createStatusBarItem('loopwright.status', StatusBarAlignment.Left, 40);
  item.name = 'Loopwright';
  const which = window.createStatusBarItem('loopwright.project', StatusBarAlignment.Left, 41);
  which.name = 'Loopwright project';
  which.command = commandIds.chooseProject;
  const stop = window.createStatusBarItem('loopwright.stop', StatusBarAlignment.Left, 39);
  stop.name = 'Loopwright: stop the run';
  stop.text = '$(debug-stop)';
  stop.command = commandIds.stopRun;
  const python = window.createStatusBarItem('loopwright.python', StatusBarAlignment.Left, 38);
  python.name = 'Loopwright: Python';
  const show = (): void => {
    const project = projects.shown;
    const isOn = project !== undefined && setting('statusBar.enabled');
    if (isOn && projects.all.length > 1) {
      which.text = `$(folder) ${project.place}`;
      which.tooltip = `Loopwright shows ${project.title}, one of ${projects.all.length} projects${projects.chosen ? ' (your choice)' : ' (follows the active editor)'}. Click to choose.`;
      which.accessibilityInformation = { label: which.tooltip, role: 'button' };
      which.show();
    } else which.hide();
    const running = isOn
      ? (project.overview?.stages ?? []).filter(({ state }) => state === 'running').map(({ name }) => name)
      : [];
    if (running.length > 0 && workspace.isTrusted) {
      stop.tooltip = `Loopwright: stop ${running.join(', ')}`;
      stop.accessibilityInformation = { label: stop.tooltip, role: 'button' };
      stop.show();
    } else stop.hide();
    const words = isOn ? pythonText(project, workspace.isTrusted) : null;
    if (words) {
      Object.assign(python, words, { accessibilityInformation: { label: words.tooltip, role: 'button' } });
      python.command = extensions.getExtension(pythonExtension)
        ? 'python.setInterpreter'
        : { title: 'Open', command: 'workbench.action.openSettings', arguments: ['loopwright.python'] };
      python.show();
    } else python.hide();
    if (!isOn) return item.hide();
    const { text, tooltip } = statusText(project, workspace.isTrusted);
    const problem = project.overview?.problem;
    item.command = problem
      ? {
          title: 'Open',
          command: commandIds.openFile,
          arguments: [{ project, file: problem.file, line: problem.line }],
        }
      : commandIds.overview;
    item.text = text;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: tooltip };
    item.show();
  };
  const settings = workspace.onDidChangeConfiguration(
    (event) => event.affectsConfiguration('loopwright.statusBar') && show(),
  );
  return [item, which, stop, python, settings, projects.onChange(show)];
}

import { extensions, workspace } from 'vscode';
import type { Disposable } from 'vscode';
import { messageOf } from '../host/engineError.ts';
import type { Log } from '../host/log.ts';
import type { Project } from './project.ts';
import type { Projects } from './projects.ts';
import { awaitPythonExtension, onSelectedPython, pythonVariables } from './pythonChoice.ts';

/**
 * Tells the engines of the projects when the setting or the environment selected in the Python extension changes, so
 * that the status bar, views and terminals follow without a reload. Tasks ask at their start. Waits for a project that
 * is looked at before it starts the Python extension.
 */
export function followPython(projects: Projects, log: Log): Disposable {
  let selection: Disposable | null = null;
  let isFollowing = false;
  // By project, the process of its engine and what that was told; a new process gets the variables at its start.
  const told = new WeakMap<Project, string>();

  const tell = async (project: Project): Promise<void> => {
    const { LOOPWRIGHT_PYTHON: setting = null, LOOPWRIGHT_EDITOR_PYTHON: selected = null } = pythonVariables(
      project.root,
    );
    const wanted = JSON.stringify([project.engine.pid, setting, selected]);
    if (told.get(project) === wanted) return;
    told.set(project, wanted);
    try {
      const { changed } = await project.engine.request('python/select', { setting, selected });
      if (changed) await project.refresh();
    } catch (error) {
      told.delete(project);
      log.warn(`the engine of ${project.title} was not told of the selected Python: ${messageOf(error)}`);
    }
  };
  const tellAll = (): void => {
    if (workspace.isTrusted)
      for (const project of projects.all) if (project.isAsked && project.engine.pid !== undefined) void tell(project);
  };
  const follow = async (): Promise<void> => {
    if (isFollowing || !projects.all.some(({ isAsked }) => isAsked)) return tellAll();
    isFollowing = true;
    await awaitPythonExtension();
    selection = onSelectedPython(tellAll);
    isFollowing = selection !== null;
    tellAll();
  };
  const parts = [
    projects.onChange(() => void follow()),
    extensions.onDidChange(() => void follow()),
    workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('loopwright.python') && tellAll()),
  ];
  return {
    dispose: () => {
      for (const part of parts) part.dispose();
      selection?.dispose();
    },
  };
}

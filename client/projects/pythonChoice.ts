import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { extensions, Uri, workspace } from 'vscode';
import type { Disposable } from 'vscode';

export const pythonExtension = 'ms-python.python';
const longestMs = 5000;

/** The variables by which the engine learns of the editor's choice of a Python; it decides which choice counts. */
export function pythonVariables(root: string): { LOOPWRIGHT_PYTHON?: string; LOOPWRIGHT_EDITOR_PYTHON?: string } {
  const setting = chosenPython(root);
  const selected = selectedPython(root);
  return {
    ...(setting === '' ? {} : { LOOPWRIGHT_PYTHON: setting }),
    ...(selected === undefined ? {} : { LOOPWRIGHT_EDITOR_PYTHON: selected }),
  };
}

/** The setting, from the folder of the window that the project is in. */
function chosenPython(root: string): string {
  const folder = workspace.getWorkspaceFolder(Uri.file(root))?.uri.fsPath ?? root;
  const value = workspace.getConfiguration('loopwright', Uri.file(root)).get<string>('python', '').trim();
  const path = value.replaceAll('${workspaceFolder}', folder).replaceAll('${userHome}', homedir());
  return path === '' || path.startsWith('~') || isAbsolute(path) || !existsSync(join(folder, path))
    ? path
    : join(folder, path);
}

/** Waits for the Python extension where it is installed and has not started, so that its choice is known. */
export async function awaitPythonExtension(): Promise<void> {
  const extension = extensions.getExtension(pythonExtension);
  if (!extension || extension.isActive) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, longestMs);
  });
  // An extension that does not start leaves the choice to the folders.
  await Promise.race([
    Promise.resolve(extension.activate()).then(
      () => {},
      () => {},
    ),
    late,
  ]);
  clearTimeout(timer);
}

/** Calls `changed` when another environment is selected in the Python extension; null while that is not active. */
export function onSelectedPython(changed: () => void): Disposable | null {
  const extension = extensions.getExtension<unknown>(pythonExtension);
  if (!extension?.isActive) return null;
  const { environments } = extension.exports as {
    environments?: { onDidChangeActiveEnvironmentPath?: (listener: () => void) => Disposable };
  };
  return environments?.onDidChangeActiveEnvironmentPath?.(changed) ?? null;
}

/** The environment that the Python extension has selected, by its public API. */
function selectedPython(root: string): string | undefined {
  const extension = extensions.getExtension<unknown>(pythonExtension);
  if (!extension?.isActive) return undefined;
  try {
    const { environments } = extension.exports as {
      environments?: { getActiveEnvironmentPath?: (resource: Uri) => { path?: unknown } | undefined };
    };
    const path = environments?.getActiveEnvironmentPath?.(Uri.file(root))?.path;
    // Where nothing was selected it is the bare name of a program.
    return typeof path === 'string' && isAbsolute(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

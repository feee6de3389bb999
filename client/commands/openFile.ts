import { isAbsolute, join } from 'node:path';
import { commands, Position, Range, Selection, TextEditorRevealType, Uri, window } from 'vscode';
import { projectFile } from '../projects/projects.ts';
import type { Project } from '../projects/project.ts';

/** Opens a file of the project, at a 1-based line when one is given. */
export async function openFile(project: Project, path: string, line: number | null): Promise<void> {
  // Views call the file of the project by its usual name.
  const uri = Uri.file(isAbsolute(path) ? path : join(project.root, path === projectFile ? project.file : path));
  const at = new Position(Math.max(0, (line ?? 1) - 1), 0);
  if (!/\.(ya?ml|json|sql|py|md|txt|csv|tsv|log|ts|js|toml|sh)$/.test(path))
    return void (await commands.executeCommand('vscode.open', uri));
  const editor = await window.showTextDocument(uri);
  if (line === null) return;
  editor.selection = new Selection(at, at);
  editor.revealRange(new Range(at, at), TextEditorRevealType.InCenterIfOutsideViewport);
}

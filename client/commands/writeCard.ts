import { Position, Range, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import { cardFileName } from '../../protocol/projectFiles.ts';
import type { Project } from '../projects/project.ts';

/** Opens `model-card.md` of a project below a heading; adds the heading, and makes the file, where there is none. */
export async function writeCard(project: Project, heading: string): Promise<void> {
  const uri = Uri.joinPath(Uri.file(project.root), cardFileName);
  if (!(await exists(uri))) {
    const made = new WorkspaceEdit();
    made.createFile(uri, { ignoreIfExists: true });
    await workspace.applyEdit(made);
  }
  // Before the document is shown: what a person types meanwhile would be in the way.
  const document = await workspace.openTextDocument(uri);
  if (lineOf(document.getText(), heading) === null) {
    const text = document.getText();
    const gap = text === '' || text.endsWith('\n\n') ? '' : text.endsWith('\n') ? '\n' : '\n\n';
    const added = new WorkspaceEdit();
    added.insert(uri, document.positionAt(text.length), `${gap}# ${heading}\n\n`);
    await workspace.applyEdit(added);
  }
  const line = lineOf(document.getText(), heading) ?? 0;
  const below = document.validatePosition(new Position(line + 2, 0));
  await window.showTextDocument(document, { selection: new Range(below, below) });
}

/** The line of a heading of any level, from 0; null where there is none. */
function lineOf(text: string, heading: string): number | null {
  const wanted = heading.toLowerCase();
  const line = text
    .split(/\r\n|\r|\n/)
    .findIndex((one) => /^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$/.exec(one)?.[1]?.toLowerCase() === wanted);
  return line < 0 ? null : line;
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

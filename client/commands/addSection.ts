import { dirname, join } from 'node:path';
import { Position, Range, Selection, TextEditorRevealType, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import type { AddablePart } from '../../protocol/languageServer.ts';
import type { LifeCyclePart, ProjectOverview } from '../../protocol/lifeCycle.ts';
import { EngineGone } from '../host/engineError.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import { missingParts } from '../views/lifeCycleRows.ts';
import { projectOf } from './ask.ts';
import { choice, pick } from './pick.ts';
import type { CommandContext } from './context.ts';

const parts: Record<AddablePart, { label: string; about: string; icon: string }> = {
  collect: {
    label: 'Collect',
    about: 'a stage that reads files, downloads or database rows into a dataset',
    icon: 'cloud-download',
  },
  prepare: { label: 'Prepare', about: 'a stage that builds a dataset from others with SQL', icon: 'filter' },
  develop: { label: 'Develop', about: 'a stage that trains a model', icon: 'beaker' },
  validate: { label: 'Validate', about: 'a stage that tests the model and evaluates a gate', icon: 'checklist' },
  deploy: { label: 'Deploy', about: 'an HTTP API that serves the champion', icon: 'rocket' },
  monitor: { label: 'Monitor', about: 'a monitor that checks the deployment for drift', icon: 'pulse' },
  retrain: { label: 'Retrain', about: 'a policy that decides when to retrain the model', icon: 'sync' },
};

export function isAddable(part: LifeCyclePart | undefined): part is AddablePart {
  return part !== undefined && part in parts;
}

/**
 * Writes a part of the life cycle into loopwright.yaml: that of the row, or the one the person picks, missing ones
 * first.
 */
export function addSectionCommand(context: CommandContext): (given?: RowSubject) => Promise<void> {
  return async (given) => {
    const project = await projectOf(context, given);
    if (!project) return;
    const part = isAddable(given?.part) ? given.part : await pickPart(project.overview);
    if (part !== undefined) await addSection(context, project, part);
  };
}

async function pickPart(overview: ProjectOverview | undefined): Promise<AddablePart | undefined> {
  const missing = overview ? missingParts(overview) : [];
  const all = (Object.keys(parts) as AddablePart[]).toSorted(
    (a, b) => Number(missing.includes(b)) - Number(missing.includes(a)),
  );
  return pick(
    'What do you want to add to the life cycle?',
    all.map((part) => ({
      ...choice(part, parts[part].label, missing.includes(part) ? 'not declared yet' : 'add another', parts[part].icon),
      detail: parts[part].about,
    })),
  );
}

/** Writes the part, with the cursor on it; undo takes it back. False when something is missing first, which is told. */
export async function addSection(context: CommandContext, project: Project, part: AddablePart): Promise<boolean> {
  const uri = Uri.file(join(project.root, project.file));
  // The server answers for the text as the editor has it, saved or not.
  const document = await workspace.openTextDocument(uri);
  const made = await context.server.addSection(uri, part);
  if (!made)
    throw new EngineGone(
      'Nothing was written because the language server is not running. Reload the window to start it.',
    );
  if ('refusal' in made) {
    void window.showWarningMessage(made.refusal);
    return false;
  }
  const edit = new WorkspaceEdit();
  for (const [path, text] of Object.entries(made.files)) {
    await workspace.fs.createDirectory(Uri.file(dirname(path)));
    edit.createFile(Uri.file(path), { ignoreIfExists: true, contents: Buffer.from(text) });
  }
  const at = ({ line, character }: { line: number; character: number }): Position => new Position(line, character);
  for (const { range, newText } of made.changes) edit.replace(uri, new Range(at(range.start), at(range.end)), newText);
  if (!(await workspace.applyEdit(edit))) throw new Error(`${project.file} could not be changed. It may be read-only.`);
  const editor = await window.showTextDocument(document);
  const line = document.lineAt(Math.min(made.line, document.lineCount - 1));
  const place = new Position(line.lineNumber, line.firstNonWhitespaceCharacterIndex);
  editor.selection = new Selection(place, place);
  editor.revealRange(new Range(place, place), TextEditorRevealType.InCenterIfOutsideViewport);
  return true;
}

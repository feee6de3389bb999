import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Facts } from '../../../engine/facts/facts.ts';
import type { Project } from '../../../engine/project/loadProject.ts';
import type { CardNumbers } from '../../../engine/project/modelCard/liveNumbers.ts';
import { cardFile } from '../../../engine/project/modelCard/writtenCard.ts';
import { pathInProject, type Workspace } from '../../workspace.ts';

/** An open `model-card.md` of a project, with the numbers that it may name; null before the first validated version. */
export interface CardDocument {
  document: TextDocument;
  numbers: CardNumbers | null;
}

/** The card of a project that people write, when the address is that of one; null for every other file. */
export function cardDocument(
  workspace: Workspace,
  factsOf: (project: Project) => Facts,
  uri: string,
): CardDocument | null {
  if (!uri.endsWith(`/${cardFile}`)) return null;
  const [document, project] = [workspace.document(uri), workspace.projectOf(uri)];
  if (!document || !project || pathInProject(project.root, uri) !== cardFile) return null;
  return { document, numbers: project.readable?.config ? (factsOf(project).history()?.card ?? null) : null };
}

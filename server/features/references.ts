import { join } from 'node:path';
import { ResponseError, ErrorCodes, type Location, type Position, type Range, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import { tableUses } from '../../engine/project/tablesIn.ts';
import { LineIndex } from '../../engine/project/lineIndex.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { toUri, type Workspace } from '../workspace.ts';
import { declarationOf, nameAt, occurrencesOf, type Name } from './names.ts';
import { toLspRange } from './ranges.ts';

interface Found {
  name: Name;
  project: Project;
}

/** Every place where the name under the cursor stands: in the project, its experiments, and for datasets the SQL of its stages. */
export function provideReferences(workspace: Workspace, uri: string, position: Position, declarations: boolean): Location[] {
  const found = find(workspace, uri, position);
  return found ? places(found).filter((place) => declarations || !place.declaration).map(({ uri: where, range }) => ({ uri: where, range })) : [];
}

/** Whether the name under the cursor can be renamed, and what it is now. */
export function prepareRename(workspace: Workspace, uri: string, position: Position): { range: Range; placeholder: string } | null {
  const found = find(workspace, uri, position);
  if (!found || !declarationOf(found.project, found.name)) return null;
  const here = places(found).find((place) => place.uri === uri && place.range.start.line === position.line && place.range.start.character <= position.character && place.range.end.character >= position.character);
  return here ? { range: here.range, placeholder: found.name.name } : null;
}

/** Renames everywhere. Refused with a reason when the new name cannot be one or is taken. */
export function provideRename(workspace: Workspace, uri: string, position: Position, newName: string): WorkspaceEdit | null {
  const found = find(workspace, uri, position);
  if (!found) return null;
  const pattern = found.name.section === 'datasets' ? /^[A-Za-z_]\w*$/ : /^[A-Za-z_][\w-]*$/;
  if (!pattern.test(newName)) throw new ResponseError(ErrorCodes.InvalidParams, `\`${newName}\` cannot be a name here: use letters, digits and _${found.name.section === 'datasets' ? ', since SQL reads it as a table' : ' or -'}, a letter first.`);
  if (newName !== found.name.name && declarationOf(found.project, { ...found.name, name: newName })) throw new ResponseError(ErrorCodes.InvalidParams, `\`${newName}\` is declared under \`${found.name.section}\` already.`);
  const changes: Record<string, TextEdit[]> = {};
  for (const { uri: where, range } of places(found)) (changes[where] ??= []).push({ range, newText: newName });
  return { changes };
}

function find(workspace: Workspace, uri: string, position: Position): Found | null {
  const kind = workspace.kindOf(uri);
  const parsed = workspace.parsed(uri);
  const project = workspace.projectOf(uri);
  if (kind === null || !parsed || !project) return null;
  const name = nameAt(kind, parsed, parsed.lines.offset(position.line + 1, position.character + 1));
  return name ? { name, project } : null;
}

function places({ name, project }: Found): { uri: string; range: Range; declaration: boolean }[] {
  const inYaml = occurrencesOf(project, name).map(({ file, range, declaration }) => ({ uri: toUri(join(project.root, file.path)), range: toLspRange(file.parsed.lines, range), declaration }));
  return name.section === 'datasets' ? [...inYaml, ...inSql(project, name.name)] : inYaml;
}

function inSql(project: Project, dataset: string): { uri: string; range: Range; declaration: boolean }[] {
  const paths = new Set(Object.values(project.resolved.config?.stages ?? {}).flatMap((stage) => ('uses' in stage && stage.uses === 'prepare' ? [stage.with.sql] : [])));
  return [...paths].flatMap((path) => {
    const content = project.files.read(path);
    if (content === null) return [];
    const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
    const lines = new LineIndex(text);
    return tableUses(text, dataset).map((range) => ({ uri: toUri(join(project.root, path)), range: toLspRange(lines, range), declaration: false }));
  });
}

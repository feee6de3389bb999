import { join } from 'node:path';
import { ResponseError, ErrorCodes, type Location, type Position, type Range, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import { tableUses } from '../../engine/project/tablesIn.ts';
import { LineIndex } from '../../engine/project/lineIndex.ts';
import { textOf, type Project } from '../../engine/project/loadProject.ts';
import { yamlText } from '../../engine/project/edit.ts';
import type { Workspace } from '../workspace.ts';
import { ownPath } from './declared.ts';
import { columnAt, columnPlaces, declaredColumn, type ColumnName } from './columnNames.ts';
import { declarationOf, nameAt, occurrencesOf, type Name } from './names.ts';
import { toLspRange } from './ranges.ts';

interface Found {
  /** A name that the project declares, or a column. */
  name: Name | ColumnName;
  /** As it is written. */
  text: string;
  project: Project;
}

interface Place {
  uri: string;
  range: Range;
  declaration: boolean;
}

/** Every place where the name under the cursor stands: in the project, its experiments, and for datasets the SQL of its stages. */
export function provideReferences(workspace: Workspace, uri: string, position: Position, declarations: boolean): Location[] {
  const found = find(workspace, uri, position);
  return found ? places(workspace, found).filter((place) => declarations || !place.declaration).map(({ uri: where, range }) => ({ uri: where, range })) : [];
}

/** Whether the name under the cursor can be renamed, and what it is now. */
export function prepareRename(workspace: Workspace, uri: string, position: Position): { range: Range; placeholder: string } | null {
  const found = find(workspace, uri, position);
  if (!found || !isDeclared(found.project, found.name)) return null;
  const here = places(workspace, found).find((place) => place.uri === uri && place.range.start.line === position.line && place.range.start.character <= position.character && place.range.end.character >= position.character);
  return here ? { range: here.range, placeholder: found.text } : null;
}

/** Renames everywhere. Refused with a reason when the new name cannot be one or is taken. */
export function provideRename(workspace: Workspace, uri: string, position: Position, newName: string): WorkspaceEdit | null {
  const found = find(workspace, uri, position);
  if (!found) return null;
  const refusal = 'column' in found.name ? refusedColumn(found.project, found.name, newName) : refusedName(found.project, found.name, newName);
  if (refusal !== null) throw new ResponseError(ErrorCodes.InvalidParams, refusal);
  const changes: Record<string, TextEdit[]> = {};
  for (const { uri: where, range } of places(workspace, found)) (changes[where] ??= []).push({ range, newText: newName });
  return { changes };
}

function refusedName(project: Project, name: Name, newName: string): string | null {
  const table = name.section === 'datasets';
  if (!(table ? /^[A-Za-z_]\w*$/ : /^[A-Za-z_][\w-]*$/).test(newName)) return `\`${newName}\` cannot be a name here: use letters, digits and _${table ? ', since SQL reads it as a table' : ' or -'}, a letter first.`;
  return newName !== name.name && declarationOf(project, { ...name, name: newName }) ? `\`${newName}\` is declared under \`${name.section}\` already.` : null;
}

function refusedColumn(project: Project, name: ColumnName, newName: string): string | null {
  if (!/^[A-Za-z_]\w*$/.test(newName) || yamlText(newName) !== newName) return `\`${newName}\` cannot be the name of a column here: use letters, digits and _, a letter first.`;
  return newName !== name.column && declaredColumn(project, { ...name, column: newName }) ? `\`${name.schema}\` has a column \`${newName}\` already.` : null;
}

function isDeclared(project: Project, name: Name | ColumnName): boolean {
  return 'column' in name ? declaredColumn(project, name) !== null : declarationOf(project, name) !== null;
}

function find(workspace: Workspace, uri: string, position: Position): Found | null {
  const kind = workspace.kindOf(uri);
  const parsed = workspace.parsed(uri);
  const project = workspace.projectOf(uri);
  if (kind === null || !parsed || !project) return null;
  const offset = parsed.lines.offset(position.line + 1, position.character + 1);
  const column = columnAt(project, { kind, path: ownPath(project, uri), parsed }, offset);
  if (column) return { name: { schema: column.schema, column: column.column }, text: column.column, project };
  const name = nameAt(kind, parsed, offset, project);
  return name ? { name, text: name.name, project } : null;
}

function places(workspace: Workspace, { name, project }: Found): Place[] {
  const uriIn = (path: string) => workspace.uriOf(join(project.root, path));
  if ('column' in name) return columnPlaces(project, name).map(({ path, lines, range, declaration }) => ({ uri: uriIn(path), range: toLspRange(lines, range), declaration }));
  const inYaml = occurrencesOf(project, name).map(({ file, range, declaration }) => ({ uri: uriIn(file.path), range: toLspRange(file.parsed.lines, range), declaration }));
  return name.section === 'datasets' ? [...inYaml, ...inSql(project, name.name).map(({ path, range }) => ({ uri: uriIn(path), range, declaration: false }))] : inYaml;
}

function inSql(project: Project, dataset: string): { path: string; range: Range }[] {
  const paths = new Set(Object.values(project.readable?.config.stages ?? {}).flatMap((stage) => ('uses' in stage && stage.uses === 'prepare' ? [stage.with.sql] : [])));
  return [...paths].flatMap((path) => {
    const text = textOf(project, path);
    const lines = new LineIndex(text);
    return tableUses(text, dataset).map((range) => ({ path, range: toLspRange(lines, range) }));
  });
}

import type { Location, Position } from 'vscode-languageserver';
import { entryOf, nodeAt } from '../../engine/project/located.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { spotAt } from '../../engine/project/schemaPath.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import { toUri, type Workspace } from '../workspace.ts';
import { declaredIn, ownPath, referenceIn } from './declared.ts';
import { columnAt, declaredColumn, type ColumnName } from './columnNames.ts';
import { nameAt, shapesOf } from './names.ts';
import { toLspRange } from './ranges.ts';
import { nameUnder } from './references.ts';
import { placeIn } from '../places.ts';

/**
 * The declaration of the name at the cursor: a dataset, stage, model, deployment, monitor or param, a column in its
 * schema, or the file of a path.
 */
export function provideDefinition(workspace: Workspace, uri: string, position: Position): Location | null {
  const kind = workspace.kindOf(uri);
  const parsed = workspace.parsed(uri);
  const project = workspace.projectOf(uri);
  const inSql = kind === null ? nameUnder(workspace, uri, position) : null;
  if (inSql && 'column' in inSql.name) return columnField(inSql.project, inSql.name);
  if (inSql && 'section' in inSql.name) return declared(inSql.project, inSql.name.section, inSql.name.name);
  if (kind === null || !parsed || !project) return null;
  const offset = parsed.lines.offset(position.line + 1, position.character + 1);
  for (const match of parsed.text.matchAll(/\$\{\s*(params|datasets)\.([\w-]+)/g)) {
    if (offset >= match.index && offset <= match.index + match[0].length + 1)
      return declared(project, match[1] ?? '', match[2] ?? '');
  }
  const column = columnAt(project, { kind, path: ownPath(project, uri), parsed }, offset);
  if (column) return columnField(project, column);
  const spot = spotAt(parsed.root, offset);
  if (!spot) return null;
  const [section, name] = spot.path;
  if (kind === 'experiment' && spot.on === 'key') {
    if (spot.path.length === 2 && (section === 'params' || section === 'stages'))
      return declared(project, section, String(name));
    return spot.path.length === 3 && section === 'sweep' && name === 'params'
      ? declared(project, 'params', String(spot.path[2]))
      : null;
  }
  if (spot.on !== 'value' || spot.value?.kind !== 'scalar') return null;
  const word = spot.path.at(-1) === 'cmd' ? nameAt(kind, parsed, offset, project) : null;
  if (word?.section === 'experiments') return atStart(project, project.experiments.get(word.name)?.path);
  if (word) return declared(project, word.section, word.name);
  const text = String(spot.value.value);
  for (const shape of shapesOf(kind, parsed, spot.value, project)) {
    const reference = referenceIn(shape.format, text, declaredIn(project.file.parsed.root));
    if (reference) return declared(project, reference.section, reference.name);
    if (shape.format === 'path' && project.files.exists(text)) return atStart(project, text);
  }
  return null;
}

function atStart(project: Project, path: string | undefined): Location | null {
  const start = { line: 0, character: 0 };
  return path === undefined ? null : { uri: toUri(placeIn(project.root, path)), range: { start, end: start } };
}

function declared(project: Project, section: string, name: string): Location | null {
  const entry = entryOf(nodeAt(project.file.parsed.root ?? undefined, [section]), name);
  return entry ? inFile(project, project.file, entry.keyRange) : null;
}

function columnField(project: Project, use: ColumnName): Location | null {
  const found = declaredColumn(project, use);
  return found && inFile(project, { path: use.schema, parsed: found.parsed }, found.column.range);
}

function inFile(
  project: Project,
  file: { path: string; parsed: Parsed },
  range: { start: number; end: number },
): Location {
  return { uri: toUri(placeIn(project.root, file.path)), range: toLspRange(file.parsed.lines, range) };
}

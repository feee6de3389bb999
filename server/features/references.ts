import type { Location, Position, Range as LspRange } from 'vscode-languageserver';
import { LineIndex } from '../../engine/project/lineIndex.ts';
import type { Range } from '../../engine/project/located.ts';
import { textOf, type Project } from '../../engine/project/loadProject.ts';
import { pathInProject, type Workspace } from '../workspace.ts';
import { columnsIn, declaredIn, ownPath } from './declared.ts';
import { columnAt, columnPlaces, columnsInSql, sqlFilesOf, type ColumnName } from './columnNames.ts';
import { nameAt, occurrencesOf, type Name } from './names.ts';
import { toLspRange } from './ranges.ts';
import { tablePlaces, type SqlPlace } from './sqlNames.ts';
import { placeIn } from '../places.ts';

/** A name of a project at the cursor. */
export interface Found {
  /** A name that the project declares, or a column. */
  name: Name | ColumnName;
  /** As written. */
  text: string;
  project: Project;
}

/** An occurrence of a name in a file of the project. */
export interface NamePlace {
  path: string;
  lines: LineIndex;
  range: Range;
  declaration: boolean;
  /** The quoting of the name in SQL. */
  sql?: SqlPlace;
}

/** Every occurrence of the name at the cursor: in the project, its experiments, and the SQL of its stages. */
export function provideReferences(
  workspace: Workspace,
  uri: string,
  position: Position,
  declarations: boolean,
): Location[] {
  const found = nameUnder(workspace, uri, position);
  return found
    ? placesOf(found)
        .filter((place) => declarations || !place.declaration)
        .map((place) => ({ uri: workspace.uriOf(placeIn(found.project.root, place.path)), range: rangeOf(place) }))
    : [];
}

export function rangeOf({ lines, range }: NamePlace): LspRange {
  return toLspRange(lines, range);
}

/** The name at a position of a Loopwright file, or of SQL that a project runs. */
export function nameUnder(workspace: Workspace, uri: string, position: Position): Found | null {
  const project = workspace.projectOf(uri);
  const kind = workspace.kindOf(uri);
  if (!project) return null;
  if (kind === null) return nameInSql(project, pathInProject(project.root, uri), position);
  const parsed = workspace.parsed(uri);
  if (!parsed) return null;
  const offset = parsed.lines.offset(position.line + 1, position.character + 1);
  const column = columnAt(project, { kind, path: ownPath(project, uri), parsed }, offset);
  if (column) return { name: { schema: column.schema, column: column.column }, text: column.column, project };
  const name = nameAt(kind, parsed, offset, project);
  return name ? { name, text: name.name, project } : null;
}

function nameInSql(project: Project, path: string, position: Position): Found | null {
  if (!sqlFilesOf(project).some((file) => file.path === path)) return null;
  const text = textOf(project, path);
  const offset = new LineIndex(text).offset(position.line + 1, position.character + 1);
  const isAt = ({ range }: { range: Range }) => offset >= range.start && offset <= range.end;
  for (const dataset of declaredIn(project.file.parsed.root).of('datasets').keys()) {
    if (tablePlaces(text, dataset).some(isAt))
      return { name: { section: 'datasets', name: dataset }, text: dataset, project };
  }
  for (const [schema, file] of project.schemas) {
    for (const column of columnsIn(file.parsed).keys()) {
      const here = columnsInSql(project, { schema, column }).find((one) => one.path === path);
      if (here?.places.some((place) => isAt(place) && place.form !== 'as new'))
        return { name: { schema, column }, text: column, project };
    }
  }
  return null;
}

/** Every occurrence of a name, without duplicates. */
export function placesOf({ name, project }: Found): NamePlace[] {
  if ('column' in name) return columnPlaces(project, name);
  const inYaml = occurrencesOf(project, name).map(({ file, range, declaration }) => ({
    path: file.path,
    lines: file.parsed.lines,
    range,
    declaration,
  }));
  return name.section === 'datasets' ? [...inYaml, ...tablesInSql(project, name.name)] : inYaml;
}

function tablesInSql(project: Project, dataset: string): NamePlace[] {
  return sqlFilesOf(project).flatMap(({ path }) => {
    const text = textOf(project, path);
    const lines = new LineIndex(text);
    return tablePlaces(text, dataset).map((sql) => ({ path, lines, range: sql.range, declaration: false, sql }));
  });
}

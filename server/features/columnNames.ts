import { entryOf, type Entry, type Range } from '../../engine/project/located.ts';
import { textOf, type Project } from '../../engine/project/loadProject.ts';
import { LineIndex } from '../../engine/project/lineIndex.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import type { FileKind } from '../../engine/project/shape.ts';
import { columnUse, type Around, type ColumnUse } from './columnUses.ts';
import { columnsIn, declaredIn, textOf as textIn, type Column } from './declared.ts';
import { columnPlacesIn, type SqlPlace } from './sqlNames.ts';
import { walkedOf } from './walked.ts';

/** A column of a dataset schema; datasets with the same schema share it. */
export interface ColumnName {
  schema: string;
  column: string;
}

/** A place of a column in a file of the project. */
export interface ColumnPlace {
  path: string;
  lines: LineIndex;
  range: Range;
  declaration: boolean;
  /** The quoting of the name in SQL. */
  sql?: SqlPlace;
}

/** The column at an offset of a file. */
export function columnAt(
  project: Project,
  file: { kind: FileKind; path: string; parsed: Parsed },
  offset: number,
): ColumnUse | null {
  for (const use of usesIn(project, file)) if (offset >= use.range.start && offset <= use.range.end) return use;
  return null;
}

/** The declaration of a column in a schema; null when there is none. */
export function declaredColumn(
  project: Project,
  { schema, column }: ColumnName,
): { parsed: Parsed; column: Column } | null {
  const parsed = project.schemas.get(schema)?.parsed;
  const found = columnsIn(parsed).get(column);
  return parsed && found ? { parsed, column: found } : null;
}

/**
 * Every place of a column: in its schema, in schemas that refer to it, in the project, and in SQL that definitely uses
 * it.
 */
export function columnPlaces(project: Project, wanted: ColumnName): ColumnPlace[] {
  const inYaml = [project.file, ...project.experiments.values(), ...project.schemas.values()].flatMap((file) =>
    usesIn(project, file)
      .filter((use) => use.schema === wanted.schema && use.column === wanted.column)
      .map(({ range, declaration }) => ({ path: file.path, lines: file.parsed.lines, range, declaration })),
  );
  const inSql = columnsInSql(project, wanted).flatMap(({ path, lines, places }) =>
    places.map((sql) => ({ path, lines, range: sql.range, declaration: false, sql })),
  );
  return [...inYaml, ...inSql];
}

/** The SQL of the project that uses a column, and why some of it cannot be rewritten. */
export function columnsInSql(
  project: Project,
  { schema, column }: ColumnName,
): { path: string; lines: LineIndex; places: SqlPlace[]; unsure: string | null }[] {
  const declared = declaredIn(project.file.parsed.root);
  const schemaOf = (dataset: string) => declared.text('datasets', dataset, 'schema');
  const names = new Map([...declared.of('datasets').keys()].map((name) => [name.toLowerCase(), name]));
  const inputs = new Set([...names].filter(([, name]) => schemaOf(name) === schema).map(([lower]) => lower));
  const columnsOf = (table: string) => {
    const columns = columnsIn(project.schemas.get(schemaOf(names.get(table) ?? '') ?? '')?.parsed);
    return columns.size === 0 ? null : new Set([...columns.keys()].map((name) => name.toLowerCase()));
  };
  return sqlFilesOf(project).map(({ path, outputs }) => {
    const text = textOf(project, path);
    const found = columnPlacesIn(text, {
      column,
      inputs,
      output: outputs.some((output) => schemaOf(output) === schema),
      columnsOf,
    });
    return { path, lines: new LineIndex(text), ...found };
  });
}

/** The SQL files that read datasets of a project, with their output datasets. */
export function sqlFilesOf(project: Project): { path: string; outputs: string[] }[] {
  const declared = declaredIn(project.file.parsed.root);
  const files = new Map<string, string[]>();
  const add = (path: string | null, output: string | null) => {
    if (path !== null && path.endsWith('.sql'))
      files.set(path, [...(files.get(path) ?? []), ...(output === null ? [] : [output])]);
  };
  for (const name of declared.of('stages').keys())
    if (declared.text('stages', name, 'uses') === 'prepare')
      add(declared.text('stages', name, 'with', 'sql'), declared.text('stages', name, 'with', 'output'));
  for (const { value } of labelTasks(project)) add(textIn(entryOf(value, 'rules')?.value), null);
  return [...files].map(([path, outputs]) => ({ path, outputs }));
}

function labelTasks(project: Project): Entry[] {
  const tasks = entryOf(project.file.parsed.root ?? undefined, 'labelling')?.value;
  return tasks?.kind === 'map' ? tasks.entries : [];
}

function usesIn(
  project: Project,
  { kind, path, parsed }: { kind: FileKind; path: string; parsed: Parsed },
): ColumnUse[] {
  const around: Around = {
    kind,
    text: parsed.text,
    path,
    declared: declaredIn(kind === 'project' ? parsed.root : project.file.parsed.root),
  };
  return walkedOf(kind, parsed, project).flatMap((walked) => columnUse(walked, around) ?? []);
}

import type { Range } from '../../engine/project/located.ts';
import { textOf, type Project } from '../../engine/project/loadProject.ts';
import { LineIndex } from '../../engine/project/lineIndex.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import type { FileKind } from '../../engine/project/shape.ts';
import { tableUses } from '../../engine/project/tablesIn.ts';
import { columnUse, type Around, type ColumnUse } from './columnUses.ts';
import { columnsIn, declaredIn, type Column } from './declared.ts';
import { walkedOf } from './walked.ts';

/** A column of a dataset schema: datasets that share the schema share it. */
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
}

/** The column that is named at an offset of a file. */
export function columnAt(project: Project, file: { kind: FileKind; path: string; parsed: Parsed }, offset: number): ColumnUse | null {
  for (const use of usesIn(project, file)) if (offset >= use.range.start && offset <= use.range.end) return use;
  return null;
}

/** Where a schema declares a column; null when it does not. */
export function declaredColumn(project: Project, { schema, column }: ColumnName): { parsed: Parsed; column: Column } | null {
  const parsed = project.schemas.get(schema)?.parsed;
  const found = columnsIn(parsed).get(column);
  return parsed && found ? { parsed, column: found } : null;
}

/** Every place of a column: in its schema and others that refer to it, in the project, and in SQL that names it with its table. */
export function columnPlaces(project: Project, wanted: ColumnName): ColumnPlace[] {
  const inYaml = [project.file, ...project.experiments.values(), ...project.schemas.values()].flatMap((file) => usesIn(project, file)
    .filter((use) => use.schema === wanted.schema && use.column === wanted.column)
    .map(({ range, declaration }) => ({ path: file.path, lines: file.parsed.lines, range, declaration })));
  return [...inYaml, ...inSql(project, wanted)];
}

function usesIn(project: Project, { kind, path, parsed }: { kind: FileKind; path: string; parsed: Parsed }): ColumnUse[] {
  const around: Around = { kind, text: parsed.text, path, declared: declaredIn(kind === 'project' ? parsed.root : project.file.parsed.root) };
  return walkedOf(kind, parsed, project).flatMap((walked) => columnUse(walked, around) ?? []);
}

/** `dataset.column` in the SQL of stages, where the name surely is the dataset's: no other table is called so there. */
function inSql(project: Project, { schema, column }: ColumnName): ColumnPlace[] {
  const declared = declaredIn(project.file.parsed.root);
  const datasets = [...declared.of('datasets').keys()].filter((name) => declared.text('datasets', name, 'schema') === schema);
  const paths = new Set([...declared.of('stages').keys()].flatMap((name) => (declared.text('stages', name, 'uses') === 'prepare' ? (declared.text('stages', name, 'with', 'sql') ?? []) : [])));
  return [...paths].flatMap((path) => {
    const text = textOf(project, path);
    const lines = new LineIndex(text);
    return datasets.flatMap((dataset) => qualified(text, dataset, column).map((range) => ({ path, lines, range, declaration: false })));
  });
}

function qualified(sql: string, dataset: string, column: string): Range[] {
  if (isAlias(sql, dataset)) return [];
  return tableUses(sql, dataset).flatMap(({ end }) => {
    const after = /^"?\s*\.\s*(?:"([^"]+)"|(\w+))/.exec(sql.slice(end, end + 200));
    const named = after?.[1] ?? after?.[2];
    if (!after || named?.toLowerCase() !== column.toLowerCase()) return [];
    const start = end + after[0].length - named.length - (after[1] === undefined ? 0 : 1);
    return [{ start, end: start + named.length }];
  });
}

/** Another table or a subquery has the name of the dataset here: `FROM orders AS features`, `WITH features AS (…)`. */
function isAlias(sql: string, dataset: string): boolean {
  const keywords = 'from|join|select|where|on|using|and|or|by|distinct|when|then|else|case|in|not|as';
  const name = dataset.replaceAll(/[^\w]/g, '.');
  return new RegExp(`\\bas\\s+"?${name}\\b|\\b${name}"?\\s+as\\s*\\(|\\)\\s*"?${name}\\b|\\b(?:from|join)\\s+(?!(?:${keywords})\\b)[\\w."]+\\s+"?${name}\\b`, 'i').test(sql);
}

import {
  ErrorCodes,
  ResponseError,
  type Position,
  type Range as LspRange,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { sqlName } from '../../engine/data/sqlName.ts';
import type { Range } from '../../engine/project/located.ts';
import { loadProject, textOf, type Project } from '../../engine/project/loadProject.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import { rewriteScalar, scalarAround, type WrittenScalar } from '../../engine/project/rewriteScalar.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { Workspace } from '../workspace.ts';
import { columnsIn } from './declared.ts';
import { columnsInSql, declaredColumn, type ColumnName } from './columnNames.ts';
import { declarationOf, type Name } from './names.ts';
import { toLspRange } from './ranges.ts';
import { nameUnder, placesOf, rangeOf, type Found, type NamePlace } from './references.ts';
import { namesItself } from './sqlNames.ts';
import { placeIn } from '../places.ts';

/** A replacement in a file of the project, in offsets. */
interface FileEdit {
  place: NamePlace;
  range: Range;
  text: string;
}

/** Whether the name at the cursor can be renamed, and its current text. */
export function prepareRename(
  workspace: Workspace,
  uri: string,
  position: Position,
): { range: LspRange; placeholder: string } | null {
  const found = nameUnder(workspace, uri, position);
  if (!found || !isDeclared(found.project, found.name)) return null;
  const here = placesOf(found).find((place) => {
    const { start, end } = rangeOf(place);
    return (
      workspace.uriOf(placeIn(found.project.root, place.path)) === uri &&
      start.line === position.line &&
      start.character <= position.character &&
      end.character >= position.character
    );
  });
  return here ? { range: rangeOf(here), placeholder: found.text } : null;
}

/**
 * Renames everywhere, with the quotes that each place needs. Refused with a reason when the new name is invalid, taken,
 * or would change the meaning of the project: the edited texts are checked before they are returned.
 */
export function provideRename(
  workspace: Workspace,
  uri: string,
  position: Position,
  newName: string,
): WorkspaceEdit | null {
  const found = nameUnder(workspace, uri, position);
  if (!found) return null;
  const { project, name } = found;
  if (newName === found.text) return { changes: {} };
  const refusal = 'column' in name ? refusedColumn(project, name, newName) : refusedName(project, name, newName);
  if (refusal !== null) throw refused(refusal);
  const edits = placesOf(found).length === 0 ? [] : editsFor(found, newName);
  const worse =
    typeof edits === 'string'
      ? edits
      : 'section' in name && name.section === 'experiments'
        ? null
        : worseAfter(found, newName, edits);
  if (worse !== null || typeof edits === 'string') throw refused(worse ?? String(edits));
  const uriIn = (path: string) => workspace.uriOf(placeIn(project.root, path));
  const changes: Record<string, TextEdit[]> = {};
  for (const { place, range, text } of edits)
    (changes[uriIn(place.path)] ??= []).push({ range: toLspRange(place.lines, range), newText: text });
  if ('column' in name || name.section !== 'experiments') return { changes };
  const path = project.experiments.get(name.name)?.path ?? '';
  return {
    documentChanges: [
      ...Object.entries(changes).map(([where, texts]) => ({
        textDocument: { uri: where, version: null },
        edits: texts,
      })),
      {
        kind: 'rename',
        oldUri: uriIn(path),
        newUri: uriIn(
          path.slice(0, path.lastIndexOf('/') + 1) + newName + (/\.experiment\.ya?ml$/.exec(path)?.[0] ?? ''),
        ),
      },
    ],
  };
}

function refused(reason: string): ResponseError<void> {
  return new ResponseError(ErrorCodes.InvalidParams, reason);
}

function refusedName(project: Project, name: Name, newName: string): string | null {
  const table = name.section === 'datasets';
  const pattern = table ? /^[A-Za-z_]\w*$/ : name.section === 'experiments' ? /^\w[\w-]*$/ : /^[A-Za-z_][\w-]*$/;
  const shown = JSON.stringify(newName);
  if (newName.trim() === '') return 'A name cannot be empty.';
  if (!pattern.test(newName) || newName === '__proto__')
    return `${shown} cannot be a name here: use letters without accents, digits and _${table ? ', since SQL reads it as a table' : ' or -'}${name.section === 'experiments' ? '' : ', a letter first'}.`;
  if (name.section === 'experiments' && /^(default|con|prn|aux|nul|com\d|lpt\d)$/i.test(newName))
    return `${shown} cannot be the name of an experiment: ${/^default$/i.test(newName) ? 'it is the project without an experiment' : 'Windows has no file of that name'}.`;
  const taken = namesOf(project, name.section).find(
    (other) => other !== name.name && other.toLowerCase() === newName.toLowerCase(),
  );
  if (taken === newName) return `\`${newName}\` is already declared under \`${name.section}\`.`;
  if (taken !== undefined)
    return `\`${taken}\` is already declared under \`${name.section}\` and differs only in case.`;
  if (!table || newName.toLowerCase() === name.name.toLowerCase()) return null;
  const own = placesOf({ name, text: name.name, project }).find(
    ({ sql, path }) => sql && namesItself(textOf(project, path), newName),
  );
  return own
    ? `\`${own.path}\` uses \`${newName}\` for something else. Choose another name, or rename it there first.`
    : null;
}

function namesOf(project: Project, section: Name['section']): string[] {
  if (section === 'experiments') return [...project.experiments.keys()];
  const { root } = project.file.parsed;
  const entries = root?.kind === 'map' ? root.entries.find(({ key }) => key === section)?.value : undefined;
  return entries?.kind === 'map' ? entries.entries.map(({ key }) => key) : [];
}

function refusedColumn(project: Project, name: ColumnName, newName: string): string | null {
  const shown = JSON.stringify(newName);
  if (newName.trim() === '') return 'The name of a column cannot be empty.';
  if (newName !== newName.trim()) return `${shown} begins or ends with a space. Remove the space.`;
  // oxlint-disable-next-line no-control-regex -- the expression finds control characters
  if (/[\u0000-\u001f\u007f\u0085\u2028\u2029\ufeff]/.test(newName))
    return `${shown} has a line break or another control character. The name of a column is one line of text.`;
  if (newName.includes('${'))
    return `${shown} would be read as a reference to a param. The name of a column cannot have \`\${\` in it.`;
  if (newName === '__proto__') return `${shown} cannot be the name of a column.`;
  const columns = columnsIn(project.schemas.get(name.schema)?.parsed);
  const taken = [...columns.keys()].find(
    (other) => other !== name.column && other.toLowerCase() === newName.toLowerCase(),
  );
  if (taken === undefined) return null;
  return taken === newName
    ? `\`${name.schema}\` already has a column \`${newName}\`.`
    : `\`${name.schema}\` has a column \`${taken}\`, which differs only in case; SQL treats the two as equal.`;
}

function isDeclared(project: Project, name: Name | ColumnName): boolean {
  return 'column' in name ? declaredColumn(project, name) !== null : declarationOf(project, name) !== null;
}

/** The edits, or the reason why they are not possible. */
function editsFor(found: Found, newName: string): FileEdit[] | string {
  const { project, name, text: oldName } = found;
  const unsure = 'column' in name ? columnsInSql(project, name).find((file) => file.unsure !== null) : undefined;
  if (unsure)
    return `\`${unsure.path}\` ${unsure.unsure}, so it is not clear what \`${oldName}\` means there. Name the table in front of it (\`table.${oldName}\`) in the SQL, then rename it.`;
  const edits: FileEdit[] = [];
  const scalars = new Map<string, { place: NamePlace; scalar: WrittenScalar; parsed: Parsed; parts: Range[] }>();
  for (const place of placesOf(found)) {
    const file = fileAt(project, place.path);
    if (place.sql) edits.push(inSql(place, oldName, newName));
    else if (file) {
      const scalar = scalarAround(file.parsed, place.range.start);
      const key = `${place.path}:${scalar?.range.start ?? `at ${place.range.start}`}`;
      if (scalar)
        scalars.set(key, {
          place,
          scalar,
          parsed: file.parsed,
          parts: [...(scalars.get(key)?.parts ?? []), place.range],
        });
      // A comment that shows a reference is renamed too.
      else edits.push({ place, range: place.range, text: newName });
    }
  }
  for (const { place, scalar, parsed, parts } of scalars.values()) {
    const rewritten = rewriteScalar(parsed.text, scalar, parts, newName);
    if (!rewritten)
      return `\`${place.path}\` has the name inside a text of several lines, where ${JSON.stringify(newName)} cannot be written. Use letters, digits and _.`;
    edits.push(...rewritten.map((edit) => ({ place, ...edit })));
  }
  return edits;
}

function fileAt(project: Project, path: string): { parsed: Parsed } | undefined {
  return [project.file, ...project.experiments.values(), ...project.schemas.values()].find(
    (file) => file.path === path,
  );
}

function inSql(place: NamePlace, oldName: string, newName: string): FileEdit {
  const { sql, range } = place;
  const outer = sql?.quoted ? { start: range.start - 1, end: range.end + 1 } : range;
  const named = sql?.quoted ? `"${newName.replaceAll('"', '""')}"` : sqlName(newName);
  if (sql?.form === 'as new')
    return { place, range: { start: outer.end, end: outer.end }, text: ` AS ${sqlName(newName)}` };
  return { place, range: outer, text: sql?.form === 'as old' ? `${named} AS ${sqlName(oldName)}` : named };
}

/**
 * The first error of form or reference that the renamed project has and the current one has not, or a lost place; null
 * when both are equal. Names that two schemas must share are allowed to differ, because they can only be renamed one
 * after the other.
 */
function worseAfter(found: Found, newName: string, edits: readonly FileEdit[]): string | null {
  const { project, name } = found;
  const texts = new Map<string, string>();
  for (const {
    place: { path },
  } of edits)
    texts.set(path, textOf(project, path));
  for (const [path, text] of texts) {
    const own = edits.filter(({ place }) => place.path === path).toSorted((a, b) => b.range.start - a.range.start);
    texts.set(
      path,
      own.reduce(
        (made, { range, text: written }) => made.slice(0, range.start) + written + made.slice(range.end),
        text,
      ),
    );
  }
  const { files } = project;
  const renamed = loadProject(
    project.root,
    {
      ...files,
      read: (path) => texts.get(path) ?? files.read(path),
      exists: (path) => files.exists(path),
      glob: (pattern) => files.glob(pattern),
    },
    project.env,
  );
  const before = countsOf(checkProject(project));
  for (const problem of checkProject(renamed)) {
    const left = before.get(keyOf(problem)) ?? 0;
    if (left === 0 && problem.severity !== 'info' && /^LW[12]/.test(problem.code))
      return `With the name ${JSON.stringify(newName)} there would be a mistake in \`${problem.file}\`: ${problem.message}`;
    before.set(keyOf(problem), left - 1);
  }
  const after = placesOf({
    project: renamed,
    text: newName,
    name: 'column' in name ? { ...name, column: newName } : { ...name, name: newName },
  });
  const lost = placesOf(found).length - after.length;
  return lost > 0 ? `With the name ${JSON.stringify(newName)} ${lost} of its uses would no longer be found.` : null;
}

function countsOf(problems: readonly Problem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const problem of problems) counts.set(keyOf(problem), (counts.get(keyOf(problem)) ?? 0) + 1);
  return counts;
}

function keyOf({ code, file }: Problem): string {
  return `${code} ${file}`;
}

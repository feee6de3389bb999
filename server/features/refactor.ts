import { CodeActionKind, type CodeAction, type Range as LspRange, type TextEdit } from 'vscode-languageserver';
import { setAt, yamlText, type Edit } from '../../engine/project/edit.ts';
import { entryOf, nodeAt, type Located, type Range } from '../../engine/project/located.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import { shapesAt, spotAt, type KeyPath, type Spot } from '../../engine/project/schemaPath.ts';
import { shapes } from '../../engine/project/shape.ts';
import type { Workspace } from '../workspace.ts';
import { declaredIn } from './declared.ts';
import { toLspRange } from './ranges.ts';
import { isFlow } from './spans.ts';

/** The kinds of `provideRefactorings`. */
export const refactorKinds = [CodeActionKind.RefactorExtract, CodeActionKind.RefactorInline];

/** Extracts a value of a stage into a param, and inlines a param. */
export function provideRefactorings(
  workspace: Workspace,
  uri: string,
  { start }: LspRange,
  only?: readonly string[],
): CodeAction[] {
  const parsed = workspace.kindOf(uri) === 'project' ? workspace.parsed(uri) : null;
  if (!parsed?.root || parsed.problems.some(({ code }) => code === 'LW100')) return [];
  const offset = parsed.lines.offset(start.line + 1, start.character + 1);
  const spot = spotAt(parsed.root, offset);
  if (spot?.on !== 'value' || !spot.value) return [];
  const wanted = (kind: string) => !only || only.some((asked) => kind === asked || kind.startsWith(`${asked}.`));
  return [
    ...(wanted(CodeActionKind.RefactorExtract) ? extract(parsed, spot, uri) : []),
    ...(wanted(CodeActionKind.RefactorInline) ? inline(parsed, spot, offset, uri) : []),
  ];
}

function extract(parsed: Parsed, { path, value }: Spot, uri: string): CodeAction[] {
  const written =
    value?.kind === 'scalar' && value.value !== null ? parsed.text.slice(value.range.start, value.range.end) : '';
  if (
    !value ||
    path[0] !== 'stages' ||
    path[2] !== 'with' ||
    path.length < 4 ||
    written === '' ||
    /\$\{|\n|^[*|>]/.test(written)
  )
    return [];
  // A name must stay findable for rename.
  if (
    shapesAt(shapes.project, parsed.root, path).some(
      (shape) => shape.const !== undefined || shape.format?.startsWith('reference:'),
    )
  )
    return [];
  const name = freeName(parsed, path);
  const insert = intoParams(parsed, name, written, value);
  if (!insert) return [];
  const reference = `\${params.${name}}`;
  const edits = [{ range: value.range, text: inFlow(parsed, path) ? JSON.stringify(reference) : reference }, insert];
  return [action(`Extract into param ${name}`, CodeActionKind.RefactorExtract, parsed, uri, edits)];
}

/** An unused name for a param: the key, then with the stage before it, then with a number after it. */
function freeName(parsed: Parsed, path: KeyPath): string {
  const key = String(path.findLast((step) => typeof step === 'string') ?? 'value').replaceAll(/[^\w-]/g, '_');
  const known = declaredIn(parsed.root).of('params');
  const long = `${String(path[1]).replaceAll(/[^\w-]/g, '_')}_${key}`;
  let name = known.has(key) ? long : key;
  for (let i = 2; known.has(name); i++) name = `${long}_${i}`;
  return name;
}

/** Adds the param to the section, or a new section before the one that follows it. */
function intoParams(
  parsed: Parsed,
  name: string,
  written: string,
  value: Located,
): { range: Range; text: string } | null {
  const root = parsed.root ?? undefined;
  const section = entryOf(root, 'params');
  if (section) {
    const flow = section.value.kind !== 'map' || isFlow(parsed.text, section.value);
    const edit: Edit | null = setAt(
      { path: parsed.file, parsed },
      ['params', name],
      flow ? flowText(written, value) : written,
    );
    return edit && { range: edit.range, text: edit.text };
  }
  const next = entryOf(root, 'datasets') ?? entryOf(root, 'stages');
  if (!next || !root || isFlow(parsed.text, root)) return null;
  const at = aboveComments(parsed.text, parsed.text.lastIndexOf('\n', next.keyRange.start - 1) + 1);
  const newline = parsed.text.includes('\r\n') ? '\r\n' : '\n';
  return { range: { start: at, end: at }, text: `params:${newline}  ${name}: ${written}${newline}${newline}` };
}

/** The start of the comment lines directly above a line. */
function aboveComments(text: string, lineStart: number): number {
  let at = lineStart;
  while (at > 0) {
    const before = text.lastIndexOf('\n', at - 2) + 1;
    if (!text.slice(before, at).trimStart().startsWith('#')) break;
    at = before;
  }
  return at;
}

function inline(parsed: Parsed, { path, range, value }: Spot, offset: number, uri: string): CodeAction[] {
  if (value?.kind !== 'scalar' || typeof value.value !== 'string') return [];
  const written = parsed.text.slice(range.start, range.end);
  const match = [...written.matchAll(/\$\{[ \t]*params\.([\w-]+)[ \t]*\}/g)].find(
    ({ index, 0: whole }) => offset >= range.start + index && offset <= range.start + index + whole.length,
  );
  const name = match?.[1] ?? '';
  const param = nodeAt(parsed.root ?? undefined, ['params', name]);
  if (!match || !param || (path[0] === 'params' && path[1] === name)) return [];
  const whole = value.value.trim() === match[0];
  const start = range.start + match.index;
  const text = whole ? asValue(parsed, param, inFlow(parsed, path)) : asPart(param, written);
  const replaced = whole ? range : { start, end: start + match[0].length };
  return text === null
    ? []
    : [action(`Inline param ${name}`, CodeActionKind.RefactorInline, parsed, uri, [{ range: replaced, text }])];
}

/** The value of a param as text for its destination; null when it does not fit on one line. */
function asValue(parsed: Parsed, param: Located, flow: boolean): string | null {
  const written = parsed.text.slice(param.range.start, param.range.end).trimEnd();
  if (param.kind === 'map' || /^[*&!]/.test(written)) return null;
  if (param.kind === 'scalar')
    return written.includes('\n') ? JSON.stringify(param.value) : flow ? flowText(written, param) : written;
  if (written.startsWith('[') && !/[\n#]/.test(written)) return written;
  const items = param.items.map((item) => asValue(parsed, item, true));
  return items.includes(null) ? null : `[${items.join(', ')}]`;
}

/** A value inside a longer text, escaped for its quotes; null where it is ambiguous. */
function asPart(param: Located, around: string): string | null {
  if (param.kind !== 'scalar') return null;
  const text = String(param.value);
  if (around.startsWith('"')) return JSON.stringify(text).slice(1, -1);
  if (text.includes('\n')) return null;
  if (around.startsWith("'")) return text.replaceAll("'", "''");
  return /^[|>]/.test(around) || /^[\w./@%+=-]*$/.test(text) ? text : null;
}

/** A value inside `{…}` or `[…]`, where plain texts are more restricted. */
function flowText(written: string, value: Located): string {
  if (value.kind !== 'scalar' || value.quoted || typeof value.value !== 'string' || !/[,[\]{}]/.test(written))
    return written;
  return yamlText(value.value);
}

function inFlow(parsed: Parsed, path: KeyPath): boolean {
  return path.some((_, depth) => {
    const around = nodeAt(parsed.root ?? undefined, path.slice(0, depth));
    return around !== undefined && isFlow(parsed.text, around);
  });
}

function action(
  title: string,
  kind: string,
  { lines }: Parsed,
  uri: string,
  edits: readonly { range: Range; text: string }[],
): CodeAction {
  const changes = edits.map(({ range, text }): TextEdit => ({ range: toLspRange(lines, range), newText: text }));
  return { title, kind, edit: { changes: { [uri]: changes } } };
}

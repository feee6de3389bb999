import type { InlayHint, Range as LspRange } from 'vscode-languageserver';
import { durationMs, parseDuration } from '../../engine/base/duration.ts';
import { entryOf, nodeAt, toValue } from '../../engine/project/located.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import type { Walked } from '../../engine/project/schemaWalk.ts';
import type { FileKind } from '../../engine/project/shape.ts';
import type { Workspace } from '../workspace.ts';
import { declaredIn, textOf } from './declared.ts';
import { describeFiles, type Allowance } from './fileSizes.ts';
import { ancestor, walkedOf } from './walked.ts';

interface File {
  kind: FileKind;
  parsed: Parsed;
  project: Project | null;
  allowance: Allowance;
}

interface Hint {
  offset: number;
  text: string;
}

const mostLength = 40;
/** The maximum number of files to look up per request; further ones follow in the next. */
const mostLookups = 60;
const bounds = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']);

/** Hints for values: the param of a reference, the files of a path, a long duration in words, the unit of a bound. */
export function provideInlayHints(workspace: Workspace, uri: string, { start, end }: LspRange): InlayHint[] {
  const [kind, parsed] = [workspace.kindOf(uri), workspace.parsed(uri)];
  if (kind === null || !parsed) return [];
  const [from, to] = [
    parsed.lines.offset(start.line + 1, start.character + 1),
    parsed.lines.offset(end.line + 1, end.character + 1),
  ];
  const file: File = { kind, parsed, project: workspace.projectOf(uri), allowance: { left: mostLookups } };
  const hints: Hint[] = [];
  for (const walked of walkedOf(kind, parsed, file.project)) {
    const { node } = walked;
    if (node.kind === 'scalar' && node.range.end >= from && node.range.start <= to)
      hints.push(...hintsOf(file, walked));
  }
  return hints
    .filter(({ offset }) => offset >= from && offset <= to)
    .map(({ offset, text }) => toHint(parsed, offset, text));
}

function toHint({ lines }: Parsed, offset: number, text: string): InlayHint {
  const { line, column } = lines.at(offset);
  const long = text.length > mostLength;
  return {
    position: { line: line - 1, character: column - 1 },
    label: long ? `${text.slice(0, mostLength - 1)}…` : text,
    paddingLeft: true,
    ...(long ? { tooltip: text } : {}),
  };
}

function hintsOf(file: File, walked: Walked): Hint[] {
  const { node, shapes, path } = walked;
  if (node.kind !== 'scalar') return [];
  if (file.kind === 'dataset') return after(node.range.end, unitOf(walked));
  if (typeof node.value !== 'string') return [];
  if (node.value.includes('${')) return references(file, walked);
  if (shapes.some((shape) => shape.format === 'duration')) return after(node.range.end, inWords(node.value));
  const data = shapes.some((shape) => shape.format === 'path') && path.at(-1) !== 'schema' && path.at(-1) !== 'sql';
  return data && file.project ? after(node.range.end, describeFiles(file.project, node.value, file.allowance)) : [];
}

function after(offset: number, text: string | null): Hint[] {
  return text === null || text === '' ? [] : [{ offset, text }];
}

/** The values of `${params.x}` and `${datasets.x.path}`; those of `${env.X}` may be secrets. */
function references({ parsed, project, kind }: File, { node }: Walked): Hint[] {
  const text = parsed.text.slice(node.range.start, node.range.end);
  const declared = declaredIn(project?.resolved.root ?? null);
  return [...text.matchAll(/\$\{[ \t]*(params|datasets)\.([\w-]+)(\.path)?[ \t]*\}/g)].flatMap((match) => {
    const [whole, section, name = '', rest] = match;
    if ((section === 'datasets') !== (rest !== undefined)) return [];
    const own = kind === 'experiment' ? nodeAt(parsed.root ?? undefined, ['params', name]) : undefined;
    const value =
      section === 'datasets'
        ? declared.text('datasets', name, 'path')
        : toValue(own ?? declared.of('params').get(name)?.value);
    if (value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value))) return [];
    const end = match.index + whole.length;
    // A closing quote directly after the expression would separate the hint from it.
    const closes = end === text.length - 1 && /^["']/.test(text) ? 1 : 0;
    return after(node.range.start + end + closes, section === 'datasets' ? String(value) : `= ${valueText(value)}`);
  });
}

function valueText(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(valueText).join(', ')}]` : String(value).replaceAll(/\s+/g, ' ');
}

/** The unit of the column, after a bound. */
function unitOf(walked: Walked): string | null {
  const { path, node } = walked;
  if (
    path.length !== 4 ||
    path[0] !== 'fields' ||
    path[2] !== 'constraints' ||
    !bounds.has(String(path[3])) ||
    node.kind !== 'scalar' ||
    typeof node.value !== 'number'
  )
    return null;
  return textOf(entryOf(entryOf(ancestor(walked, 2)?.node, 'loopwright')?.value, 'unit')?.value);
}

/** A duration in larger units: `90m` is 1 h 30 min. Null when it is clear as written. */
export function inWords(duration: string): string | null {
  if (parseDuration(duration) === null || /[dw]$/.test(duration.trim())) return null;
  const parts: string[] = [];
  let rest = Math.round(durationMs(duration) / 1000);
  for (const [seconds, unit] of [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const) {
    if (rest >= seconds) parts.push(`${Math.floor(rest / seconds)} ${unit}`);
    rest %= seconds;
  }
  const own = { s: 's', m: 'min', h: 'h' }[duration.trim().at(-1) ?? ''];
  return parts.length === 0 || (parts.length === 1 && parts[0]?.endsWith(` ${own}`)) ? null : parts.join(' ');
}

import type { Position, SelectionRange } from 'vscode-languageserver';
import type { Located, Range } from '../../engine/project/located.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import type { Workspace } from '../workspace.ts';
import { toLspRange } from './ranges.ts';
import { isFlow, ownEntries, ownItems, pairRange, trimmed } from './spans.ts';
import { unquoted } from './walked.ts';

/**
 * The ranges for a growing selection: the word, the value, the pair, the mapping or list item, the section, the file.
 */
export function provideSelectionRanges(
  workspace: Workspace,
  uri: string,
  positions: readonly Position[],
): SelectionRange[] {
  const parsed = workspace.kindOf(uri) === null ? null : workspace.parsed(uri);
  if (!parsed) return [];
  return positions.map(({ line, character }) => {
    const offset = parsed.lines.offset(line + 1, character + 1);
    return chain(parsed, nested(candidates(parsed, offset), offset), offset);
  });
}

function chain({ lines }: Parsed, ranges: readonly Range[], offset: number): SelectionRange {
  const outward = ranges
    .toReversed()
    .reduce<SelectionRange | undefined>(
      (parent, range) => ({ range: toLspRange(lines, range), ...(parent ? { parent } : {}) }),
      undefined,
    );
  return outward ?? { range: toLspRange(lines, { start: offset, end: offset }) };
}

/** The ranges from the innermost outwards. */
function nested(ranges: readonly Range[], offset: number): Range[] {
  const kept: Range[] = [];
  for (const range of ranges) {
    const last = kept.at(-1) ?? { start: offset, end: offset };
    if (range.start <= last.start && range.end >= last.end && range.end - range.start > last.end - last.start)
      kept.push(range);
  }
  return kept;
}

function candidates({ text, root }: Parsed, offset: number): Range[] {
  const outer: Range[] = [{ start: 0, end: text.length }];
  let node: Located | null = root;
  let leaf: Range | null = null;
  while (node) {
    outer.push(trimmed(text, node.range));
    if (node.kind === 'scalar') leaf = trimmed(text, node.range);
    const step =
      node.kind === 'scalar' ? null : (inMap(text, node, offset, outer) ?? inList(text, node, offset, outer));
    if (step?.leaf) leaf = step.leaf;
    node = step?.node ?? null;
  }
  return [
    ...words(text, offset),
    ...(leaf ? [unquoted(text, leaf)] : commentAround(text, offset)),
    ...outer.toReversed(),
  ];
}

interface Step {
  node: Located | null;
  leaf: Range | null;
}

function inMap(text: string, node: Located, offset: number, outer: Range[]): Step | null {
  for (const entry of ownEntries(node)) {
    const pair = pairRange(text, entry);
    if (!contains(pair, offset)) continue;
    outer.push(pair);
    if (contains(entry.keyRange, offset)) {
      outer.push(entry.keyRange);
      return { node: null, leaf: entry.keyRange };
    }
    return { node: contains(entry.value.range, offset) ? entry.value : null, leaf: null };
  }
  return null;
}

function inList(text: string, node: Located, offset: number, outer: Range[]): Step | null {
  for (const item of ownItems(node)) {
    const own = trimmed(text, item.range);
    const dash = isFlow(text, node) ? own.start : text.lastIndexOf('-', own.start - 1);
    if (!contains({ start: dash, end: own.end }, offset)) continue;
    outer.push({ start: dash, end: own.end });
    return { node: contains(own, offset) ? item : null, leaf: null };
  }
  return null;
}

/** The word at an offset, the dotted name around it, and the `${…}` around that. */
function words(text: string, offset: number): Range[] {
  const around = (pattern: RegExp) => {
    let [start, end] = [offset, offset];
    while (pattern.test(text[start - 1] ?? ' ')) start--;
    while (pattern.test(text[end] ?? ' ')) end++;
    return { start, end };
  };
  const dotted = around(/[\w.-]/);
  const [before, after] = [
    /\$\{[ \t]*$/.exec(text.slice(Math.max(0, dotted.start - 8), dotted.start)),
    /^[ \t]*\}/.exec(text.slice(dotted.end, dotted.end + 8)),
  ];
  return [
    around(/[\w-]/),
    dotted,
    ...(before && after ? [{ start: dotted.start - before[0].length, end: dotted.end + after[0].length }] : []),
  ];
}

/** The comment at an offset. */
function commentAround(text: string, offset: number): Range[] {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset) === -1 ? text.length : text.indexOf('\n', offset);
  const comment = /(?:^|\s)(#.*)$/.exec(text.slice(start, end).trimEnd())?.[1];
  const from = comment === undefined ? end : start + text.slice(start, end).indexOf(comment);
  return comment !== undefined && from <= offset ? [{ start: from, end: from + comment.length }] : [];
}

function contains(range: Range, offset: number): boolean {
  return offset >= range.start && offset <= range.end;
}

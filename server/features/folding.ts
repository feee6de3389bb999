import { FoldingRangeKind, type FoldingRange } from 'vscode-languageserver';
import type { Entry, Located } from '../../engine/project/located.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import type { Workspace } from '../workspace.ts';
import { eachNode, isFlow, trimmed } from './spans.ts';

/** Folding ranges: sections and their contents, collections over several lines, blocks of comments, regions. */
export function provideFolding(workspace: Workspace, uri: string): FoldingRange[] {
  const parsed = workspace.kindOf(uri) === null ? null : workspace.parsed(uri);
  if (!parsed) return [];
  const folds = new Map<number, FoldingRange>();
  const add = (fold: FoldingRange) => {
    const known = folds.get(fold.startLine);
    if (fold.endLine > fold.startLine && (!known || known.endLine < fold.endLine)) folds.set(fold.startLine, fold);
  };
  const inScalar = new Set<number>();
  if (parsed.root) eachNode(parsed.root, (node, entry) => visit(parsed, node, entry, add, inScalar));
  commentFolds(parsed.text, inScalar).forEach(add);
  return [...folds.values()].toSorted((a, b) => a.startLine - b.startLine);
}

function visit(
  parsed: Parsed,
  node: Located,
  entry: Entry | null,
  add: (fold: FoldingRange) => void,
  inScalar: Set<number>,
): void {
  const { text, lines, root } = parsed;
  const lineOf = (offset: number) => lines.at(offset).line - 1;
  const own = trimmed(text, node.range);
  const [startLine, endLine] = [lineOf(own.start), lineOf(own.end)];
  const flow = isFlow(text, node);
  // A closing bracket on its own line stays visible.
  const last = flow && /^\s*[\]}]$/.test(text.slice(lines.offset(endLine + 1, 1), own.end)) ? endLine - 1 : endLine;
  if (entry) add({ startLine: lineOf(entry.keyRange.start), endLine: last });
  if (flow || (!entry && node !== root)) add({ startLine, endLine: last });
  if (node.kind === 'scalar') for (let line = startLine + 1; line <= endLine; line++) inScalar.add(line);
}

/** Blocks of two or more comment lines, and the lines between `# region` and `# endregion`. */
function commentFolds(text: string, inScalar: ReadonlySet<number>): FoldingRange[] {
  const folds: FoldingRange[] = [];
  const regions: number[] = [];
  let first: number | null = null;
  const close = (line: number) => {
    if (first !== null) folds.push({ startLine: first, endLine: line - 1, kind: FoldingRangeKind.Comment });
    first = null;
  };
  const all = text.split('\n');
  all.forEach((content, line) => {
    const comment = /^\s*#\s*(region|endregion)?(\b|$|[^\w])/.exec(inScalar.has(line) ? '' : content);
    const marker = comment?.[1];
    if (!comment || marker !== undefined) close(line);
    if (marker === 'region') regions.push(line);
    else if (marker === 'endregion') {
      const start = regions.pop();
      if (start !== undefined) folds.push({ startLine: start, endLine: line, kind: FoldingRangeKind.Region });
    } else if (comment) first ??= line;
  });
  close(all.length);
  return folds;
}

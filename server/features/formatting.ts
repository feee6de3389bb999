import type { Range as LspRange, TextEdit } from 'vscode-languageserver';
import { applyEdits, formatEdits, sameMeaning, type SpaceEdit } from '../../engine/project/formatYaml.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import type { Workspace } from '../workspace.ts';
import { toLspRange } from './ranges.ts';

/** The edits that format a file; they change only white space. A file with syntax errors stays unchanged. */
export function provideFormatting(workspace: Workspace, uri: string): TextEdit[] {
  const parsed = readable(workspace, uri);
  return parsed ? formatEdits(parsed).map((edit) => toTextEdit(parsed, edit)) : [];
}

/** The same for some lines. When their indentation depends on lines outside, only the inner lines are formatted. */
export function provideRangeFormatting(workspace: Workspace, uri: string, { start, end }: LspRange): TextEdit[] {
  const parsed = readable(workspace, uri);
  if (!parsed) return [];
  const { text, lines } = parsed;
  const from = lines.offset(start.line + 1, 1);
  const to = lines.offset(end.character === 0 && end.line > start.line ? end.line + 1 : end.line + 2, 1);
  const inRange = formatEdits(parsed).filter((edit) => edit.start >= from && edit.end <= to);
  const inLines = inRange.filter((edit) => !changesIndentation(text, edit));
  const safe = [inRange, inLines].find((edits) => edits.length > 0 && sameMeaning(parsed, applyEdits(text, edits)));
  return (safe ?? []).map((edit) => toTextEdit(parsed, edit));
}

/** True for text between the start of a line and other text. */
function changesIndentation(text: string, { start, end }: SpaceEdit): boolean {
  return (
    /(^|\n)[ \t]*$/.test(text.slice(text.lastIndexOf('\n', start - 1) + 1, end)) &&
    end < text.length &&
    !/[\r\n]/.test(text[end] ?? '')
  );
}

function readable(workspace: Workspace, uri: string): Parsed | null {
  const parsed = workspace.kindOf(uri) === null ? null : workspace.parsed(uri);
  const unreadable = parsed?.problems.some(({ code }) => code === 'LW100' || code === 'LW108') ?? true;
  return unreadable || workspace.document(uri)?.getText().startsWith('\ufeff') ? null : parsed;
}

function toTextEdit({ lines }: Parsed, { start, end, text }: SpaceEdit): TextEdit {
  return { range: toLspRange(lines, { start, end }), newText: text };
}

import type { Position, TextEdit } from 'vscode-languageserver';
import { closes, opens, structureAt, yamlPieces, type Piece } from '../../engine/project/yamlPieces.ts';
import type { Workspace } from '../workspace.ts';
import { entryStart, lineAt } from './entryStart.ts';

const step = 2;

/** The correct indentation of a new line after Enter, if it differs. */
export function provideIndentation(workspace: Workspace, uri: string, { line }: Position): TextEdit[] {
  const document = workspace.kindOf(uri) === null ? undefined : workspace.document(uri);
  if (!document || line === 0 || line >= document.lineCount) return [];
  const start = document.offsetAt({ line, character: 0 });
  const text = document.getText();
  const own = lineAt(text, start);
  const indent = indentOf(own);
  const right = indentationAt(text, start, own.trim());
  if (right === null || right === indent || own.slice(0, indent).includes('\t')) return [];
  return [{ range: { start: { line, character: 0 }, end: { line, character: indent } }, newText: ' '.repeat(right) }];
}

/** The indentation of a line that was just begun, including text moved into it; null where any is valid. */
function indentationAt(text: string, start: number, rest: string): number | null {
  const before = text.slice(0, start).replace(/\r?\n$/, '');
  const last = lineAt(before, before.lastIndexOf('\n') + 1);
  if (last.trim() === '' || last.trimStart().startsWith('#')) return null;
  const pieces = yamlPieces(before.slice(entryStart(before)))?.filter((piece) => piece.kind !== 'comment');
  const end = pieces?.at(-1);
  if (!pieces || !end || end.kind === 'block-scalar' || isUnfinished(end)) return null;
  const bracket = openBracket(pieces);
  if (bracket !== null) return inBracket(pieces, bracket, rest);
  const deeper =
    end.kind === 'map-value-ind' ||
    end.kind === 'block-scalar-header' ||
    ((end.kind === 'anchor' || end.kind === 'tag') && pieces.at(-2)?.kind === 'map-value-ind');
  if (rest !== '' && !deeper) return null;
  const { dash, base } = lineOf(pieces, pieces.length - 1);
  const first = pieces[base];
  const below = indentBelow(text, start);
  if (end.kind === 'seq-item-ind') return end.column + step;
  const isKey = structureAt(pieces, base) === 'map';
  if (deeper)
    return isKey
      ? below !== null && rest === '' && below > (first?.column ?? 0)
        ? below
        : (first?.column ?? 0) + step
      : (dash ?? 0) + step;
  return isKey ? (first?.column ?? null) : dash;
}

/** A multi-line quoted text: its indentation has no meaning. */
function isUnfinished({ kind, text }: Piece): boolean {
  const quote = kind === 'double-quoted-scalar' ? '"' : kind === 'single-quoted-scalar' ? "'" : '';
  return quote !== '' && (text.length < 2 || !text.endsWith(quote));
}

/** The innermost open bracket at the end. */
function openBracket(pieces: readonly Piece[]): number | null {
  const open: number[] = [];
  pieces.forEach((piece, i) => {
    if (opens(piece)) open.push(i);
    else if (closes(piece)) open.pop();
  });
  return open.at(-1) ?? null;
}

function inBracket(pieces: readonly Piece[], bracket: number, rest: string): number {
  const { base } = lineOf(pieces, bracket);
  const outer = pieces[base]?.column ?? 0;
  if (/^[\]}]/.test(rest)) return outer;
  // Earlier lines in the same bracket show its style.
  let depth = 0;
  for (let i = pieces.length - 1; i > bracket; i--) {
    const piece = pieces[i];
    depth += closes(piece) ? 1 : opens(piece) ? -1 : 0;
    if (piece?.first && depth <= 0 && !closes(piece)) return piece.column;
  }
  return outer + step;
}

/** The position of a token's line in block style: the column of its last dash, and the first token after the dashes. */
function lineOf(pieces: readonly Piece[], at: number): { dash: number | null; base: number } {
  let [depth, start] = [0, at];
  for (let i = at; i >= 0; i--) {
    const piece = pieces[i];
    if (i < at || !opens(piece)) depth += closes(piece) ? 1 : opens(piece) ? -1 : 0;
    start = i;
    if (piece?.first && depth <= 0) break;
  }
  let [dash, base]: [number | null, number] = [null, start];
  while (pieces[base]?.kind === 'seq-item-ind' && pieces[base]?.followed)
    [dash, base] = [pieces[base]?.column ?? null, base + 1];
  return { dash, base };
}

/** The indentation of the next line that is not empty. */
function indentBelow(text: string, start: number): number | null {
  const below = /\n( *)[^\s#]/.exec(text.slice(start))?.[1];
  return below?.length ?? null;
}

const indentOf = (line: string): number => /^[ \t]*/.exec(line)?.[0].length ?? 0;

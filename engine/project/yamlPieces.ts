import { yamlTokens, type Token, type TokenKind } from './yamlTokens.ts';

/** A token that is not white space, with its position in the line and the white space before it. */
export interface Piece {
  kind: TokenKind;
  start: number;
  text: string;
  column: number;
  /** Line breaks between the previous piece and this one. */
  breaks: string[];
  /** White space before it on the same line; the indentation for the first piece of a line. */
  space: number;
  first: boolean;
  /** True when the next piece is on the line on which this one ends. */
  followed: boolean;
}

/** Kinds of tokens that config files do not need, and whose layout has its own rules. */
const foreign = new Set<TokenKind>([
  'directive-line',
  'doc-end',
  'explicit-key-ind',
  'byte-order-mark',
  'flow-error-end',
]);

/** Returns the pieces of a YAML text; null when it contains tokens that are not formatted. */
export function yamlPieces(text: string): Piece[] | null {
  const pieces: Piece[] = [];
  let breaks: string[] = [];
  let end = 0;
  let lineStart = 0;
  for (const token of yamlTokens(text)) {
    if (foreign.has(token.kind)) return null;
    const written = text.slice(token.start, token.end);
    if (token.kind === 'newline') {
      breaks.push(written);
      lineStart = token.end;
    }
    if (token.kind === 'newline' || token.kind === 'space' || token.end === token.start) continue;
    const first = breaks.length > 0 || pieces.length === 0 || pieces.at(-1)?.kind === 'block-scalar';
    const before = pieces.at(-1);
    if (before) before.followed = !first;
    pieces.push({
      kind: token.kind,
      start: token.start,
      text: written,
      column: token.start - lineStart,
      breaks,
      space: token.start - Math.max(end, lineStart),
      first,
      followed: false,
    });
    breaks = [];
    end = token.end;
    lineStart = Math.max(lineStart, lineStartIn(written, token));
  }
  return pieces;
}

/** Returns the start of the line on which a token ends. */
function lineStartIn(written: string, { start }: Token): number {
  const at = written.lastIndexOf('\n');
  return at === -1 ? 0 : start + at + 1;
}

const opening = new Set<TokenKind>(['flow-map-start', 'flow-seq-start']);
const closing = new Set<TokenKind>(['flow-map-end', 'flow-seq-end']);

export const opens = (piece: Piece | undefined): boolean => piece !== undefined && opening.has(piece.kind);
export const closes = (piece: Piece | undefined): boolean => piece !== undefined && closing.has(piece.kind);

/** Returns what starts at a piece in block style: an item, a key, or a value on its own line. */
export function structureAt(pieces: readonly Piece[], at: number): 'seq' | 'map' | 'value' {
  if (pieces[at]?.kind === 'seq-item-ind') return 'seq';
  let i = at;
  while ((pieces[i]?.kind === 'anchor' || pieces[i]?.kind === 'tag') && pieces[i]?.followed) i++;
  if (pieces[i]?.kind === 'map-value-ind') return 'map';
  if (opens(pieces[i])) {
    let depth = 0;
    do {
      depth += opens(pieces[i]) ? 1 : closes(pieces[i]) ? -1 : 0;
      if (depth > 0 && !pieces[i]?.followed) return 'value';
      if (depth > 0) i++;
    } while (depth > 0);
  }
  return pieces[i]?.followed === true && pieces[i + 1]?.kind === 'map-value-ind' ? 'map' : 'value';
}

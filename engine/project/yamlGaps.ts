import { closes, opens, type Piece } from './yamlPieces.ts';

/** Alignment of a text: pieces that start in the same column on different lines. */
export interface Table {
  aligned: ReadonlySet<Piece>;
}

const nearby = 3;

interface Line {
  pieces: readonly Piece[];
  /** Number of spaces beyond the minimum before each piece; null for pieces that are never aligned. */
  excess: readonly (number | null)[];
  /** True when some piece has more space before it than it needs. */
  loose: boolean;
}

/**
 * Finds alignment: values in the same column on nearby lines with the same indentation, and trailing comments in the
 * same column anywhere.
 */
export function tableOf(pieces: readonly Piece[]): Table {
  const lines = linesOf(pieces).map(measured);
  const aligned = new Set<Piece>();
  lines.forEach((line, i) => {
    for (const other of neighbours(lines, i))
      if (line.loose || other.loose)
        line.pieces.forEach((piece, at) => {
          if (standsUnder(line, at, other)) aligned.add(piece);
        });
  });
  const comments = new Map<number, Piece[]>();
  for (const line of lines)
    for (const piece of line.pieces.slice(1)) if (piece.kind === 'comment') put(comments, piece);
  for (const column of comments.values())
    if (column.length > 1 && column.some((piece) => piece.space > 1)) for (const piece of column) aligned.add(piece);
  return { aligned };
}

function put(columns: Map<number, Piece[]>, piece: Piece): void {
  const held = columns.get(piece.column);
  if (held) held.push(piece);
  else columns.set(piece.column, [piece]);
}

function linesOf(pieces: readonly Piece[]): Piece[][] {
  const lines: Piece[][] = [];
  for (const piece of pieces) {
    if (piece.first) lines.push([piece]);
    else lines.at(-1)?.push(piece);
  }
  return lines;
}

function measured(pieces: readonly Piece[]): Line {
  const excess = pieces.map((piece, i) => {
    const before = pieces[i - 1];
    return !before || piece.kind === 'comment' || piece.kind === 'comma' ? null : piece.space - leastGap(before, piece);
  });
  return { pieces, excess, loose: excess.some((spaces) => spaces !== null && spaces > 0) };
}

/** Returns the lines around a line with the same indentation, up to a blank line. */
function neighbours(lines: readonly Line[], at: number): Line[] {
  const column = lines[at]?.pieces[0]?.column;
  const found: Line[] = [];
  for (const direction of [-1, 1]) {
    for (let i = at + direction; Math.abs(i - at) <= nearby; i += direction) {
      const line = lines[i];
      // A blank line belongs to the later of two lines.
      if (!line || (lines[direction === 1 ? i : i + 1]?.pieces[0]?.breaks.length ?? 0) > 1) break;
      if (line.pieces[0]?.column === column && line.pieces[0]?.kind !== 'comment') found.push(line);
    }
  }
  return found;
}

/**
 * True when a piece starts (or, as a number, ends) in the same column as one of another line, and at least one of them
 * has extra space.
 */
function standsUnder(line: Line, at: number, other: Line): boolean {
  const [piece, own] = [line.pieces[at], line.excess[at] ?? null];
  if (!piece || own === null) return false;
  return other.pieces.some((candidate, i) => {
    const its = other.excess[i] ?? null;
    if (
      its === null ||
      (own <= 0 && its <= 0) ||
      (candidate.kind === 'map-value-ind') !== (piece.kind === 'map-value-ind')
    )
      return false;
    // Padding inside brackets alone is not alignment.
    if ((opens(line.pieces[at - 1]) || closes(piece)) && own > 0 && its > 0) return false;
    return (
      (candidate.column === piece.column && piece.space > 0 && candidate.space > 0) ||
      (isNumber(piece) &&
        isNumber(candidate) &&
        candidate.text.length !== piece.text.length &&
        candidate.column + candidate.text.length === piece.column + piece.text.length)
    );
  });
}

function isNumber(piece: Piece): boolean {
  return piece.kind === 'plain' && /^[-+]?[\d.][\d.e+-]*$/i.test(piece.text);
}

/** Returns the number of spaces before a piece that is not the first of its line. */
export function gapBefore(
  pieces: readonly Piece[],
  at: number,
  { aligned }: Table,
  { column, shift }: { column: number; shift: number },
): number {
  const [before, piece] = [pieces[at - 1], pieces[at]];
  if (!before || !piece) return 0;
  const least = leastGap(before, piece);
  if (piece.kind === 'comment')
    return aligned.has(piece) ? Math.max(1, piece.column - column) : Math.max(1, piece.space);
  return aligned.has(piece) && piece.kind !== 'comma' ? Math.max(least, piece.column + shift - column) : least;
}

function leastGap(before: Piece, piece: Piece): number {
  if (opens(before) && closes(piece)) return 0;
  if (before.kind === 'flow-seq-start' || piece.kind === 'flow-seq-end' || piece.kind === 'comma') return 0;
  // Directly after an alias, the colon would become part of its name.
  if (piece.kind === 'map-value-ind')
    return before.kind === 'alias' || opens(before) || before.kind === 'comma' ? Math.min(1, piece.space) : 0;
  if (
    before.kind === 'comma' ||
    before.kind === 'map-value-ind' ||
    before.kind === 'flow-map-start' ||
    piece.kind === 'flow-map-end'
  )
    return 1;
  return Math.min(1, piece.space);
}

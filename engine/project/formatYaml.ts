import { isDeepStrictEqual } from 'node:util';
import { toValue } from './located.ts';
import { parseYaml, type Parsed } from './parseYaml.ts';
import { gapBefore, type Table, tableOf } from './yamlGaps.ts';
import { closes, opens, structureAt, yamlPieces, type Piece } from './yamlPieces.ts';
import { commentsIn } from './yamlTokens.ts';

/** A replacement of white space by other white space. */
export interface SpaceEdit {
  start: number;
  end: number;
  text: string;
}

/** An open block collection with its old and new column. */
interface Level {
  kind: 'seq' | 'map';
  column: number;
  moved: number;
}

/** An open flow collection. */
interface Bracket {
  /** Indentation of its lines; null when they align with its first value. */
  inner: number | null;
  outer: number;
  shift: number;
}

const step = 2;
const mostRounds = 6;

/**
 * Returns the edits that format a text. Only white space changes. Empty when the text is already formatted, or when
 * formatting would change a value or a comment.
 */
export function formatEdits(parsed: Parsed): SpaceEdit[] {
  const laidOut = formatYaml(parsed.text);
  if (laidOut === parsed.text) return [];
  const edits = spaceEdits(parsed.text, laidOut);
  return edits && sameMeaning(parsed, laidOut) ? edits : [];
}

/** True when a text has the same values and comments as a parsed one. */
export function sameMeaning(before: Parsed, text: string): boolean {
  const after = parseYaml('', text);
  return (
    before.problems.length === after.problems.length &&
    isDeepStrictEqual(toValue(before.root ?? undefined), toValue(after.root ?? undefined)) &&
    isDeepStrictEqual(commentsIn(before.text), commentsIn(text))
  );
}

/** Applies edits in ascending order. */
export function applyEdits(text: string, edits: readonly SpaceEdit[]): string {
  let [result, at] = ['', 0];
  for (const edit of edits) [result, at] = [result + text.slice(at, edit.start) + edit.text, edit.end];
  return result + text.slice(at);
}

/** Returns the edits between two texts that differ only in white space; null when they differ in more. */
function spaceEdits(before: string, after: string): SpaceEdit[] | null {
  const edits: SpaceEdit[] = [];
  const isSpace = (text: string, at: number) => at < text.length && ' \t\r\n'.includes(text[at] ?? '');
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [from, to] = [i, j];
    while (isSpace(before, i)) i++;
    while (isSpace(after, j)) j++;
    if (i > from || j > to) edits.push(...editsOfRun(before.slice(from, i), after.slice(to, j), from));
    if (i >= before.length && j >= after.length) break;
    if (before[i] !== after[j]) return null;
    [i, j] = [i + 1, j + 1];
  }
  return edits;
}

/**
 * Splits an edit into one for the end of a line and one for the start of the next, so that each can be applied alone.
 */
function editsOfRun(before: string, after: string, at: number): SpaceEdit[] {
  if (before === after) return [];
  const [lines, wanted] = [before.split('\n'), after.split('\n')];
  if (lines.length !== wanted.length) return [trimmedEdit(before, after, at)];
  let start = at;
  return lines.flatMap((line, i) => {
    const own = start;
    start += line.length + 1;
    return line === wanted[i] ? [] : [trimmedEdit(line, wanted[i] ?? '', own)];
  });
}

/** Returns an edit without the text that is equal at both ends. */
function trimmedEdit(before: string, after: string, at: number): SpaceEdit {
  let [head, tail] = [0, 0];
  const least = Math.min(before.length, after.length);
  while (head < least && before[head] === after[head]) head++;
  while (tail < least - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { start: at + head, end: at + before.length - tail, text: after.slice(head, after.length - tail) };
}

/** Formats a text. Repeats until nothing changes, since moving a piece can break the alignment of its neighbours. */
export function formatYaml(text: string): string {
  let current = text;
  for (let round = 0; round < mostRounds; round++) {
    const pieces = yamlPieces(current);
    if (!pieces) return text;
    const next = new Layout(pieces, current).text();
    if (next === current) return next;
    current = next;
  }
  return text;
}

class Layout {
  readonly #pieces: readonly Piece[];
  readonly #table: Table;
  readonly #newline: string;
  #out: string[] = [];
  /** Column of the next piece without a gap. */
  #column = 0;
  #levels: readonly Level[] = [];
  #brackets: Bracket[] = [];
  /** Number of columns by which the line moved. */
  #shift = 0;
  /** Column of the first value of the line, after its dashes. */
  #base = 0;

  constructor(pieces: readonly Piece[], text: string) {
    this.#pieces = pieces;
    this.#table = tableOf(pieces);
    this.#newline = text.includes('\r\n') ? '\r\n' : '\n';
  }

  text(): string {
    this.#pieces.forEach((piece, i) => {
      if (piece.kind === 'block-scalar') return this.#put(this.#blockScalar(piece, i));
      if (piece.first) this.#startLine(piece, i);
      else this.#continueLine(piece, i);
      this.#put(piece.text.includes('\n') ? this.#severalLines(piece) : piece.text);
      this.#follow(piece, i);
    });
    const last = this.#pieces.at(-1);
    if (last && last.kind !== 'block-scalar') this.#out.push(this.#newline);
    return this.#out.join('');
  }

  #put(text: string): void {
    this.#out.push(text);
    const line = text.lastIndexOf('\n');
    this.#column = line === -1 ? this.#column + text.length : text.length - line - 1;
  }

  /** Starts a line with its own indentation, after at most one blank line. */
  #startLine(piece: Piece, i: number): void {
    const afterBlock = this.#pieces[i - 1]?.kind === 'block-scalar';
    if (i > 0) for (const written of piece.breaks.slice(0, afterBlock ? 1 : 2)) this.#put(written);
    const indent =
      this.#brackets.length > 0
        ? this.#inBrackets(piece)
        : piece.kind === 'comment'
          ? this.#ofComment(piece, i)
          : this.#inBlock(piece, i);
    this.#column = 0;
    this.#put(' '.repeat(indent));
    [this.#shift, this.#base] = [indent - piece.column, indent];
  }

  #continueLine(piece: Piece, i: number): void {
    const gap = gapBefore(this.#pieces, i, this.#table, { column: this.#column, shift: this.#shift });
    this.#put(' '.repeat(gap));
    const before = this.#pieces[i - 1];
    if (before?.kind !== 'seq-item-ind' || this.#brackets.length > 0 || piece.kind === 'comment') return;
    const kind = structureAt(this.#pieces, i);
    if (kind !== 'value') this.#levels = [...this.#levels, { kind, column: piece.column, moved: this.#column }];
    this.#base = this.#column;
  }

  #inBlock(piece: Piece, i: number): number {
    const { levels, indent } = placed(this.#levels, structureAt(this.#pieces, i), piece.column);
    if (piece.kind === 'doc-start') return 0;
    this.#levels = levels;
    return indent;
  }

  /** Indents a comment like the following piece, or like the block that it ends. */
  #ofComment(piece: Piece, i: number): number {
    let at = i + 1;
    while (this.#pieces[at]?.kind === 'comment') at++;
    const next = this.#pieces[at];
    const own = this.#levels.findLast((level) => level.column === piece.column);
    if (!next) return own?.moved ?? this.#levels.findLast((level) => level.column < piece.column)?.moved ?? 0;
    const { indent } = placed(this.#levels, structureAt(this.#pieces, at), next.column);
    return next.column === piece.column ? indent : (own?.moved ?? indent);
  }

  #inBrackets(piece: Piece): number {
    const bracket = this.#brackets.at(-1);
    if (!bracket) return 0;
    const floor = (this.#levels.at(-1)?.moved ?? -1) + 1;
    if (bracket.inner === null) return Math.max(piece.column + bracket.shift, floor);
    return closes(piece) ? bracket.outer : bracket.inner;
  }

  /** Tracks opening and closing of flow collections. */
  #follow(piece: Piece, i: number): void {
    if (closes(piece)) this.#brackets.pop();
    if (!opens(piece)) return;
    const next = this.#pieces[i + 1];
    const alone = !next || !piece.followed || next.kind === 'comment';
    const moved = next ? this.#column + (piece.kind === 'flow-map-start' ? 1 : 0) - next.column : 0;
    this.#brackets.push({ inner: alone ? this.#base + step : null, outer: this.#base, shift: moved });
  }

  /** Moves a quoted or plain text over several lines with its first line. */
  #severalLines(piece: Piece): string {
    const floor = (this.#levels.at(-1)?.moved ?? -1) + 1;
    return piece.text.replaceAll(
      /\n( *)(?=[^ \r\n])/g,
      (_, spaces: string) => `\n${' '.repeat(Math.max(spaces.length + this.#shift, floor))}`,
    );
  }

  /** Indents the lines of a `|` or `>` text one level below its parent. */
  #blockScalar(piece: Piece, i: number): string {
    const top = this.#levels.at(-1);
    const own = /^(?: *\r?\n)*( *)[^ \r\n]/.exec(piece.text)?.[1]?.length;
    const breaks = piece.breaks.join('');
    if (own === undefined || !top) return breaks + piece.text;
    const fixed = /\d/.test(this.#headerOf(i));
    const shift = fixed ? top.moved - top.column : top.moved + step - own;
    const moved = piece.text
      .split('\n')
      .map((line) => {
        const spaces = /^ */.exec(line)?.[0].length ?? 0;
        // A line with fewer spaces than the indentation is empty and must stay empty.
        const empty = /^ *\r?$/.test(line) && spaces <= own;
        return ' '.repeat(empty ? 0 : Math.max(0, spaces + shift)) + line.slice(spaces);
      })
      .join('\n');
    return breaks + moved;
  }

  #headerOf(i: number): string {
    const before = this.#pieces[i - 1];
    return (before?.kind === 'comment' ? this.#pieces[i - 2] : before)?.text ?? '';
  }
}

/** Returns the new position of a piece that starts at a column, and the collections open there. */
function placed(
  levels: readonly Level[],
  kind: 'seq' | 'map' | 'value',
  column: number,
): { levels: readonly Level[]; indent: number } {
  let open = levels;
  for (
    let top = open.at(-1);
    top && (top.column > column || (top.column === column && top.kind === 'seq' && kind !== 'seq'));
    top = open.at(-1)
  )
    open = open.slice(0, -1);
  const top = open.at(-1);
  if (kind === 'value') return { levels: open, indent: top ? top.moved + step : 0 };
  if (top?.column === column && top.kind === kind) return { levels: open, indent: top.moved };
  const indent = !top ? 0 : kind === 'seq' && top.column === column ? top.moved : top.moved + step;
  return { levels: [...open, { kind, column, moved: indent }], indent };
}

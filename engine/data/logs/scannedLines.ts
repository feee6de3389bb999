import { ownFrom, type LineScanner } from './lineScanner.ts';

/** Lines that a scanner did not read, at their places among those that it did. */
export interface OtherLine {
  text: Buffer;
  /** Number of the line in the slice, from 1. */
  line: number;
  /** Place in the text of the scanned lines. */
  piece: number;
  at: number;
}

const blockBytes = 8 << 20;
/** More lines than this share are not worth scanning first. */
const mostOthers = 1 / 16;
/** Bytes from which on a native copy is faster. */
const longValue = 48;

/** The character before the letter of one that would end a value or a line. */
const mark = '\u0002';
// The mark itself comes first, so that those of the others stay.
const letters = [
  [mark, 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\r', 'r'],
] as const;
const tab = 9;
const newline = 10;

/** Fields between tabs, as `lineOf` writes them; an empty field is a missing value. */
export class ScannedLines {
  lines = 0;
  readonly others: OtherLine[] = [];
  readonly scanner: LineScanner;
  /** Columns with values that `unmarked` must read. */
  readonly marked: boolean[];
  readonly #pieces: Buffer[] = [];
  #block = Buffer.allocUnsafe(0);
  #at = 0;

  constructor(scanner: LineScanner) {
    this.scanner = scanner;
    this.marked = scanner.columns.map(() => false);
  }

  /** True when too many lines have other forms. */
  get isFutile(): boolean {
    return this.others.length > 1000 && this.others.length > this.lines * mostOthers;
  }

  /** Scans whole lines, each with its line break. */
  add(bytes: Buffer): void {
    const { scanner } = this;
    const { bounds } = scanner;
    const columns = scanner.columns.length;
    for (let from = 0; from < bytes.length;) {
      const end = bytes.indexOf(newline, from);
      this.lines++;
      if (scanner.scan(bytes, from, end)) {
        let at = this.#room(end - from + scanner.room + 2 * columns + 2);
        const out = this.#block;
        const { own } = scanner;
        for (let i = 0; i < columns; i++) {
          if (i > 0) out[at++] = tab;
          const start = bounds[2 * i] as number;
          const stop = bounds[2 * i + 1] as number;
          if (start >= ownFrom) {
            this.marked[i] = true;
            for (let p = start - ownFrom; p < stop - ownFrom; p++) out[at++] = own[p] as number;
          } else if (stop - start > longValue) at += bytes.copy(out, at, start, stop);
          else for (let p = start; p < stop; p++) out[at++] = bytes[p] as number;
        }
        out[at++] = newline;
        this.#at = at;
      } else
        this.others.push({
          text: Buffer.from(bytes.subarray(from, end)),
          line: this.lines,
          piece: this.#pieces.length,
          at: this.#at,
        });
      from = end + 1;
    }
  }

  /**
   * The text of the scanned lines, with the texts of other lines at their places; null leaves a line out. With
   * `numbered`, each line starts with its number.
   */
  *text(others: readonly (Buffer | null)[], numbered: boolean): Generator<Buffer> {
    let line = 1;
    for (const bytes of this.#inOrder(others)) {
      if (bytes === null) line++;
      else if (numbered) {
        const lines = withNumbers(bytes, line);
        line = lines.next;
        yield lines.text;
      } else yield bytes;
    }
  }

  *#inOrder(others: readonly (Buffer | null)[]): Generator<Buffer | null> {
    let next = 0;
    for (const [i, piece] of [...this.#pieces, this.#block.subarray(0, this.#at)].entries()) {
      let from = 0;
      for (; next < this.others.length && this.others[next]?.piece === i; next++) {
        const at = this.others[next]?.at ?? from;
        if (at > from) yield piece.subarray(from, at);
        from = at;
        yield others[next] ?? null;
      }
      if (piece.length > from) yield piece.subarray(from);
    }
  }

  #room(bytes: number): number {
    if (this.#at + bytes <= this.#block.length) return this.#at;
    if (this.#at > 0) this.#pieces.push(this.#block.subarray(0, this.#at));
    this.#block = Buffer.allocUnsafeSlow(Math.max(blockBytes, bytes));
    this.#at = 0;
    return 0;
  }
}

const numberBytes = 16;

function withNumbers(bytes: Buffer, first: number): { text: Buffer; next: number } {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines++;
  const text = Buffer.allocUnsafe(bytes.length + lines * numberBytes);
  let [to, next] = [0, first];
  for (let from = 0; from < bytes.length; next++) {
    const end = bytes.indexOf(newline, from) + 1;
    to += text.write(`${next}\t`, to, 'latin1');
    to += bytes.copy(text, to, from, end);
    from = end;
  }
  return { text: text.subarray(0, to), next };
}

/** Writes values as a line of fields between tabs. Sets `marked[i]` when a value needs `unmarked`. */
export function lineOf(values: readonly (string | null)[], marked: boolean[]): Buffer {
  const fields = values.map((value, i) => {
    if (value === null) return '';
    const safe =
      value === '' ? `${mark}e` : letters.reduce((text, [c, letter]) => text.replaceAll(c, mark + letter), value);
    if (safe !== value) marked[i] = true;
    return safe;
  });
  return Buffer.from(`${fields.join('\t')}\n`);
}

/** Returns SQL for the text that `lineOf` wrote with marks. */
export function unmarked(column: string): string {
  const pairs = [
    ["'e'", "''"],
    ["'t'", 'chr(9)'],
    ["'n'", 'chr(10)'],
    ["'r'", 'chr(13)'],
    // The last one: what it gives is no mark of another.
    ["'b'", 'chr(2)'],
  ] as const;
  const replaced = pairs.reduce((sql, [letter, text]) => `replace(${sql}, chr(2) || ${letter}, ${text})`, column);
  return `CASE WHEN contains(${column}, chr(2)) THEN ${replaced} ELSE ${column} END`;
}

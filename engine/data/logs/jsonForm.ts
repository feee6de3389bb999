import { FieldValues, isLiteral } from './fieldValues.ts';
import { passPlain } from './plainText.ts';
import { isPlainDecimal, isPlainInteger } from './plainValues.ts';

const [space, quote, comma, dash, zero, nine, backslash] = [32, 34, 44, 45, 48, 57, 92];
const [closeList, closeObject] = [93, 125];
/** Values of a line with a form. */
const mostValues = 200;
/** Lines of another form, less a part of those of the form, after which lines are not compared for a while. */
const mostMisses = 64;
const pause = 4096;

/** A text or number of a line, and what is written before it. */
interface Step {
  /** The bytes from the value before to this one. */
  before: Piece;
  /** Number of the column; -1 for none. */
  column: number;
}

/** Some bytes, four in a word; the last word are those at the end. */
interface Piece {
  length: number;
  words: Int32Array;
  /** The bytes, of a piece that is shorter than a word. */
  bytes: Buffer;
}

/**
 * The form of JSON lines that differ in their texts and numbers only, as those of one program do: the same keys in the
 * same order, with the same blanks. Such lines are read without looking for their keys.
 */
export class JsonForm {
  readonly #values: FieldValues;
  #steps: Step[] = [];
  #tail: Piece | null = null;
  /** Column, start and end of each value of the line that is read in full. */
  readonly #marks: number[] = [];
  #misses = 0;
  #pausedLines = 0;

  constructor(values: FieldValues) {
    this.#values = values;
  }

  /** Reads a line of the form. Returns false for another line, which is to be read in full. */
  read(bytes: Buffer, view: DataView, from: number, end: number): boolean {
    if (this.#tail === null) return false;
    if (this.#pausedLines > 0) {
      this.#pausedLines--;
      return false;
    }
    if (this.#readValues(bytes, view, from, end)) {
      if (this.#misses > 0) this.#misses--;
      return true;
    }
    this.#misses += 4;
    if (this.#misses > mostMisses) [this.#misses, this.#pausedLines] = [0, pause];
    return false;
  }

  #readValues(bytes: Buffer, view: DataView, from: number, end: number): boolean {
    const values = this.#values;
    const steps = this.#steps;
    const tail = this.#tail as Piece;
    let at = from;
    for (let i = 0; i < steps.length; i++) {
      const { before, column } = steps[i] as Step;
      if (at + before.length >= end || !isAt(before, bytes, view, at)) return false;
      const start = (at += before.length);
      if (bytes[at] !== quote) {
        at = endOfBare(bytes, at, end);
        if (!putBare(values, bytes, column, start, at)) return false;
        continue;
      }
      for (at = passPlain(view, at + 1, end); ; at++) {
        if (at >= end) return false;
        const c = bytes[at] as number;
        if (c === quote) break;
        if (c < space || c === backslash) return false;
      }
      if (column !== -1) {
        // An empty text is missing where nothing else is asked of it.
        if (start + 1 === at ? !values.isProof : !values.put(bytes, column, start + 1, at)) return false;
      }
      at++;
    }
    return at + tail.length === end && isAt(tail, bytes, view, at);
  }

  /** Starts a line that is read in full. */
  start(): void {
    this.#marks.length = 0;
  }

  /** Notes a value of that line; a text with its quotes. */
  note(column: number, from: number, to: number): void {
    if (this.#marks.length < 3 * mostValues + 3) this.#marks.push(column, from, to);
  }

  /** Takes the form of the line `bytes[from, end)`, which was read in full. */
  take(bytes: Buffer, from: number, end: number): void {
    const marks = this.#marks;
    if (this.#pausedLines > 0 || marks.length === 0 || marks.length > 3 * mostValues) return;
    const steps: Step[] = [];
    let at = from;
    for (let i = 0; i < marks.length; i += 3) {
      steps.push({ before: pieceOf(bytes, at, marks[i + 1] as number), column: marks[i] as number });
      at = marks[i + 2] as number;
    }
    [this.#steps, this.#tail] = [steps, pieceOf(bytes, at, end)];
  }
}

/** The end of a number or word at `from`. */
export function endOfBare(bytes: Buffer, from: number, end: number): number {
  let at = from;
  for (; at < end; at++) {
    const c = bytes[at] as number;
    if (c === comma || c === closeObject || c === closeList || c === space) break;
  }
  return at;
}

/** Takes a number, true, false or null for a column, or for none when it is -1. Returns false when it is no such value. */
export function putBare(values: FieldValues, bytes: Buffer, column: number, from: number, to: number): boolean {
  const c = bytes[from] as number;
  if (c === dash || (c >= zero && c <= nine)) {
    if (isPlainInteger(bytes, from, to)) return column === -1 || values.putWhole(bytes, column, from, to);
    // A time can have more digits; it starts with one that is not 0.
    if (!isPlainDecimal(bytes, from, to) && (values.isTime[column] !== true || c === zero)) return false;
  } else if (isLiteral(bytes, from, to, 'null')) return true;
  else if (!isLiteral(bytes, from, to, 'true') && !isLiteral(bytes, from, to, 'false')) return false;
  return column === -1 || values.put(bytes, column, from, to);
}

function isAt({ length, words, bytes: own }: Piece, bytes: Buffer, view: DataView, at: number): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i++) if (bytes[at + i] !== own[i]) return false;
    return true;
  }
  const last = words.length - 1;
  if (view.getInt32(at + length - 4, true) !== words[last]) return false;
  for (let i = 0; i < last; i++) if (view.getInt32(at + 4 * i, true) !== words[i]) return false;
  return true;
}

function pieceOf(bytes: Buffer, from: number, to: number): Piece {
  const own = Buffer.from(bytes.subarray(from, to));
  const words = new Int32Array(own.length < 4 ? 0 : Math.ceil(own.length / 4));
  for (let i = 0; i < words.length; i++) words[i] = own.readInt32LE(Math.min(4 * i, own.length - 4));
  return { length: own.length, words, bytes: own };
}

import type { Place } from '../../protocol/problem.ts';
import type { Range } from './located.ts';

/**
 * Converts offsets of a text to lines and columns, both from 1, columns in UTF-16 code units. Lines end as in editors,
 * including at a lone carriage return.
 */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #text: string;
  readonly #length: number;

  constructor(text: string) {
    this.#text = text;
    this.#length = text.length;
    if (/\r(?!\n)/.test(text))
      for (const end of text.matchAll(/\r\n?|\n/g)) this.#starts.push(end.index + end[0].length);
    else for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) this.#starts.push(i + 1);
  }

  at(offset: number): { line: number; column: number } {
    const target = Math.max(0, Math.min(offset, this.#length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= target) low = middle;
      else high = middle - 1;
    }
    // An offset between the two characters of a Windows line end is not a position.
    return { line: low + 1, column: Math.min(target, this.#endOf(low + 1)) - (this.#starts[low] ?? 0) + 1 };
  }

  /** Returns the offset of a line and column. A column past the end of the line means its end. */
  offset(line: number, column: number): number {
    const start = this.#starts[line - 1];
    return start === undefined ? this.#length : Math.min(start + column - 1, this.#endOf(line));
  }

  #endOf(line: number): number {
    const next = this.#starts[line];
    if (next === undefined) return this.#length;
    return this.#text.startsWith('\r\n', next - 2) && next >= 2 ? next - 2 : next - 1;
  }

  place(file: string, range: Range): Place {
    const start = this.at(range.start);
    const end = this.at(range.end);
    return { file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  }
}

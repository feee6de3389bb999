import type { Place } from '../../protocol/problem.ts';
import type { Range } from './located.ts';

/** Turns offsets of a text into lines and columns, both 1-based, columns in UTF-16 code units. */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) this.#starts.push(i + 1);
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
    return { line: low + 1, column: target - (this.#starts[low] ?? 0) + 1 };
  }

  offset(line: number, column: number): number {
    return Math.min((this.#starts[line - 1] ?? this.#length) + column - 1, this.#length);
  }

  place(file: string, range: Range): Place {
    const start = this.at(range.start);
    const end = this.at(range.end);
    return { file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  }
}

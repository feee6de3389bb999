interface Cell {
  char: string;
  style: string;
}

// oxlint-disable-next-line no-control-regex -- terminal colours and cursor moves are control characters
const styleCodes = /\u001b\[[\d;:]*m/;

/** One row of a terminal. `write` overwrites the text at the current column. Columns count UTF-16 code units. */
export class OutputRow {
  /** Text with its colour codes, as long as no coloured text was overwritten. */
  #text = '';
  #length = 0;
  #coloured = false;
  /** One cell per character, once coloured text was overwritten. */
  #cells: Cell[] | null = null;
  column = 0;
  /** True when text was overwritten or erased, as in a progress bar. */
  rewritten = false;
  /** Text of this row that was already output, when a program returns to the row. */
  kept: string | null = null;

  write(text: string, style: string): void {
    if (this.column < this.#length) this.rewritten = true;
    if (this.column > this.#length) this.#fill(this.column - this.#length);
    const isAtEnd = this.column === this.#length;
    if (this.#cells === null && (isAtEnd || !(this.#coloured || style !== ''))) {
      this.#text = isAtEnd
        ? this.#text + text
        : this.#text.slice(0, this.column) + text + this.#text.slice(this.column + text.length);
      this.column += text.length;
      this.#length = Math.max(this.#length, this.column);
      return;
    }
    const cells = this.#explode();
    for (const char of text) cells[this.column++] = { char, style };
    this.#length = cells.length;
  }

  /** Applies a colour change; `code` is its escape sequence. */
  colour(code: string): void {
    if (this.#cells !== null || this.column !== this.#length) return;
    this.#text += code;
    this.#coloured = true;
  }

  /** Erases the columns from `from` to `to`. Erasing to the end shortens the row. */
  erase(from: number, to: number): void {
    if (this.#length > 0) this.rewritten = true;
    const cells = this.#explode();
    if (to >= cells.length) cells.length = Math.min(cells.length, from);
    else for (let i = from; i < to; i++) cells[i] = { char: ' ', style: '' };
    this.#length = cells.length;
    if (cells.length === 0) this.#clear();
  }

  get length(): number {
    return this.#length;
  }

  toString(): string {
    let text = this.#text;
    if (this.#cells !== null) {
      text = '';
      let style = '';
      for (const cell of this.#cells) {
        if (cell.style !== style) text += (style === '' ? '' : '\u001b[0m') + cell.style;
        style = cell.style;
        text += cell.char;
      }
      if (style !== '') text += '\u001b[0m';
    }
    if (!this.rewritten) return text;
    // An expression would try each run of blanks in the row.
    let end = text.length;
    while (text[end - 1] === ' ' || text[end - 1] === '\t') end--;
    return text.slice(0, end);
  }

  #clear(): void {
    this.#cells = null;
    this.#text = '';
    this.#length = 0;
    this.#coloured = false;
  }

  #fill(count: number): void {
    if (this.#cells) for (let i = 0; i < count; i++) this.#cells.push({ char: ' ', style: '' });
    else this.#text += ' '.repeat(count);
    this.#length += count;
  }

  #explode(): Cell[] {
    if (this.#cells) return this.#cells;
    const cells: Cell[] = [];
    let style = '';
    // oxlint-disable-next-line no-control-regex -- terminal colours and cursor moves are control characters
    for (const part of this.#text.split(/(\u001b\[[\d;:]*m)/)) {
      if (styleCodes.test(part)) style = nextStyle(style, part);
      // Split by code unit so that column numbers do not shift.
      else for (let i = 0; i < part.length; i++) cells.push({ char: part[i] ?? '', style });
    }
    return (this.#cells = cells);
  }
}

/** Returns the colours in effect after another colour sequence. */
export function nextStyle(style: string, code: string): string {
  // oxlint-disable-next-line no-control-regex -- terminal colours and cursor moves are control characters
  return /^\u001b\[(0*|0*;.*)m$/.test(code) ? (/;/.test(code) ? code : '') : style + code;
}

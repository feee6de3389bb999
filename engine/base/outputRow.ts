interface Cell {
  char: string;
  style: string;
}

// oxlint-disable-next-line no-control-regex -- terminals are told colours and moves by control characters
const styleCodes = /\u001b\[[\d;:]*m/;

/** One row of a terminal: text is written at a column, over what stands there. Columns are counted in characters. */
export class OutputRow {
  /** The text with its colours, while nothing was written over anything coloured. */
  #text = '';
  #length = 0;
  #coloured = false;
  /** Character by character, once something coloured was written over. */
  #cells: Cell[] | null = null;
  column = 0;
  /** Something was written over, or taken away: a progress bar, not a line that a program ended. */
  rewritten = false;
  /** The text that was kept of this row already, when a program goes back to it. */
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

  /** A change of colour; `code` is its escape sequence. */
  colour(code: string): void {
    if (this.#cells !== null || this.column !== this.#length) return;
    this.#text += code;
    this.#coloured = true;
  }

  /** Takes away from a column to another; to the end of the row it becomes shorter. */
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
    return this.rewritten ? text.replace(/[ \t]+$/, '') : text;
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
    // oxlint-disable-next-line no-control-regex -- terminals are told colours and moves by control characters
    for (const part of this.#text.split(/(\u001b\[[\d;:]*m)/)) {
      if (styleCodes.test(part)) style = nextStyle(style, part);
      // By code unit, so that columns stay what they were.
      else for (let i = 0; i < part.length; i++) cells.push({ char: part[i] ?? '', style });
    }
    return (this.#cells = cells);
  }
}

/** The colours after another escape sequence for them. */
export function nextStyle(style: string, code: string): string {
  // oxlint-disable-next-line no-control-regex -- terminals are told colours and moves by control characters
  return /^\u001b\[(0*|0*;.*)m$/.test(code) ? (/;/.test(code) ? code : '') : style + code;
}

import { OutputRow, nextStyle } from './outputRow.ts';

/** Limits the memory of a line without end. */
const longestRow = 1_000_000;
/** Number of rows that a program can still return to. */
const mostRows = 60;
/** Number of stacked progress bars that are held back before the cursor moves up for the first time. */
const firstReach = 16;
/** Time in which a program can return to a bar it left, as nested bars do when they are first drawn. */
const settleMs = 250;

/** Matches control characters, including the start of an escape sequence. */
// oxlint-disable-next-line no-control-regex -- terminal colours and cursor moves are control characters
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/g;
// oxlint-disable-next-line no-control-regex -- terminal colours and cursor moves are control characters
const sequence = /^\u001b(?:\[([\d;:?<=>]*)([ -/]*[@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]*[0-Z\\^-~])/;
// oxlint-disable-next-line no-control-regex -- terminal colours and cursor moves are control characters
const isOpenSequence = /^\u001b(?:\[[\d;:?<=> -/]*|\][^\u0007\u001b]*\u001b?|[ -/]*)?$/;

/**
 * Renders the output of a program as a terminal shows it. `keep` receives each line once, in its final state: a bar
 * that is redrawn two thousand times is one line. A plain line is final when it ends. An overwritten line is final when
 * the cursor can no longer return to it.
 */
export class OutputScreen {
  readonly #keep: (line: string) => void;
  #rows: OutputRow[] = [new OutputRow()];
  #at = 0;
  #style = '';
  #carry = '';
  #isReturned = false;
  /** Largest number of rows that the cursor has moved up. Rows within reach are not final. */
  #reach = 0;
  /** True while the cursor is hidden: a live display redraws all its rows. */
  #isHidden = false;
  #history: string[] = [];
  #settle: NodeJS.Timeout | undefined;

  constructor(keep: (line: string) => void) {
    this.#keep = keep;
  }

  /** Rows that are not final, in their current state, without trailing empty rows. */
  get open(): string[] {
    const texts = this.#rows.map(String);
    while (texts.length > 0 && (texts.at(-1) ?? '').trim() === '') texts.pop();
    return texts;
  }

  write(chunk: string): void {
    let text = this.#carry + chunk;
    this.#carry = '';
    while (text !== '') {
      control.lastIndex = 0;
      const at = control.exec(text)?.index ?? text.length;
      if (at > 0) this.#print(text.slice(0, at));
      if (at === text.length) break;
      const c = text[at] ?? '';
      if (c !== '\u001b') {
        this.#control(c);
        text = text.slice(at + 1);
        continue;
      }
      const rest = text.slice(at);
      const match = sequence.exec(rest);
      if (match) {
        this.#escape(match);
        text = rest.slice(match[0].length);
      } else if (isOpenSequence.test(rest) && rest.length < 4096) {
        this.#carry = rest;
        break;
      } else text = rest.slice(1);
    }
  }

  /** Outputs rows that the program does not return to, before a line of another stream is output. */
  settle(): void {
    clearTimeout(this.#settle);
    this.#settle = undefined;
    if (!this.#isHidden) this.#keepRows(this.#rows.length - 1 - this.#reach);
  }

  /** Ends the stream and outputs all remaining rows. */
  end(): void {
    clearTimeout(this.#settle);
    while (this.#rows.length > 0 && this.#rows.at(-1)?.length === 0) this.#rows.pop();
    this.#keepRows(this.#rows.length);
    this.#rows = [new OutputRow()];
    this.#at = 0;
  }

  get #row(): OutputRow {
    let row = this.#rows[this.#at];
    if (!row) this.#rows[this.#at] = row = new OutputRow();
    return row;
  }

  #print(text: string): void {
    if (this.#isReturned) this.#row.rewritten = true;
    this.#isReturned = false;
    for (let i = 0; i < text.length; i += longestRow) {
      if (this.#row.length > longestRow) this.#newLine();
      this.#row.write(text.slice(i, i + longestRow), this.#style);
    }
  }

  #control(c: string): void {
    if (c === '\n') this.#newLine();
    else if (c === '\r') {
      this.#isReturned = true;
      this.#row.column = 0;
    } else if (c === '\b') this.#row.column = Math.max(0, this.#row.column - 1);
    // Other control characters print nothing, or must not reach the terminal unfiltered.
  }

  #newLine(): void {
    this.#isReturned = false;
    const ended = this.#row;
    this.#at++;
    if (this.#at < this.#rows.length) {
      this.#row.column = 0;
      return;
    }
    this.#rows.push(new OutputRow());
    if (this.#rows.length > mostRows + 1) this.#keepRows(this.#rows.length - 1 - mostRows);
    if (this.#isHidden) return;
    // A plain line: a terminal no longer changes it or the rows above it.
    if (!ended.rewritten && ended.kept === null) this.#keepRows(this.#rows.length - 1);
    else {
      this.#keepRows(this.#rows.length - 1 - Math.max(firstReach, this.#reach));
      this.#settle ??= setTimeout(() => this.settle(), settleMs).unref();
    }
  }

  #escape([code, given = '', final]: RegExpExecArray): void {
    const n = Math.max(1, Number(/^\d+/.exec(given)?.[0] ?? 1));
    if (final === 'm') {
      this.#style = nextStyle(this.#style, code);
      this.#row.colour(code);
    } else if (final === 'A' || final === 'F') this.#up(n, final === 'F');
    else if (final === 'B' || final === 'E') {
      for (let i = 0; i < n && this.#at < this.#rows.length - 1; i++) this.#at++;
      if (final === 'E') this.#row.column = 0;
    } else if (final === 'C') this.#row.column += Math.min(n, 1000);
    else if (final === 'D') this.#row.column = Math.max(0, this.#row.column - n);
    else if (final === 'G') this.#row.column = Math.min(n - 1, 10_000);
    else if (final === 'K') this.#erase(given);
    else if (final === 'J') this.#eraseRows(given);
    else if (final === 'H' || final === 'f') this.#home(given);
    else if (given === '?25') this.#isHidden = final === 'l';
  }

  #up(n: number, toStart: boolean): void {
    const column = toStart ? 0 : this.#row.column;
    this.#isReturned = false;
    clearTimeout(this.#settle);
    this.#settle = undefined;
    for (let i = 0; i < Math.min(n, mostRows); i++) {
      const before = this.#at > 0 ? undefined : this.#history.pop();
      if (this.#at > 0) this.#at--;
      else if (before === undefined) break;
      else this.#rows.unshift(keptRow(before));
    }
    this.#row.column = column;
    this.#reach = Math.min(mostRows, Math.max(this.#reach, this.#rows.length - 1 - this.#at));
  }

  #erase(given: string): void {
    const row = this.#row;
    if (given === '' || given === '0') row.erase(row.column, Number.POSITIVE_INFINITY);
    else if (given === '1') row.erase(0, row.column + 1);
    else if (given === '2') row.erase(0, Number.POSITIVE_INFINITY);
  }

  #eraseRows(given: string): void {
    if (given === '2' || given === '3') this.#home('');
    else if (given === '' || given === '0') {
      this.#row.erase(this.#row.column, Number.POSITIVE_INFINITY);
      for (const row of this.#rows.splice(this.#at + 1)) if (row.kept !== null) this.#history.push(row.kept);
    }
  }

  /** Moves to the top of the screen, from where all rows are drawn again. */
  #home(given: string): void {
    if (given !== '' && given !== '1;1' && given !== '1' && given !== ';') return;
    this.#at = 0;
    for (const row of this.#rows) row.erase(0, Number.POSITIVE_INFINITY);
    this.#row.column = 0;
    this.#reach = Math.min(mostRows, Math.max(this.#reach, this.#rows.length - 1));
  }

  #keepRows(count: number): void {
    if (count <= 0) return;
    for (const row of this.#rows.splice(0, count)) {
      const text = String(row);
      // An erased bar leaves no line. A row that was revisited without a change was already output.
      const isGone = row.rewritten && text.trim() === '';
      if (!isGone && text !== row.kept) this.#keep(text);
      this.#history.push(text);
    }
    if (this.#history.length > mostRows) this.#history.splice(0, this.#history.length - mostRows);
    this.#at = Math.max(0, this.#at - count);
    if (this.#rows.length === 0) this.#rows.push(new OutputRow());
  }
}

function keptRow(text: string): OutputRow {
  const row = new OutputRow();
  row.write(text, '');
  row.kept = text;
  row.rewritten = true;
  return row;
}

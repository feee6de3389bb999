import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { DataError } from '../../base/errors.ts';
import { endOfCopy, escapeAt, longestEscape } from './escapes.ts';
import { quotedNumbers } from './exactJsonFile.ts';
import type { JsonPath } from './jsonScan.ts';
import { ListingRewriter } from './listing.ts';
import type { TextReading } from './readText.ts';

const piece = 1 << 20;
/** Longest field in characters; a longer one comes from a quote that is not closed. */
const longestField = 16 << 20;

/** Why a text cannot be read by DuckDB as it is; null when it can. */
export function whyRewritten({ readAs, lineEnd, quotesBefore, listing, odd }: TextReading): string | null {
  if (listing !== null) return 'listing';
  if (odd) return 'packing';
  if (readAs.encoding !== 'utf-8') return 'encoding';
  if (isOtherStyle(readAs.quotes) || readAs.delimiter === 'spaces') return 'quotes';
  if (readAs.comment !== null) return 'comments';
  if (lineEnd === 'mixed') return 'line ends';
  return quotesBefore ? 'preamble' : null;
}

/** True when a rewritten text keeps its line ends; otherwise they are `\n`. */
export function keepsLineEnds(reading: TextReading): boolean {
  const { readAs, lineEnd, quotesBefore, listing } = reading;
  return (
    listing === null &&
    !isOtherStyle(readAs.quotes) &&
    readAs.delimiter !== 'spaces' &&
    readAs.comment === null &&
    lineEnd !== 'mixed' &&
    !quotesBefore
  );
}

/** Styles that DuckDB does not read. */
function isOtherStyle(quotes: TextReading['readAs']['quotes']): boolean {
  return quotes === 'backslash' || quotes === 'single' || quotes === 'escapes';
}

/** The delimiter of the text after it is rewritten. */
export function rewrittenDelimiter(delimiter: string): string {
  return delimiter === 'spaces' ? ' ' : delimiter;
}

/**
 * Rewrites an unpacked text as UTF-8 with doubled quotes and one kind of line end. The number of its lines stays the
 * same: comments and the lines before the table become blank. Of JSON, the numbers of `exact` become strings. `most` is the number of characters after which it stops, at
 * the end of a record. Returns whether the whole file was written. Throws DataError for a quote that is not closed.
 */
export function rewriteText(
  reading: TextReading,
  file: string,
  target: string,
  { most = Infinity, exact = [] }: { most?: number; exact?: readonly JsonPath[] } = {},
): boolean {
  const decoder = new TextDecoder(reading.readAs.encoding);
  const rewriter =
    exact.length > 0
      ? quotedNumbers(new Set(exact))
      : reading.listing === null
        ? new Rewriter(reading)
        : new ListingRewriter(reading.listing);
  const [from, to] = [openSync(file, 'r'), openSync(target, 'w', 0o600)];
  try {
    const buffer = Buffer.allocUnsafe(piece);
    let length = 0;
    for (
      let bytes = readSync(from, buffer, 0, piece, null);
      bytes > 0;
      bytes = readSync(from, buffer, 0, piece, null)
    ) {
      const text = rewriter.next(decoder.decode(buffer.subarray(0, bytes), { stream: true }));
      length += text.length;
      if (length > most) {
        writeAll(to, text.slice(0, text.lastIndexOf('\n') + 1));
        return false;
      }
      writeAll(to, text);
    }
    writeAll(to, rewriter.next(decoder.decode()) + rewriter.end());
    return true;
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

function writeAll(handle: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
}

/** Rewrites a text that comes in pieces. */
class Rewriter {
  readonly #reading: TextReading;
  readonly #mark: string;
  readonly #delimiter: string;
  readonly #plain: boolean;
  #held = '';
  #line = 1;
  #skipping: boolean;
  /**
   * At the start of a line, inside a comment, between two fields, or in a field: at its start, plain, in open quotes or
   * after them.
   */
  #state: 'line' | 'comment' | 'gap' | 'start' | 'plain' | 'open' | 'closed' = 'line';
  #field = '';
  #wasQuoted = false;

  constructor(reading: TextReading) {
    const { readAs } = reading;
    this.#reading = reading;
    this.#mark = readAs.quotes === 'single' ? "'" : '"';
    this.#delimiter = readAs.delimiter;
    // Only the encoding differs: the text stays as it is.
    this.#plain = keepsLineEnds(reading);
    this.#skipping = readAs.skip > 0;
  }

  /** Returns what can be written. The last characters are held back: a line end or an escape can be cut in two. */
  next(piece: string): string {
    if (this.#plain) return piece;
    const text = this.#held + piece;
    return this.#rewrite(text, Math.max(0, text.length - Math.max(longestEscape, this.#delimiter.length)));
  }

  end(): string {
    if (this.#plain) return '';
    const out = this.#rewrite(this.#held, this.#held.length);
    return this.#state === 'line' || this.#state === 'comment' || this.#state === 'gap' ? out : out + this.#take();
  }

  #rewrite(text: string, until: number): string {
    const { comment, quotes } = this.#reading.readAs;
    const isBackslash = quotes === 'backslash' || quotes === 'escapes';
    const isRun = this.#delimiter === 'spaces';
    let out = '';
    let i = 0;
    for (; i < until; i++) {
      const c = text.charAt(i);
      const isEnd = c === '\n' || c === '\r';
      if (this.#state === 'open' && !(isBackslash && c === '\\') && c !== this.#mark) {
        this.#field += c;
        if (this.#field.length > longestField) throw this.#notClosed();
        if (isEnd && !(c === '\r' && text.charAt(i + 1) === '\n')) this.#line++;
      } else if (isEnd) {
        if (c === '\r' && text.charAt(i + 1) === '\n') i++;
        out += this.#endOfLine();
      } else if (this.#skipping || this.#state === 'comment') {
        continue;
      } else if (this.#state === 'line' && (c === comment || (quotes === 'escapes' && isEndOfCopy(text, i)))) {
        this.#state = 'comment';
      } else if (isRun && this.#state !== 'open' && (c === ' ' || c === '\t')) {
        if (this.#state !== 'line' && this.#state !== 'gap') [out, this.#state] = [out + this.#take(), 'gap'];
      } else if (isBackslash && c === '\\' && i + 1 < text.length) {
        i += this.#escaped(text, i + 1);
      } else if (this.#state === 'open') {
        // Here `c` is the quote.
        if (text.charAt(i + 1) === this.#mark) this.#field += text.charAt(++i);
        else this.#state = 'closed';
      } else if (!isRun && text.startsWith(this.#delimiter, i)) {
        out += this.#take() + this.#delimiter;
        this.#state = 'start';
        i += this.#delimiter.length - 1;
      } else {
        if (this.#state === 'gap') [out, this.#state] = [`${out} `, 'start'];
        if (c === this.#mark && quotes !== 'none' && quotes !== 'escapes' && this.#isFieldStart())
          [this.#state, this.#field, this.#wasQuoted] = ['open', '', true];
        else if (this.#state !== 'closed') {
          this.#field += c;
          this.#state = c === ' ' && this.#isFieldStart() ? 'start' : 'plain';
        } else if (c !== ' ') {
          // DuckDB sets a line with text after a closing quote aside.
          out += this.#take();
          this.#field = c;
        }
      }
    }
    this.#held = text.slice(i);
    return out;
  }

  /** Adds what a backslash escapes, and returns the number of its characters. Other escapes stay as they are written. */
  #escaped(text: string, at: number): number {
    const next = text.startsWith('\r\n', at) ? '\r\n' : text.charAt(at);
    if (this.#reading.readAs.quotes === 'escapes' && next !== '\r' && !next.endsWith('\n')) {
      const found = escapeAt(text, at, this.#delimiter);
      this.#field += found.text;
      this.#state = 'plain';
      return found.length;
    }
    const isPlain = [this.#mark, '\\', '\n', '\r', '\r\n', this.#delimiter].includes(next);
    this.#field += isPlain ? next : `\\${next}`;
    if (isPlain && next !== '\\') this.#wasQuoted = true;
    if (next.endsWith('\n')) this.#line++;
    if (this.#state === 'line' || this.#state === 'start') this.#state = 'plain';
    return next.length;
  }

  #isFieldStart(): boolean {
    return this.#state === 'line' || (this.#state === 'start' && this.#field.trim() === '');
  }

  #endOfLine(): string {
    const out = this.#skipping || ['comment', 'line', 'gap'].includes(this.#state) ? '' : this.#take();
    this.#state = 'line';
    this.#skipping = this.#line < this.#reading.readAs.skip;
    this.#line++;
    return `${out}\n`;
  }

  /** Returns the field, in quotes when it was or must be. */
  #take(): string {
    const field = this.#field;
    const { quotes } = this.#reading.readAs;
    const quote =
      this.#wasQuoted ||
      (isOtherStyle(quotes) && field.includes('"')) ||
      (quotes === 'escapes' && (/[\r\n]/.test(field) || field.includes(this.#delimiter)));
    [this.#field, this.#wasQuoted] = ['', false];
    return quote ? `"${field.replaceAll('"', '""')}"` : field;
  }

  #notClosed(): DataError {
    const { file } = this.#reading;
    return new DataError(
      `${file}, line ${this.#line}: a quoted field before this line is not closed; close the quote, or give \`read: { quotes: none }\``,
      { place: { file, line: this.#line } },
    );
  }
}

function isEndOfCopy(text: string, at: number): boolean {
  const end = at + endOfCopy.length;
  return text.startsWith(endOfCopy, at) && (end >= text.length || text[end] === '\n' || text[end] === '\r');
}

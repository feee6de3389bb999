import { mostJsonLevels, tooDeep } from '../../base/jsonDepth.ts';

/** DuckDB takes an object of 64 MB. */
const longestText = 64 << 20;
/** Names of columns, and numbers: their readers take time that grows with the square of the length. */
const longestKey = 64 << 10;

/**
 * Judges the levels of brackets and the length of texts in JSON that comes in pieces. DuckDB calls itself for each level,
 * and 200,000 of them end the process. Brackets in strings do not count, and what a broken line leaves open does not either.
 */
export class JsonLevels {
  /** The line of the last byte, from 1. */
  line = 1;
  #levels = 0;
  #inString = false;
  #escaped = false;
  /** The last byte that is no blank. */
  #before = 0x2c;
  /** Offset of the piece, of the start of the last string, and of the start of the last word or number. */
  #at = 0;
  #stringAt = 0;
  #stringLength = 0;
  #wordAt: number | null = null;

  /** Takes the next bytes, as UTF-8. Returns what is too deep or too long in them, as the end of a sentence. */
  next(bytes: Buffer): string | null {
    const from = this.#at;
    this.#at += bytes.length;
    for (let i = 0; i < bytes.length; i++) {
      const c = bytes[i] ?? 0;
      if (this.#inString) {
        // A string has no line break: this one was never closed.
        if (c === 0x0a) {
          this.#inString = false;
          this.line++;
        } else if (this.#escaped) this.#escaped = false;
        else if (c === 0x5c) this.#escaped = true;
        else if (c === 0x22) {
          this.#inString = false;
          this.#stringLength = from + i - this.#stringAt;
          if (this.#stringLength > longestText) return longText;
        }
        continue;
      }
      if (c <= 0x20) {
        this.#wordAt = null;
        if (c === 0x0a) this.line++;
        continue;
      }
      if (c === 0x22) {
        this.#inString = true;
        this.#stringAt = from + i;
      } else if (c === 0x5b || c === 0x7b) {
        // Only behind `,`, `[` or `:` is it inside another value.
        if (this.#before !== 0x2c && this.#before !== 0x5b && this.#before !== 0x3a) this.#levels = 0;
        if (++this.#levels > mostJsonLevels) return tooDeep;
      } else if (c === 0x5d || c === 0x7d) {
        if (this.#levels > 0) this.#levels--;
      } else if (c === 0x3a) {
        if (this.#before === 0x22 && this.#stringLength > longestKey)
          return `a key has more than ${longestKey.toLocaleString('en-US')} bytes, so it is no name of a column; check what wrote it`;
      } else if (c !== 0x2c) {
        this.#wordAt ??= from + i;
        this.#before = c;
        continue;
      }
      if (this.#wordAt !== null && from + i - this.#wordAt > longestKey) return longWord;
      this.#wordAt = null;
      this.#before = c;
    }
    if (this.#wordAt !== null && this.#at - this.#wordAt > longestKey) return longWord;
    return this.#inString && this.#at - this.#stringAt > longestText ? longText : null;
  }
}

const longText = `a text in it has more than ${longestText >> 20} MB, or its quote is not closed; check what wrote it`;
const longWord = `a number in it has more than ${longestKey.toLocaleString('en-US')} characters; check what wrote it`;

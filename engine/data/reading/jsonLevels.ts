import { mostJsonLevels } from '../../base/jsonDepth.ts';

/**
 * Counts the levels of brackets in JSON that comes in pieces. DuckDB calls itself for each level, and 200,000 of them
 * end the process. Brackets in strings do not count, and what a broken line leaves open does not either.
 */
export class JsonLevels {
  #levels = 0;
  #inString = false;
  #escaped = false;
  /** The last byte that is no blank. */
  #before = 0x2c;

  /** Takes the next bytes, as UTF-8; true once they are nested more deeply than a JSON text may be. */
  next(bytes: Buffer): boolean {
    for (let i = 0; i < bytes.length; i++) {
      const c = bytes[i] ?? 0;
      if (this.#inString) {
        // A string has no line break: this one was never closed.
        if (c === 0x0a) this.#inString = false;
        else if (this.#escaped) this.#escaped = false;
        else if (c === 0x5c) this.#escaped = true;
        else if (c === 0x22) this.#inString = false;
        continue;
      }
      if (c <= 0x20) continue;
      if (c === 0x22) this.#inString = true;
      else if (c === 0x5b || c === 0x7b) {
        // Only behind `,`, `[` or `:` is it inside another value.
        if (this.#before !== 0x2c && this.#before !== 0x5b && this.#before !== 0x3a) this.#levels = 0;
        if (++this.#levels > mostJsonLevels) return true;
      } else if ((c === 0x5d || c === 0x7d) && this.#levels > 0) this.#levels--;
      this.#before = c;
    }
    return false;
  }
}

/** Where a value is in a JSON text: keys from the outside, `[]` for the values of an array. */
export type JsonPath = string;

/** Separates the keys of a path. */
export const pathMark = '\0';

export type JsonKind = 'number' | 'string' | 'other' | 'null';

export interface JsonVisitor {
  /** Called for each value that is no object and no array. Its text is in quotes for a string. */
  value?: (path: JsonPath, kind: JsonKind, text: string) => string | undefined;
  /** Called for each object at the top, with its number of keys. */
  object?: (keys: number) => void;
}

/**
 * Walks through JSON texts, of one value or one a line, that come in pieces. The array around all objects is no part of
 * a path. Returns the text of each piece, with the values that the visitor returns in place of those that it was given.
 * It does not judge: a text that is no JSON is passed on as it is.
 */
export class JsonScan {
  readonly #visitor: JsonVisitor;
  /** Keys of the objects that are open, null for one without a key yet; `[]` for arrays. */
  #open: { isArray: boolean; key: string; keys: number }[] = [];
  #rootArray = false;
  #held = '';
  /** True behind a key and its colon, or in an array. */
  #wantsValue = true;

  constructor(visitor: JsonVisitor) {
    this.#visitor = visitor;
  }

  next(piece: string): string {
    return this.#scan(this.#held + piece, false);
  }

  end(): string {
    return this.#scan(this.#held, true);
  }

  #scan(text: string, isLast: boolean): string {
    let out = '';
    let written = 0;
    let at = 0;
    for (; at < text.length;) {
      const c = text.charCodeAt(at);
      if (c === 34) {
        const end = endOfString(text, at);
        if (end === -1) {
          if (!isLast) break;
          at = text.length;
          continue;
        }
        const top = this.#open.at(-1);
        if (top && !top.isArray && !this.#wantsValue) {
          // Whether a colon follows does not matter: a string here is a key.
          top.key = keyOf(text.slice(at, end));
          top.keys++;
        } else {
          const other = this.#visitor.value?.(this.#path(), 'string', text.slice(at, end));
          if (other !== undefined) [out, written] = [out + text.slice(written, at) + other, end];
          if (top && !top.isArray) this.#wantsValue = false;
        }
        at = end;
      } else if (isWord(c)) {
        let end = at + 1;
        while (end < text.length && isWord(text.charCodeAt(end))) end++;
        if (end === text.length && !isLast) break;
        const word = text.slice(at, end);
        const kind =
          word === 'null' ? 'null' : isDigit(word.charCodeAt(word.startsWith('-') ? 1 : 0)) ? 'number' : 'other';
        const other = this.#visitor.value?.(this.#path(), kind, word);
        if (other !== undefined) [out, written] = [out + text.slice(written, at) + other, end];
        const top = this.#open.at(-1);
        if (top && !top.isArray) this.#wantsValue = false;
        at = end;
      } else {
        if (c === 123 || c === 91) {
          if (c === 91 && this.#open.length === 0) this.#rootArray = true;
          this.#open.push({ isArray: c === 91, key: '', keys: 0 });
          this.#wantsValue = c === 91;
        } else if (c === 125 || c === 93) {
          const closed = this.#open.pop();
          if (closed && !closed.isArray && this.#open.length === (this.#rootArray ? 1 : 0))
            this.#visitor.object?.(closed.keys);
          const top = this.#open.at(-1);
          this.#wantsValue = top?.isArray ?? true;
        } else if (c === 58) this.#wantsValue = true;
        else if (c === 44) this.#wantsValue = this.#open.at(-1)?.isArray ?? true;
        at++;
      }
    }
    this.#held = text.slice(at);
    return out + text.slice(written, at);
  }

  #path(): JsonPath {
    const from = this.#rootArray ? 1 : 0;
    let path = '';
    for (let i = from; i < this.#open.length; i++) {
      const one = this.#open[i];
      path += `${i === from ? '' : pathMark}${one?.isArray === true ? '[]' : (one?.key ?? '')}`;
    }
    return path;
  }
}

/** The place behind the string that starts at a quote; -1 when it does not end in the text. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let back = at - 1;
    while (text.charCodeAt(back) === 92) back--;
    if ((at - back) % 2 === 1) return at + 1;
  }
  return -1;
}

function keyOf(text: string): string {
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

/** Characters of numbers, `true`, `null` and `NaN`. */
function isWord(c: number): boolean {
  return isDigit(c) || (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 45 || c === 43 || c === 46;
}

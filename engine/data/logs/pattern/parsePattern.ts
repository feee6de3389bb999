/** A part of a regular expression over the bytes of UTF-8. */
export type PatternNode =
  | { kind: 'empty' | 'start' | 'end' }
  /** One ASCII character of a set; with `others`, also any other character. */
  | { kind: 'set'; ascii: Uint8Array; others: boolean }
  | { kind: 'bytes'; bytes: Buffer }
  | { kind: 'sequence' | 'choice'; parts: PatternNode[] }
  | { kind: 'group'; number: number; part: PatternNode }
  | { kind: 'repeat'; part: PatternNode; min: number; max: number; isGreedy: boolean };

const asciiCount = 128;
/** Largest count of `{n}`: it is written out. */
const mostRepeats = 100;

/** ASCII characters, and whether all others belong to them. */
interface Letters {
  ascii: Uint8Array;
  others: boolean;
}

class Unsupported extends Error {}

/**
 * Parses an expression of `readPattern`. Returns null for what only RE2 reads: flags, word boundaries, classes of
 * Unicode, and repetitions of what can be empty.
 */
export function parsePattern(expression: string): PatternNode | null {
  try {
    return new Parser(expression).whole();
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

class Parser {
  readonly #text: string;
  #at = 0;
  #groups = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#text.length) throw new Unsupported();
    return node;
  }

  #choice(): PatternNode {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    return parts.length === 1 ? (parts[0] as PatternNode) : { kind: 'choice', parts };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at] as string))
      parts.push(this.#repeated(this.#atom()));
    return { kind: 'sequence', parts };
  }

  #atom(): PatternNode {
    const c = this.#next();
    if (c === '^') return { kind: 'start' };
    if (c === '$') return { kind: 'end' };
    if (c === '.') return { kind: 'set', ascii: new Uint8Array(asciiCount).fill(1), others: true };
    if (c === '[') return this.#class();
    if (c === '(') return this.#group();
    if (c === '\\') return this.#escape();
    if ('*+?'.includes(c)) throw new Unsupported();
    return literal(c);
  }

  #group(): PatternNode {
    const named = /^\?P<[^>]*>/.exec(this.#rest());
    if (named) this.#at += named[0].length;
    const isPlain = !named && this.#take('?');
    if (isPlain && !this.#take(':')) throw new Unsupported();
    const number = isPlain ? 0 : ++this.#groups;
    const part = this.#choice();
    if (!this.#take(')')) throw new Unsupported();
    return isPlain ? part : { kind: 'group', number, part };
  }

  #escape(): PatternNode {
    const c = this.#next();
    if (c === 'A') return { kind: 'start' };
    if (c === 'z') return { kind: 'end' };
    const named = namedSet(c);
    if (named) return { kind: 'set', ...named };
    return literal(this.#escaped(c));
  }

  /** The character of an escape that stands for one. */
  #escaped(c: string): string {
    const control = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v', a: '\u0007' }[c];
    if (control !== undefined) return control;
    const hex = c === 'x' ? /^[0-7][0-9A-Fa-f]/.exec(this.#rest()) : null;
    if (hex) {
      this.#at += 2;
      return String.fromCharCode(Number.parseInt(hex[0], 16));
    }
    if (/^[A-Za-z0-9]$/.test(c) || c > '\u007f') throw new Unsupported();
    return c;
  }

  #class(): PatternNode {
    const isNot = this.#take('^');
    const ascii = new Uint8Array(asciiCount);
    let others = false;
    for (let isFirst = true; isFirst || !this.#take(']'); isFirst = false) {
      if (this.#rest().startsWith('[:')) throw new Unsupported();
      const low = this.#member();
      if (typeof low !== 'string') {
        for (let i = 0; i < asciiCount; i++) ascii[i] = (ascii[i] as number) | (low.ascii[i] as number);
        others ||= low.others;
        continue;
      }
      let high: string | Letters = low;
      if (/^-[^\]]/.test(this.#rest())) {
        this.#at++;
        high = this.#member();
      }
      if (typeof high !== 'string' || high < low) throw new Unsupported();
      for (let i = low.charCodeAt(0); i <= high.charCodeAt(0); i++) ascii[i] = 1;
    }
    if (isNot) for (let i = 0; i < asciiCount; i++) ascii[i] = 1 - (ascii[i] as number);
    return { kind: 'set', ascii, others: isNot ? !others : others };
  }

  #member(): string | Letters {
    const c = this.#next();
    if (c > '\u007f') throw new Unsupported();
    if (c !== '\\') return c;
    const escaped = this.#next();
    return namedSet(escaped) ?? this.#escaped(escaped);
  }

  #repeated(atom: PatternNode): PatternNode {
    const found = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})(\??)/.exec(this.#rest());
    if (!found) return atom;
    this.#at += found[0].length;
    if (canBeEmpty(atom) || /^[*+?]/.test(this.#rest())) throw new Unsupported();
    const [whole, low, comma, high, lazy] = found;
    const isGreedy = lazy !== '?';
    if (low === undefined) {
      const max = whole.startsWith('?') ? 1 : Number.POSITIVE_INFINITY;
      return { kind: 'repeat', part: atom, min: whole.startsWith('+') ? 1 : 0, max, isGreedy };
    }
    const min = Number(low);
    const max = comma === undefined ? min : high ? Number(high) : Number.POSITIVE_INFINITY;
    if (min > mostRepeats || max < min || (max > mostRepeats && max !== Number.POSITIVE_INFINITY))
      throw new Unsupported();
    return { kind: 'repeat', part: atom, min, max, isGreedy };
  }

  #rest(): string {
    return this.#text.slice(this.#at, this.#at + 100);
  }

  #take(c: string): boolean {
    if (this.#text[this.#at] !== c) return false;
    this.#at++;
    return true;
  }

  /** The next character, of one or two units of UTF-16. */
  #next(): string {
    const point = this.#text.codePointAt(this.#at);
    if (point === undefined) throw new Unsupported();
    const c = String.fromCodePoint(point);
    this.#at += c.length;
    return c;
  }
}

function literal(c: string): PatternNode {
  return { kind: 'bytes', bytes: Buffer.from(c) };
}

/** `\d`, `\w`, `\s` and their opposites, as RE2 has them: of ASCII only. */
function namedSet(letter: string): Letters | null {
  const members = { d: /\d/, w: /\w/, s: /[\t\n\f\r ]/ }[letter.toLowerCase()];
  if (members === undefined) return null;
  const isNot = letter !== letter.toLowerCase();
  const ascii = Uint8Array.from({ length: asciiCount }, (_, i) =>
    members.test(String.fromCharCode(i)) === isNot ? 0 : 1,
  );
  return { ascii, others: isNot };
}

function canBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'set':
    case 'bytes':
      return false;
    case 'sequence':
      return node.parts.every(canBeEmpty);
    case 'choice':
      return node.parts.some(canBeEmpty);
    case 'group':
      return canBeEmpty(node.part);
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.part);
    default:
      return true;
  }
}

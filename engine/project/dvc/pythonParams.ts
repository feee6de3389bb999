import type { Entry, Located } from '../located.ts';
import { floatNode, integerNode } from './pythonText.ts';
import { PythonFault, stringStart, tokensOf, type Token } from './pythonTokens.ts';

const nowhere = { start: 0, end: 0 };

/**
 * Reads the params of a Python file as DVC does, without running it: assignments of literals at the top level, in
 * classes, and to `self` in `__init__`. Other statements, and values that are not literals, are left out. A class is a
 * mapping. Throws PythonFault for text that Python cannot read, as far as the reader sees it.
 */
export function readPythonParams(text: string): Entry[] {
  const reader = new Reader(tokensOf(text));
  return reader.block(false);
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The assignments of statements up to the end of their block. */
  block(isInit: boolean): Entry[] {
    const entries = new Map<string, Entry>();
    const keep = (found: readonly Entry[]) => {
      for (const entry of found) entries.set(entry.key, entry);
    };
    for (let token = this.#peek(); token && token.kind !== 'dedent'; token = this.#peek()) {
      if (token.kind === 'newline') this.#at++;
      else if (token.kind === 'indent') throw new PythonFault(token.line, 'a line is indented that is in no block');
      else keep(this.#statement(isInit));
    }
    this.#at++;
    return [...entries.values()];
  }

  #statement(isInit: boolean): Entry[] {
    const line = this.#line();
    const [first, second] = line;
    const isBlock = line.at(-1)?.text === ':' && this.#peek()?.kind === 'indent';
    const isClass = first?.text === 'class';
    const isOwnInit = first?.text === 'def' && second?.text === '__init__';
    if (isBlock && (isClass || isOwnInit)) {
      this.#at++;
      const inside = this.block(isOwnInit);
      return isClass && second ? [entryFor(second.text, inside)] : inside;
    }
    if (isBlock) {
      this.#skipBlock();
      return [];
    }
    if (isClass || isOwnInit) {
      const colon = endOfHead(line);
      const inside = partsOf(line.slice(colon + 1), ';').flatMap((part) => assignment(part, isOwnInit));
      return isClass && second ? [entryFor(second.text, inside)] : inside;
    }
    if (blockWords.has(first?.text ?? '') && first?.kind === 'name') return [];
    return partsOf(line, ';').flatMap((part) => assignment(part, isInit));
  }

  #line(): Token[] {
    const from = this.#at;
    while (this.#peek() && this.#peek()?.kind !== 'newline') this.#at++;
    return this.#tokens.slice(from, this.#at++);
  }

  #skipBlock(): void {
    let depth = 0;
    do {
      const kind = this.#peek()?.kind;
      if (kind === undefined) return;
      depth += Number(kind === 'indent') - Number(kind === 'dedent');
      this.#at++;
    } while (depth > 0);
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }
}

const blockWords = new Set(
  'if for while with try async def match else elif except finally return import from del assert raise global'.split(
    ' ',
  ),
);

function entryFor(key: string, entries: Entry[]): Entry {
  return entry(key, { kind: 'map', range: nowhere, entries });
}

function entry(key: string, value: Located): Entry {
  return { key, keyRange: nowhere, value, merged: false };
}

/** The index of the colon that ends `class A(B):` or `def f(x: int):`. */
function endOfHead(line: readonly Token[]): number {
  let depth = 0;
  return line.findIndex(({ kind, text }) => {
    if (kind !== 'op') return false;
    depth += Number('([{'.includes(text)) - Number(')]}'.includes(text));
    return depth === 0 && text === ':';
  });
}

/** Splits at an operator outside of brackets. */
function partsOf(tokens: readonly Token[], at: string): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'op') depth += Number('([{'.includes(token.text)) - Number(')]}'.includes(token.text));
    if (token.kind === 'op' && depth === 0 && token.text === at) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function assignment(tokens: readonly Token[], isInit: boolean): Entry[] {
  const sides = partsOf(tokens, '=');
  const [left = [], right, ...more] = sides;
  if (!right || more.length > 0 || right.length === 0) return [];
  // `a: int = 1`
  const [target = [], annotation] = partsOf(left, ':');
  if (annotation?.length === 0) return [];
  const bare = withoutBrackets(target);
  const name = nameOf(bare, isInit);
  if (name === null) return [];
  const literal = new Literal(right);
  const value = literal.read();
  return value === null ? [] : [entry(name, value)];
}

function withoutBrackets(tokens: readonly Token[]): readonly Token[] {
  return tokens.length > 2 && tokens[0]?.text === '(' && tokens.at(-1)?.text === ')'
    ? withoutBrackets(tokens.slice(1, -1))
    : tokens;
}

function nameOf(target: readonly Token[], isInit: boolean): string | null {
  const [first, dot, second] = target;
  if (first?.kind !== 'name') return null;
  if (target.length === 1) return isInit ? null : first.text;
  const isOwn = target.length === 3 && first.text === 'self' && dot?.text === '.' && second?.kind === 'name';
  return isOwn ? second.text : null;
}

/** A literal of Python. Items of another kind make the whole value none. */
class Literal {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Null when it is not a literal. */
  read(): Located | null {
    const first = this.#value();
    if (first === null) return null;
    if (this.#at === this.#tokens.length) return first;
    // `a = 1, 2`
    if (!this.#take(',')) return null;
    const items = this.#items('');
    return items && this.#at === this.#tokens.length ? list([first, ...items]) : null;
  }

  #value(): Located | null {
    const sign = this.#take('-') ? -1 : this.#take('+') ? 1 : 0;
    const token = this.#tokens[this.#at];
    if (!token) return null;
    if (sign !== 0 && token.kind !== 'number')
      return token.text === '(' || '+-'.includes(token.text) ? this.#signed(sign) : null;
    this.#at++;
    if (token.kind === 'number') return numberOf(token.text, sign === -1);
    if (token.kind === 'string') return this.#text(token);
    if (token.kind === 'name') return constantOf(token.text);
    if (token.text === '(') return this.#brackets();
    if (token.text === '[') {
      const items = this.#items(']');
      return items && list(items);
    }
    return token.text === '{' ? this.#mapping() : null;
  }

  #signed(sign: number): Located | null {
    const inner = this.#value();
    if (inner?.kind !== 'scalar' || typeof inner.value !== 'number') return null;
    return numberOf(String(inner.value), sign === -1);
  }

  #text(first: Token): Located | null {
    let text = '';
    for (let token: Token | undefined = first; token?.kind === 'string'; token = this.#tokens[this.#at++]) {
      const part = textOf(token.text);
      if (part === null) return null;
      text += part;
    }
    this.#at--;
    return { kind: 'scalar', range: nowhere, value: text, quoted: true };
  }

  /** A value in brackets, or a tuple. */
  #brackets(): Located | null {
    if (this.#take(')')) return list([]);
    const first = this.#value();
    if (first === null) return null;
    if (this.#take(')')) return first;
    if (!this.#take(',')) return null;
    const items = this.#items(')');
    return items && list([first, ...items]);
  }

  #items(end: string): Located[] | null {
    const items: Located[] = [];
    for (;;) {
      if (end === '' ? this.#at === this.#tokens.length : this.#take(end)) return items;
      const item = this.#value();
      if (item === null) return null;
      items.push(item);
      if (!this.#take(',')) return (end === '' ? this.#at === this.#tokens.length : this.#take(end)) ? items : null;
    }
  }

  /** A mapping or a set; a set is read as a list. */
  #mapping(): Located | null {
    if (this.#take('}')) return { kind: 'map', range: nowhere, entries: [] };
    const first = this.#value();
    if (first === null) return null;
    if (!this.#take(':')) {
      if (this.#take('}')) return list([first]);
      if (!this.#take(',')) return null;
      const items = this.#items('}');
      return items && list([first, ...items]);
    }
    const entries = new Map<string, Entry>();
    let key: Located | null = first;
    for (;;) {
      const value = this.#value();
      if (key?.kind !== 'scalar' || value === null) return null;
      entries.set(String(key.value), entry(String(key.value), value));
      const isNext = this.#take(',');
      if (this.#take('}')) return { kind: 'map', range: nowhere, entries: [...entries.values()] };
      if (!isNext) return null;
      key = this.#value();
      if (!this.#take(':')) return null;
    }
  }

  #take(operator: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'op' || token.text !== operator) return false;
    this.#at++;
    return true;
  }
}

function list(items: Located[]): Located {
  return { kind: 'seq', range: nowhere, items };
}

function constantOf(name: string): Located | null {
  const values = { True: true, False: false, None: null } as const;
  if (!Object.hasOwn(values, name)) return null;
  return { kind: 'scalar', range: nowhere, value: values[name as keyof typeof values], quoted: false };
}

function numberOf(text: string, isNegative: boolean): Located | null {
  const plain = text.replaceAll('_', '').toLowerCase();
  if (plain.endsWith('j')) return null;
  if (/^(?:0[xob][\da-f]+|\d+)$/.test(plain)) {
    if (/^0\d*[1-9]/.test(plain)) return null;
    const size = BigInt(plain);
    return integerNode(isNegative ? -size : size);
  }
  const value = Number(plain);
  return floatNode(isNegative ? -value : value);
}

const escapes: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

/** The text of a string literal; null for bytes and formatted strings. */
function textOf(literal: string): string | null {
  const [started = '', prefix = '', quote = ''] = stringStart.exec(literal) ?? [];
  if (/[bft]/i.test(prefix)) return null;
  const inside = literal.slice(started.length, literal.length - quote.length);
  if (/r/i.test(prefix)) return inside;
  return inside.replaceAll(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (whole, x?: string, u?: string, long?: string, octal?: string, other?: string) => {
      const hex = x ?? u ?? long;
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return escapes[other ?? ''] ?? whole;
    },
  );
}

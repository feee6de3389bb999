/** A word of a Python file. */
export interface Token {
  kind: 'name' | 'number' | 'string' | 'op' | 'newline' | 'indent' | 'dedent';
  text: string;
  line: number;
}

/** A fault of a Python file, with its line from 1. */
export class PythonFault extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const operators =
  /^(?:\*\*=|\/\/=|>>=|<<=|\.\.\.|[-+*/%@&|^]=|->|:=|==|!=|<=|>=|<<|>>|\*\*|\/\/|[-+*/%@&|^~<>()[\]{},:.;=!])/;
const numberText =
  /^(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][-+]?\d[\d_]*)?[jJ]?)/;
/** How a string literal starts: its prefix and its quote. */
export const stringStart = /^([rRbBuUfFtT]{0,2})('''|"""|'|")/;

/** The words of a Python file, with its lines and blocks. Throws PythonFault. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const source = text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const indents = [0];
  const open: string[] = [];
  let at = 0;
  let line = 1;
  let isStart = true;
  const add = (kind: Token['kind'], value = '') => tokens.push({ kind, text: value, line });
  while (at < source.length) {
    const rest = source.slice(at, at + 256);
    if (isStart && open.length === 0) {
      const [blank = ''] = /^[ \t\f]*/.exec(source.slice(at)) ?? [];
      const next = source[at + blank.length];
      if (next === undefined) break;
      at += blank.length;
      isStart = false;
      if (next !== '\n' && next !== '#') {
        const width = [...blank].reduce((size, c) => (c === '\t' ? size + 8 - (size % 8) : size + 1), 0);
        if (width > (indents.at(-1) ?? 0)) {
          indents.push(width);
          add('indent');
        }
        while (width < (indents.at(-1) ?? 0)) {
          indents.pop();
          add('dedent');
        }
        if (width !== indents.at(-1)) throw new PythonFault(line, 'the indentation matches no block above');
      }
      continue;
    }
    const c = source[at] ?? '';
    if (c === '\n') {
      if (open.length === 0 && tokens.at(-1)?.kind !== 'newline') add('newline');
      isStart = true;
      line++;
      at++;
    } else if (c === ' ' || c === '\t' || c === '\f') at++;
    else if (c === '#') at = endOfLine(source, at);
    else if (c === '\\' && source[at + 1] === '\n') {
      at += 2;
      line++;
    } else if (stringStart.test(rest)) {
      const [started = '', , quote = ''] = stringStart.exec(rest) ?? [];
      const end = endOfString(source, at + started.length, quote);
      if (end < 0) throw new PythonFault(line, 'a text has no end');
      const whole = source.slice(at, end);
      add('string', whole);
      line += whole.split('\n').length - 1;
      at = end;
    } else if (/^(?:\d|\.\d)/.test(rest)) {
      const [found = c] = numberText.exec(rest) ?? [];
      add('number', found);
      at += found.length;
    } else {
      const name = /^[\p{L}_][\p{L}\p{N}\p{M}_]*/u.exec(rest)?.[0];
      const operator = name === undefined ? operators.exec(rest)?.[0] : undefined;
      if (name === undefined && operator === undefined) throw new PythonFault(line, `\`${c}\` is not Python`);
      if (operator !== undefined && '([{'.includes(operator)) open.push(operator);
      if (operator !== undefined && ')]}'.includes(operator)) {
        const start = open.pop();
        if (start === undefined || '([{'.indexOf(start) !== ')]}'.indexOf(operator))
          throw new PythonFault(line, `\`${operator}\` closes nothing`);
      }
      add(name === undefined ? 'op' : 'name', name ?? operator);
      at += (name ?? operator ?? '').length;
    }
  }
  if (open.length > 0) throw new PythonFault(line, `\`${open.at(-1) ?? ''}\` is not closed`);
  if (tokens.length > 0 && tokens.at(-1)?.kind !== 'newline') add('newline');
  for (const _ of indents.slice(1)) add('dedent');
  return tokens;
}

function endOfLine(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  return end < 0 ? source.length : end;
}

/** The offset after a string; -1 when it has no end. A backslash protects the next character, in raw strings too. */
function endOfString(source: string, from: number, quote: string): number {
  for (let i = from; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source.startsWith(quote, i)) return i + quote.length;
    else if (quote.length === 1 && source[i] === '\n') return -1;
  }
  return -1;
}

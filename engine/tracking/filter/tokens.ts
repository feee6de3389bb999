import type { FilterProblem } from '../../../protocol/runs.ts';

export interface Token {
  kind: 'word' | 'quoted' | 'text' | 'number' | 'duration' | 'operator' | 'open' | 'close' | 'comma' | 'dot' | 'end';
  /** The word, the content of the quotes, or the operator. */
  text: string;
  value: number;
  from: number;
  to: number;
}

/** A filter with a syntax error and its position. */
export class FilterError extends Error {
  readonly problem: FilterProblem;

  constructor(message: string, from: number, to: number) {
    super(message);
    this.name = 'FilterError';
    this.problem = { message, from, to };
  }
}

const pattern =
  /\s+|(?<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?<unit>ms|[smhdw])?(?![\w.]))|(?<special>[-+]?(?:inf(?:inity)?|nan)(?!\w))|(?<word>[\p{L}_][\p{L}\p{N}_]*(?:[-:@][\p{L}\p{N}_]+)*)|(?<operator><=|>=|==|!=|<>|=|<|>)|(?<open>\()|(?<close>\))|(?<comma>,)|(?<dot>\.)|(?<quote>['"`])|(?<other>.)/giuy;

export const unitMs: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * The tokens of a filter, with an end token. Single and double quotes contain text; backticks, and double quotes after
 * a dot, contain a key. A doubled quote stands for itself; with `escapes`, as MLflow's clients write, so does a quote
 * after a backslash.
 */
export function tokenize(text: string, escapes = false): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw new FilterError('This cannot be read.', at, text.length);
    const groups = match.groups ?? {};
    const end = at + match[0].length;
    const add = (kind: Token['kind'], content: string, value = Number.NaN) =>
      tokens.push({ kind, text: content, value, from: at, to: end });
    const afterDot = tokens.at(-1)?.kind === 'dot';
    if (groups.number !== undefined && !afterDot) {
      const unit = groups.unit?.toLowerCase();
      const number = Number(unit === undefined ? match[0] : match[0].slice(0, -unit.length));
      add(
        unit === undefined ? 'number' : 'duration',
        match[0],
        unit === undefined ? number : number * (unitMs[unit] ?? 1),
      );
    } else if (groups.number !== undefined) add('word', match[0]);
    else if (groups.special !== undefined && !afterDot)
      add('number', match[0], /nan/i.test(match[0]) ? Number.NaN : match[0].startsWith('-') ? -Infinity : Infinity);
    else if (groups.special !== undefined) add('word', match[0]);
    else if (groups.word !== undefined) add('word', match[0]);
    else if (groups.operator !== undefined)
      add('operator', match[0] === '==' ? '=' : match[0] === '<>' ? '!=' : match[0]);
    else if (groups.open !== undefined) add('open', '(');
    else if (groups.close !== undefined) add('close', ')');
    else if (groups.comma !== undefined) add('comma', ',');
    else if (groups.dot !== undefined) add('dot', '.');
    else if (groups.quote !== undefined) {
      const close = closing(text, at, escapes);
      if (close < 0) throw new FilterError('This quote is never closed.', at, text.length);
      const mark = match[0];
      const inside = text.slice(at + 1, close).replaceAll(mark + mark, mark);
      const content = escapes ? inside.replaceAll(`\\${mark}`, mark) : inside;
      tokens.push({
        kind: mark === '`' || (mark === '"' && afterDot) ? 'quoted' : 'text',
        text: content,
        value: Number.NaN,
        from: at,
        to: close + 1,
      });
      at = close + 1;
      continue;
    } else if (groups.other !== undefined) throw new FilterError(`\`${groups.other}\` has no place here.`, at, end);
    at = end;
  }
  tokens.push({ kind: 'end', text: '', value: Number.NaN, from: text.length, to: text.length });
  return tokens;
}

/**
 * The end of the quoted text that begins at `from`; a doubled quote stands for itself, and with `escapes` so does one
 * after a backslash.
 */
function closing(text: string, from: number, escapes: boolean): number {
  const mark = text[from] ?? '';
  for (let at = from + 1; at < text.length; at++) {
    if (escapes && text[at] === '\\' && text[at + 1] === mark) at++;
    else if (text[at] === mark && text[at + 1] === mark) at++;
    else if (text[at] === mark) return at;
  }
  return -1;
}

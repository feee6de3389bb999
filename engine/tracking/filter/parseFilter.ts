import { FilterError, tokenize, type Token } from './tokens.ts';

export type Field = { of: 'metrics' | 'params' | 'tags' | 'datasets'; key: string } | { of: 'attributes'; key: string };
export type Operator =
  '=' | '!=' | '<' | '<=' | '>' | '>=' | 'like' | 'ilike' | 'in' | 'not in' | 'is null' | 'is not null';
export type FilterValue =
  { kind: 'number'; value: number } | { kind: 'duration'; value: number } | { kind: 'text'; value: string };

/** The syntax tree of a filter. */
export type Filter =
  | { kind: 'and' | 'or'; parts: Filter[] }
  | { kind: 'not'; part: Filter }
  | { kind: 'compare'; field: Field; operator: Operator; values: FilterValue[]; from: number; to: number };

const groups: Record<string, Field['of']> = {
  metrics: 'metrics',
  metric: 'metrics',
  params: 'params',
  param: 'params',
  parameters: 'params',
  parameter: 'params',
  tags: 'tags',
  tag: 'tags',
  attributes: 'attributes',
  attribute: 'attributes',
  attr: 'attributes',
  run: 'attributes',
  datasets: 'datasets',
  dataset: 'datasets',
};
const keywords = new Set(['and', 'or', 'not', 'in', 'like', 'ilike', 'is', 'null']);

/**
 * Parses a filter: MLflow's grammar (`metrics.a > 1 and params.b = 'c'`, keys in backticks or double quotes, LIKE,
 * ILIKE, IN, IS NULL), extended by `or`, `not`, parentheses, params compared as numbers, and durations such as `7d`.
 * Returns null for an empty text; throws FilterError.
 */
export function parseFilter(text: string, escapes = false): Filter | null {
  const tokens = tokenize(text, escapes);
  if (tokens.length === 1) return null;
  const reader = new Reader(tokens);
  const filter = reader.any();
  reader.end();
  return filter;
}

class Reader {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  any(): Filter {
    const parts = [this.#all()];
    while (this.#word('or')) parts.push(this.#all());
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'or', parts };
  }

  end(): void {
    const token = this.#peek();
    if (token.kind !== 'end') throw new FilterError('Expected `and`, `or` or the end.', token.from, token.to);
  }

  #all(): Filter {
    const parts = [this.#one()];
    while (this.#word('and')) parts.push(this.#one());
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'and', parts };
  }

  #one(): Filter {
    if (this.#word('not')) return { kind: 'not', part: this.#one() };
    if (this.#peek().kind !== 'open') return this.#comparison();
    // Deeper than any real filter, and shallow enough for the stack.
    if (++this.#depth > 200)
      throw new FilterError('These brackets are nested too deeply.', this.#peek().from, this.#peek().to);
    this.#at++;
    const inner = this.any();
    const close = this.#next();
    if (close.kind !== 'close') throw new FilterError('A bracket is never closed.', close.from, close.to);
    this.#depth--;
    return inner;
  }

  #comparison(): Filter {
    const start = this.#peek().from;
    const field = this.#field();
    const [operator, values] = this.#rest();
    return { kind: 'compare', field, operator, values, from: start, to: this.#tokens[this.#at - 1]?.to ?? start };
  }

  #field(): Field {
    const first = this.#next();
    if (first.kind !== 'word' && first.kind !== 'quoted')
      throw new FilterError(
        'Expected a name, such as `metrics.loss`, `params.lr`, `tags.team` or `status`.',
        first.from,
        Math.max(first.to, first.from),
      );
    if (this.#peek().kind !== 'dot') {
      if (first.kind === 'word' && keywords.has(first.text.toLowerCase()))
        throw new FilterError('Expected a name here.', first.from, first.to);
      return { of: 'attributes', key: first.text };
    }
    const of = groups[first.text.toLowerCase()];
    if (!of)
      throw new FilterError(
        `There is no \`${first.text}.\`; names begin with \`metrics.\`, \`params.\`, \`tags.\` or \`datasets.\`.`,
        first.from,
        first.to,
      );
    this.#at++;
    let key = '';
    const from = this.#peek().from;
    // A key may contain dots; slashes need quotes.
    for (;;) {
      const part = this.#next();
      if (part.kind !== 'word' && part.kind !== 'quoted' && part.kind !== 'text')
        throw new FilterError(
          'Expected a name after the dot; put one with spaces or signs in `backticks`.',
          part.from,
          Math.max(part.to, part.from),
        );
      key += part.text;
      if (part.kind !== 'word' || this.#peek().kind !== 'dot') break;
      this.#at++;
      key += '.';
    }
    if (key === '') throw new FilterError('Expected a name after the dot.', from, from);
    return { of, key };
  }

  #rest(): [Operator, FilterValue[]] {
    const token = this.#next();
    const word = token.kind === 'word' ? token.text.toLowerCase() : '';
    if (token.kind === 'operator') return [token.text as Operator, [this.#value()]];
    if (word === 'like' || word === 'ilike') return [word, [this.#value()]];
    if (word === 'in') return ['in', this.#list()];
    if (word === 'not') {
      const next = this.#next();
      if (next.text.toLowerCase() !== 'in') throw new FilterError('Expected `in` after `not`.', next.from, next.to);
      return ['not in', this.#list()];
    }
    if (word === 'is') {
      const negated = this.#word('not');
      const end = this.#next();
      if (end.text.toLowerCase() !== 'null') throw new FilterError('Expected `null`.', end.from, end.to);
      return [negated ? 'is not null' : 'is null', []];
    }
    throw new FilterError(
      'Expected a comparison: = != < <= > >= like ilike in, is null.',
      token.from,
      Math.max(token.to, token.from),
    );
  }

  #list(): FilterValue[] {
    const open = this.#next();
    if (open.kind !== 'open')
      throw new FilterError("Expected a list in brackets, such as ('a', 'b').", open.from, open.to);
    const values = [this.#value()];
    while (this.#peek().kind === 'comma') {
      this.#at++;
      // Python prints a one-element tuple with a trailing comma.
      if (this.#peek().kind === 'close') break;
      values.push(this.#value());
    }
    const close = this.#next();
    if (close.kind !== 'close') throw new FilterError('The list is never closed.', close.from, close.to);
    return values;
  }

  #value(): FilterValue {
    const token = this.#next();
    if (token.kind === 'number' || token.kind === 'duration') return { kind: token.kind, value: token.value };
    if (token.kind === 'text' || token.kind === 'quoted') return { kind: 'text', value: token.text };
    const word = token.kind === 'word' ? token.text : '';
    if (word.toLowerCase() === 'true' || word.toLowerCase() === 'false') return { kind: 'text', value: word };
    throw new FilterError(
      word ? `Put text in quotes: '${word}'.` : "Expected a value: a number, or text in 'quotes'.",
      token.from,
      Math.max(token.to, token.from),
    );
  }

  #word(word: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #peek(): Token {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    if (!token) throw new FilterError('The filter is empty.', 0, 0);
    return token;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }
}

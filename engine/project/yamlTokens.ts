import { CST, Lexer } from 'yaml';
import { RecentCache } from '../base/recentCache.ts';

export type TokenKind = NonNullable<ReturnType<typeof CST.tokenType>> | 'plain' | 'block-scalar';

/** A token of YAML source. All tokens together are the whole text. */
export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
}

/** Several features request the tokens of the same text in sequence. */
const known = new RecentCache<string, Token[]>(4);

/** Returns the tokens of a text. They are available for invalid YAML too, since they do not depend on its structure. */
export function yamlTokens(text: string): Token[] {
  const held = known.get(text);
  if (held) return held;
  const tokens = lex(text);
  known.set(text, tokens);
  return tokens;
}

function lex(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let scalar = false;
  let block = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === CST.SCALAR) {
      scalar = true;
      continue;
    }
    if (lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END) continue;
    const kind: TokenKind = scalar ? (block ? 'block-scalar' : 'plain') : (CST.tokenType(lexeme) ?? 'plain');
    if (kind === 'block-scalar-header') block = true;
    else if (scalar) block = false;
    scalar = false;
    tokens.push({ kind, start: at, end: at + lexeme.length });
    at += lexeme.length;
  }
  return tokens;
}

/** Returns the texts of all comments, in order. */
export function commentsIn(text: string): string[] {
  return yamlTokens(text).flatMap((token) =>
    token.kind === 'comment' ? [text.slice(token.start, token.end).trimEnd()] : [],
  );
}

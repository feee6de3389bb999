import { CST, Lexer } from 'yaml';
import { RecentCache } from '../base/recentCache.ts';

export type TokenKind = NonNullable<ReturnType<typeof CST.tokenType>> | 'plain' | 'block-scalar';

/** A piece of YAML source; together the pieces are the whole text. */
export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
}

/** Several features ask about the same text, one after the other. */
const known = new RecentCache<string, Token[]>(4);

/** The pieces of a text. They are there for broken YAML too, since they know nothing of its structure. */
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

/** The texts of all comments, in order. */
export function commentsIn(text: string): string[] {
  return yamlTokens(text).flatMap((token) =>
    token.kind === 'comment' ? [text.slice(token.start, token.end).trimEnd()] : [],
  );
}

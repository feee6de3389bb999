import { nameOfToken, sqlTokens } from './sqlTokens.ts';

/** Returns the names in `known` that SQL reads as tables: identifiers outside comments and strings, plain or quoted. */
export function tablesIn(sql: string, known: readonly string[]): string[] {
  const words = new Set(sqlTokens(sql).flatMap((token) => nameOfToken(token)?.toLowerCase() ?? []));
  return known.filter((name) => words.has(name.toLowerCase()));
}

import type { SqlParams, SqlValue } from '../data/database.ts';

/**
 * The values of the params that a query names as `$name` outside quotes and comments; DuckDB rejects others. Undefined
 * when it names none.
 */
export function boundIn(query: string, params: Readonly<Record<string, SqlValue>>): SqlParams | undefined {
  const named = paramNames(query);
  const bound = Object.fromEntries(Object.entries(params).filter(([name]) => named.has(name)));
  return Object.keys(bound).length === 0 ? undefined : bound;
}

/** The names after `$` in a query. */
export function paramNames(query: string): Set<string> {
  const bare = query.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$/g, ' ');
  return new Set([...bare.matchAll(/(?<![\w$])\$([A-Za-z_]\w*)/g)].map(([, name = '']) => name));
}

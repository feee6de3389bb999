import { lower, sqlTokens, type SqlToken } from './sqlTokens.ts';

/** A name that SQL reads as a table, and its range. */
export interface TableRead {
  name: string;
  start: number;
  end: number;
}

/** Words that can follow FROM or JOIN but are not tables. */
const noTables = new Set([
  'lateral',
  'values',
  'select',
  'unnest',
  'only',
  'with',
  'table',
  'from',
  'query',
  'summarize',
  'describe',
  'pivot',
  'unpivot',
  'show',
]);
/** System tables of DuckDB. */
const system = /^(duckdb_|sqlite_|pg_|pragma_)/;

/**
 * Returns the tables that SQL is certain to read: plain names after FROM and JOIN. Excludes names with a schema, calls,
 * quoted files, names defined by the query (WITH), and the FROM of `extract(year FROM at)` and `IS DISTINCT FROM`.
 */
export function tableReads(sql: string): TableRead[] {
  const tokens = sqlTokens(sql);
  const own = ownNames(tokens);
  const reads: TableRead[] = [];
  const frames: { selects: boolean }[] = [{ selects: true }];
  tokens.forEach((token, i) => {
    const word = lower(token);
    if (token.text === '(' && token.kind === 'sign') frames.push({ selects: false });
    else if (token.text === ')' && token.kind === 'sign') frames.pop();
    const frame = frames.at(-1);
    if (frame && (word === 'select' || (word === 'from' && tokens[i - 1]?.text === '('))) frame.selects = true;
    const opens =
      word === 'join' || (word === 'from' && frame?.selects === true && lower(tokens[i - 1]) !== 'distinct');
    const read = opens ? tableAt(tokens, i + 1) : null;
    if (read && !own.has(read.name.toLowerCase())) reads.push(read);
  });
  return reads;
}

function tableAt(tokens: readonly SqlToken[], at: number): TableRead | null {
  const token = tokens[at];
  const next = tokens[at + 1]?.text;
  if (!token || token.kind === 'sign' || next === '.' || next === '(') return null;
  const name = token.kind === 'quoted' ? token.text.replaceAll('""', '"') : token.text;
  if (token.kind === 'word' && noTables.has(name.toLowerCase())) return null;
  // DuckDB reads a quoted name as a file when it looks like one.
  if (system.test(name.toLowerCase()) || /[./\\:*?]/.test(name)) return null;
  return token.kind === 'quoted'
    ? { name, start: token.start + 1, end: token.end - 1 }
    : { name, start: token.start, end: token.end };
}

/**
 * Returns names before `AS (`, with or without columns: those of WITH. It can include the name of a window of that
 * form, which is harmless.
 */
export function ownNames(tokens: readonly SqlToken[]): Set<string> {
  const names = new Set<string>();
  tokens.forEach((token, i) => {
    if (lower(token) !== 'as') return;
    let after = i + 1;
    while (['not', 'materialized'].includes(lower(tokens[after]))) after++;
    if (tokens[after]?.text !== '(') return;
    let before = i - 1;
    if (tokens[before]?.text === ')') while (before >= 0 && tokens[before]?.text !== '(') before--;
    const named = tokens[tokens[i - 1]?.text === ')' ? before - 1 : before];
    if (named && named.kind !== 'sign') names.add(named.text.replaceAll('""', '"').toLowerCase());
  });
  return names;
}

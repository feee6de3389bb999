import type { Range } from '../../engine/project/located.ts';
import { reservedWords, sqlKeywords } from '../../engine/data/sqlName.ts';
import { lower, nameOfToken, sqlTokens, type SqlToken } from '../../engine/project/sqlTokens.ts';
import { ownNames } from '../../engine/project/tableReads.ts';

/** A name in SQL. */
export interface SqlPlace {
  /** Without quotes. */
  range: Range;
  quoted: boolean;
  /**
   * `as new`: the source keeps the name, so the result is renamed. `as old`: the source is renamed and the result is
   * not.
   */
  form: 'name' | 'as new' | 'as old';
}

/** The tables and the result in which SQL can refer to a column. */
export interface ColumnScope {
  column: string;
  /** Lower-case names of the tables that have the column. */
  inputs: ReadonlySet<string>;
  /** True when the result has the column. */
  output: boolean;
  /** Lower-case names of the columns of a table; null when they are unknown. */
  columnsOf: (table: string) => ReadonlySet<string> | null;
}

interface TableRead {
  name: string;
  token: number;
  alias: string | null;
}

const endsFrom = new Set([
  'where',
  'group',
  'having',
  'order',
  'limit',
  'offset',
  'union',
  'intersect',
  'except',
  'window',
  'qualify',
  'select',
]);
const noAlias = new Set([
  ...endsFrom,
  'join',
  'left',
  'right',
  'inner',
  'outer',
  'full',
  'cross',
  'natural',
  'asof',
  'anti',
  'semi',
  'positional',
  'on',
  'using',
  'tablesample',
  'pivot',
  'unpivot',
  'as',
  'from',
]);

/** The occurrences of a table: after FROM and JOIN, and before the dot of its columns. */
export function tablePlaces(sql: string, table: string): SqlPlace[] {
  const tokens = sqlTokens(sql);
  const reads = tablesRead(tokens);
  const wanted = table.toLowerCase();
  const owners = qualifiers(tokens, reads);
  const found = new Set(reads.filter(({ name }) => name === wanted).map(({ token }) => token));
  tokens.forEach((token, i) => {
    if (isQualifier(tokens, i) && nameOfToken(token)?.toLowerCase() === wanted && owners.get(wanted) === wanted)
      found.add(i);
  });
  return [...found].toSorted((a, b) => a - b).flatMap((i) => placeOf(tokens[i], 'name'));
}

/** True when the SQL declares a name: with WITH, or as an alias. */
export function namesItself(sql: string, name: string): boolean {
  const tokens = sqlTokens(sql);
  const wanted = name.toLowerCase();
  return (
    ownNames(tokens).has(wanted) ||
    tablesRead(tokens).some(({ name: table, alias }) => alias === wanted || table === wanted)
  );
}

/** The occurrences of a column, and why they may be incomplete: then a rename would break the SQL. */
export function columnPlacesIn(sql: string, scope: ColumnScope): { places: SqlPlace[]; unsure: string | null } {
  const tokens = sqlTokens(sql);
  const reads = tablesRead(tokens);
  const owners = qualifiers(tokens, reads);
  const items = resultItems(tokens);
  const column = scope.column.toLowerCase();
  const isColumn = (i: number) => nameOfToken(tokens[i])?.toLowerCase() === column;
  const having = reads.filter(({ name }) => scope.inputs.has(name) || scope.columnsOf(name)?.has(column));
  const foreign = having.find(({ name }) => !scope.inputs.has(name));
  const ours = having.find(({ name }) => scope.inputs.has(name));
  const aliases = new Set(items.flatMap(({ alias }) => (alias === null ? [] : [alias])));
  const innerAlias = tokens.some((_, i) => isColumn(i) && lower(tokens[i - 1]) === 'as' && !aliases.has(i));
  const given = items.find((item) => isColumn(item.name ?? -1));
  // Without a source of that name, other uses refer to the alias of the result.
  const isAliasAlone =
    scope.output && having.length === 0 && !innerAlias && given !== undefined && given.alias !== null;
  const places: SqlPlace[] = [];
  let unsure: string | null = null;
  tokens.forEach((token, i) => {
    if (!isColumn(i)) return;
    const item = items.find(({ name }) => name === i);
    if (aliases.has(i)) {
      if (scope.output) places.push(...placeOf(token, 'name'));
      return;
    }
    const use = useOf(tokens, i);
    if (use === null) return;
    // The columns of a query of WITH or a subquery come from its tables.
    const owner = use.qualifier === null ? null : (owners.get(use.qualifier) ?? null);
    const isInput = owner === null ? ours !== undefined && !foreign && !innerAlias : scope.inputs.has(owner);
    if (isInput) places.push(...placeOf(token, item && !scope.output ? 'as old' : 'name'));
    else if (ours && owner === null && foreign)
      unsure ??= `reads \`${scope.column}\` of \`${ours.name}\` and of \`${foreign.name}\` alike`;
    else if (ours && owner === null && innerAlias)
      unsure ??= `gives the name \`${scope.column}\` to something of its own`;
    else if (isAliasAlone && use.qualifier === null) places.push(...placeOf(token, 'name'));
    else if (item && scope.output) places.push(...placeOf(token, 'as new'));
  });
  if (!given && items.some(({ star }) => star) && scope.output !== (ours !== undefined)) unsure ??= 'selects `*`';
  return { places, unsure };
}

/** The token with the name of a column; null where the word has another meaning. */
function useOf(tokens: readonly SqlToken[], i: number): { qualifier: string | null } | null {
  const [before, after] = [tokens[i - 1], tokens[i + 1]];
  if (after?.text === '(' || (after?.text === '.' && after.kind === 'sign')) return null;
  if (before?.kind === 'sign' && before.text === '.')
    return { qualifier: nameOfToken(tokens[i - 2])?.toLowerCase() ?? null };
  if (
    lower(before) === 'as' ||
    (before?.kind === 'sign' && /^(?:[:$]|\d.*)$/.test(before.text)) ||
    after?.text.startsWith("'")
  )
    return null;
  if (before?.text === '(' && lower(tokens[i - 2]) === 'extract') return null;
  return isGrammar(lower(tokens[i]), before, after) ? null : { qualifier: null };
}

/**
 * A word that is syntax here, although a column may have the same name: ORDER, INTERVAL 5, HOURS PRECEDING, PARTITION
 * BY.
 */
function isGrammar(word: string, before: SqlToken | undefined, after: SqlToken | undefined): boolean {
  if (word === '') return false;
  if (reservedWords.has(word) || ['by', 'preceding', 'following', 'between', 'first', 'last'].includes(lower(after)))
    return true;
  if (before?.kind === 'word' && !sqlKeywords.has(lower(before))) return true;
  return (
    sqlKeywords.has(word) &&
    after !== undefined &&
    !(after.kind === 'sign' ? /^\D/.test(after.text) : reservedWords.has(lower(after)))
  );
}

function tablesRead(tokens: readonly SqlToken[]): TableRead[] {
  const own = ownNames(tokens);
  const reads: TableRead[] = [];
  const frames = [{ selects: true, from: false }];
  tokens.forEach((token, i) => {
    const frame = frames.at(-1);
    const word = lower(token);
    if (token.kind === 'sign' && token.text === '(') frames.push({ selects: false, from: false });
    else if (token.kind === 'sign' && token.text === ')') {
      if (frames.length > 1) frames.pop();
    } else if (frame) {
      if (word === 'select' || (word === 'from' && tokens[i - 1]?.text === '(')) frame.selects = true;
      const from = word === 'from' && frame.selects && lower(tokens[i - 1]) !== 'distinct';
      if (from) frame.from = true;
      else if (endsFrom.has(word)) frame.from = false;
      const opens = from || word === 'join' || (token.kind === 'sign' && token.text === ',' && frame.from);
      const name = opens ? nameOfToken(tokens[i + 1])?.toLowerCase() : undefined;
      const next = tokens[i + 2];
      if (name === undefined || own.has(name) || (next?.kind === 'sign' && (next.text === '.' || next.text === '(')))
        return;
      const aliasToken = lower(next) === 'as' ? tokens[i + 3] : noAlias.has(lower(next)) ? undefined : next;
      reads.push({ name, token: i + 1, alias: nameOfToken(aliasToken)?.toLowerCase() ?? null });
    }
  });
  return reads;
}

/** The table of each qualifier; null where it is ambiguous. */
function qualifiers(tokens: readonly SqlToken[], reads: readonly TableRead[]): Map<string, string | null> {
  const owners = new Map<string, string | null>();
  for (const { name, alias } of reads) {
    const key = alias ?? name;
    owners.set(key, owners.has(key) && owners.get(key) !== name ? null : name);
  }
  for (const name of ownNames(tokens)) owners.set(name, null);
  tokens.forEach((token, i) => {
    const named =
      token.kind === 'sign' && token.text === ')'
        ? nameOfToken(tokens[lower(tokens[i + 1]) === 'as' ? i + 2 : i + 1])?.toLowerCase()
        : undefined;
    if (named !== undefined && !noAlias.has(named)) owners.set(named, null);
  });
  return owners;
}

interface ResultItem {
  /** The token with the name of the column; null for an expression without one. */
  name: number | null;
  /** The same when the name is given with AS or follows an expression. */
  alias: number | null;
  star: boolean;
}

/** The columns of the outermost SELECT. */
function resultItems(tokens: readonly SqlToken[]): ResultItem[] {
  let depth = 0;
  let at = -1;
  const spans: [number, number][] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) break;
    if (token.kind === 'sign' && /^[([{]$/.test(token.text)) depth++;
    else if (token.kind === 'sign' && /^[)\]}]$/.test(token.text)) depth--;
    else if (depth === 0 && at === -1 && lower(token) === 'select')
      at = i + (lower(tokens[i + 1]) === 'distinct' ? 2 : 1);
    else if (depth === 0 && at !== -1 && token.kind === 'sign' && token.text === ',') {
      spans.push([at, i]);
      at = i + 1;
    } else if (
      depth === 0 &&
      at !== -1 &&
      i >= at &&
      (token.text === ';' || lower(token) === 'from' || (endsFrom.has(lower(token)) && lower(token) !== 'select'))
    ) {
      spans.push([at, i]);
      return spans.map((span) => itemOf(tokens, ...span));
    }
  }
  if (at !== -1) spans.push([at, tokens.length]);
  return spans.map((span) => itemOf(tokens, ...span));
}

function itemOf(tokens: readonly SqlToken[], from: number, to: number): ResultItem {
  const last = nameOfToken(tokens[to - 1]) === null ? null : to - 1;
  const star = tokens
    .slice(from, to)
    .some(({ text }, i) => text === '*' && (i === 0 || (i === 2 && tokens[from + 1]?.text === '.')));
  if (last === null) return { name: null, alias: null, star };
  const before = tokens[to - 2];
  if (
    to - from > 1 &&
    (lower(before) === 'as' ||
      (to - from === 2 && nameOfToken(before) !== null) ||
      (before?.kind === 'sign' && before.text === ')'))
  )
    return { name: last, alias: last, star };
  const isPlain = to - from === 1 || (to - from === 3 && before?.kind === 'sign' && before.text === '.');
  return { name: isPlain ? last : null, alias: null, star };
}

function isQualifier(tokens: readonly SqlToken[], i: number): boolean {
  return (
    tokens[i + 1]?.kind === 'sign' &&
    tokens[i + 1]?.text === '.' &&
    !(tokens[i - 1]?.kind === 'sign' && tokens[i - 1]?.text === '.')
  );
}

function placeOf(token: SqlToken | undefined, form: SqlPlace['form']): SqlPlace[] {
  if (!token) return [];
  const quoted = token.kind === 'quoted';
  return [
    {
      range: quoted ? { start: token.start + 1, end: token.end - 1 } : { start: token.start, end: token.end },
      quoted,
      form,
    },
  ];
}

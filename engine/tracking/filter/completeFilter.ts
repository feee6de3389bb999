import type { FilterCompletion } from '../../../protocol/runs.ts';
import type { Store } from '../../store/store.ts';
import { attributeNames } from './compileFilter.ts';
import { FilterError, tokenize, type Token } from './tokens.ts';

type Item = FilterCompletion['items'][number];

const most = 50;
/** As far back as the expressions look, which take the square of it: the name before the cursor is shorter. */
const near = 1000;

/** Completions at an offset of a filter: names with their number of runs, operators, existing values. */
export function completeFilter({ sql }: Pick<Store, 'sql'>, text: string, offset: number): FilterCompletion {
  const before = text.slice(0, offset);
  const tokens = tokensBefore(before);
  const recent = before.slice(-near);
  const typed = /[^\s()<>=!,]*$/.exec(recent)?.[0] ?? '';
  const last = tokens.at(-1);
  const answer = (from: number, items: Item[]): FilterCompletion => ({ from, to: offset, items: items.slice(0, most) });
  const field = /(?:^|[\s(])(metrics?|params?|parameters?|tags?|datasets?)\.(?:[`"])?([^`"\s()<>=!,]*)$/i.exec(recent);
  if (field) return answer(offset - typed.length, fieldItems(sql, (field[1] ?? '').toLowerCase(), field[2] ?? ''));
  const open = openText(before);
  if (open !== null) return answer(open.from, valueItems(sql, open.field, open.typed, true));
  // The typed text is not yet a complete token.
  const settled = typed === '' ? tokens : tokens.filter((token) => token.to <= offset - typed.length);
  const ended = settled.at(-1);
  if (!ended || ended.kind === 'open' || isWord(ended, 'and', 'or', 'not'))
    return answer(offset - typed.length, nameItems(sql, typed));
  if (ended.kind === 'operator' || isWord(ended, 'like', 'ilike'))
    return answer(offset - typed.length, valueItems(sql, fieldBefore(before.slice(0, ended.from)), typed, false));
  if (
    ended.kind === 'number' ||
    ended.kind === 'duration' ||
    ended.kind === 'text' ||
    ended.kind === 'close' ||
    isWord(ended, 'null', 'true', 'false')
  )
    return answer(offset - typed.length, words(['and', 'or'], typed));
  return answer(
    offset - typed.length,
    last
      ? words(['=', '!=', '<', '<=', '>', '>=', 'like', 'ilike', 'in', 'is null', 'is not null'], typed)
      : nameItems(sql, typed),
  );
}

function tokensBefore(text: string): Token[] {
  try {
    return tokenize(text).slice(0, -1);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    try {
      return tokenize(text.slice(0, error.problem.from)).slice(0, -1);
    } catch {
      return [];
    }
  }
}

function isWord(token: Token, ...texts: string[]): boolean {
  return token.kind === 'word' && texts.includes(token.text.toLowerCase());
}

/** The quoted text being typed, and the field that it is compared with. */
function openText(before: string): { from: number; typed: string; field: string } | null {
  const found = /(?:=|like\s|ilike\s|in\s*\((?:[^()']*,)?)\s*(['"])([^'"]*)$/i.exec(before.slice(-near));
  if (!found) return null;
  const from = before.length - (found[2] ?? '').length - 1;
  return { from, typed: found[2] ?? '', field: fieldBefore(before.slice(-near).slice(0, found.index)) };
}

function fieldBefore(before: string): string {
  return (
    /((?:metrics?|params?|parameters?|tags?|datasets?)\.(?:`[^`]*`|"[^"]*"|[^\s()<>=!,]+)|[\p{L}_]\w*)\s*(?:[<>=!]*|not\s+in|i?like|in)?\s*$/iu.exec(
      before.slice(-near),
    )?.[1] ?? ''
  );
}

function nameItems(sql: Store['sql'], typed: string): Item[] {
  const starts = typed.toLowerCase();
  const attributes = attributeNames
    .filter((name) => name.startsWith(starts))
    .map((name): Item => ({ label: name, insert: name, detail: 'of the run', kind: 'attribute' }));
  const groups = (['metrics.', 'params.', 'tags.', 'datasets.'] as const)
    .filter((name) => name.startsWith(starts))
    .map((name): Item => ({
      label: name,
      insert: name,
      detail: '',
      kind: name === 'metrics.' ? 'metric' : name === 'params.' ? 'param' : name === 'tags.' ? 'tag' : 'attribute',
    }));
  const found = typed.length > 0 ? [...fieldItems(sql, 'metrics', typed), ...fieldItems(sql, 'params', typed)] : [];
  return [...groups, ...found, ...attributes];
}

function fieldItems(sql: Store['sql'], group: string, typed: string): Item[] {
  const [prefix, kind] = group.startsWith('metric')
    ? (['metrics', 'metric'] as const)
    : group.startsWith('tag')
      ? (['tags', 'tag'] as const)
      : group.startsWith('dataset')
        ? (['datasets', 'attribute'] as const)
        : (['params', 'param'] as const);
  if (prefix === 'datasets')
    return ['name', 'digest', 'context']
      .filter((key) => key.startsWith(typed))
      .map((key) => ({ label: `datasets.${key}`, insert: `datasets.${key}`, detail: '', kind }));
  const like = `%${typed.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const rows =
    prefix === 'metrics'
      ? sql.all<{ key: string; n: number }>(
          `SELECT k.key, (SELECT count(*) FROM (SELECT 1 FROM latest l WHERE l.key = k.id LIMIT 10000)) AS n FROM metric_keys k WHERE k.key LIKE ? ESCAPE '\\' ORDER BY n DESC, k.key LIMIT ${most}`,
          like,
        )
      : distinctKeys(sql, prefix, like);
  const first = typed.toLowerCase();
  return rows
    .toSorted((a, b) => Number(b.key.toLowerCase().startsWith(first)) - Number(a.key.toLowerCase().startsWith(first)))
    .map(({ key, n }) => ({
      label: `${prefix}.${key}`,
      insert: `${prefix}.${quoteKey(key)}`,
      detail: `${n >= 10_000 ? 'over 10,000' : n} ${n === 1 ? 'run' : 'runs'}`,
      kind,
    }));
}

/** Steps through the distinct keys of an index, so that the cost depends on the keys, not on the runs. */
function distinctKeys(sql: Store['sql'], table: 'params' | 'tags', like: string): { key: string; n: number }[] {
  return sql.all<{ key: string; n: number }>(
    `WITH RECURSIVE k(key) AS (SELECT min(key) FROM ${table} UNION ALL SELECT (SELECT min(t.key) FROM ${table} t WHERE t.key > k.key) FROM k WHERE k.key IS NOT NULL)
     SELECT key, (SELECT count(*) FROM (SELECT 1 FROM ${table} t WHERE t.key = k.key LIMIT 10000)) AS n FROM k WHERE key IS NOT NULL AND key LIKE ? ESCAPE '\\' ${table === 'tags' ? "AND key NOT LIKE 'mlflow.%'" : ''} ORDER BY n DESC, key LIMIT ${most}`,
    like,
  );
}

/** A key in the syntax of a filter: plain, or in backticks. */
export function quoteKey(key: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}\p{N}_]+)*$/u.test(key) ? key : `\`${key.replaceAll('`', '``')}\``;
}

function valueItems(sql: Store['sql'], field: string, typed: string, quoted: boolean): Item[] {
  const name = /^(?:params?|parameters?)\./i.test(field) ? 'params' : /^tags?\./i.test(field) ? 'tags' : 'attribute';
  const key = field.replace(/^[^.]*\./, '').replaceAll(/^[`"]|[`"]$/g, '');
  const values =
    name === 'attribute'
      ? attributeValues(sql, field)
      : sql
          .all<{ value: string }>(
            `SELECT value FROM (SELECT value FROM ${name} WHERE key = ? LIMIT 20000) GROUP BY value ORDER BY count(*) DESC LIMIT ${most}`,
            key,
          )
          .map(({ value }) => value);
  return values
    .filter((value) => value.length < 200 && value.toLowerCase().startsWith(typed.replace(/^['"]/, '').toLowerCase()))
    .map((value) => ({
      label: value,
      insert:
        !quoted && name === 'params' && /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(value)
          ? value
          : `'${value.replaceAll("'", "''")}'`,
      detail: '',
      kind: 'value',
    }));
}

function attributeValues(sql: Store['sql'], field: string): string[] {
  if (field === 'status' || field === 'state')
    return ['finished', 'refused', 'running', 'failed', 'cancelled', 'interrupted', 'scheduled'];
  if (field === 'experiment')
    return sql
      .all<{ name: string }>("SELECT name FROM experiments WHERE lifecycle = 'active' ORDER BY id LIMIT 50")
      .map(({ name }) => name);
  if (field === 'starred' || field === 'archived' || field === 'dirty') return ['true', 'false'];
  return [];
}

function words(all: string[], typed: string): Item[] {
  return all
    .filter((word) => word.startsWith(typed.toLowerCase()))
    .map((word) => ({ label: word, insert: word, detail: '', kind: 'operator' }));
}

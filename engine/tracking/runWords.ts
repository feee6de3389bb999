import { listed, type Moment } from './moment.ts';
import { both, either, runsIn, sizeOf, without, type RunSet } from './runSet.ts';
import { longTag, shortTag, type Condition } from './filter/compileFilter.ts';
import type { Sql, SqlValue } from '../store/sql.ts';
import { knownTags } from './writeRun.ts';

const few = 2000;

/** The words of a search. */
export function wordsOf(search: string | undefined): string[] {
  return (search ?? '').trim().split(/\s+/).filter(Boolean);
}

/**
 * Matches a word anywhere in a run `r`: name, id, status, experiment, params, tags, note. ASCII letters are case-
 * insensitive.
 */
export function containing(word: string): Condition {
  const like = patternOf(word);
  return {
    sql: `(r.name LIKE ? ESCAPE '\\' OR r.run_id LIKE ? ESCAPE '\\' OR r.status LIKE ? ESCAPE '\\' OR r.experiment LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM params p WHERE p.run = r.id AND (p.key || '=' || p.value) LIKE ? ESCAPE '\\') OR EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND (t.key NOT LIKE 'mlflow.%' OR t.key = 'mlflow.note.content') AND (t.key || '=' || t.value) LIKE ? ESCAPE '\\'))`,
    values: [like, like, like, like, like, like],
  };
}

/**
 * The runs of a set that contain a word: the same condition as `containing`, evaluated column by column instead of run
 * by run.
 */
export function runsWithWord(sql: Sql, moment: Moment, word: string, among: RunSet): RunSet {
  const like = patternOf(word);
  const list = (statement: string, values: readonly SqlValue[]): RunSet => listed(sql, moment, statement, values);
  if (sizeOf(among) <= few) return askedEach(sql, moment, word, among);
  const columns = ['status', 'experiment'].map((column) => {
    const values = distinct(sql, 'runs', column).filter((value) => has(value, word));
    return list(`SELECT r.id FROM runs r WHERE r.${column} IN (SELECT value FROM json_each(?))`, [
      JSON.stringify(values),
    ]);
  });
  const found = [
    ...columns,
    list(`SELECT r.id FROM runs r WHERE r.name LIKE ? ESCAPE '\\'`, [like]),
    list(`SELECT r.id FROM runs r WHERE r.run_id LIKE ? ESCAPE '\\'`, [like]),
  ].reduce(either);
  // A word in most names leaves few runs, which are then tested one by one.
  const left = without(among, found);
  return both(
    among,
    either(found, sizeOf(left) <= few ? askedEach(sql, moment, word, left) : valued(sql, moment, word, like)),
  );
}

/** The runs of a small set that contain a word. */
function askedEach(sql: Sql, moment: Moment, word: string, among: RunSet): RunSet {
  const { sql: meets, values } = containing(word);
  return both(
    among,
    listed(sql, moment, `SELECT r.id FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value WHERE ${meets}`, [
      JSON.stringify(runsIn(among)),
      ...values,
    ]),
  );
}

/** The runs with a word in their params or tags. */
function valued(sql: Sql, moment: Moment, word: string, like: string): RunSet {
  const list = (statement: string, values: readonly SqlValue[]): RunSet => listed(sql, moment, statement, values);
  const params = distinct(sql, 'params', 'key');
  const tags = distinct(sql, 'tags', 'key').filter((key) => !has(key.slice(0, 7), 'mlflow.') || key === knownTags.note);
  const ofTags = JSON.stringify(tags);
  if (word.includes('=')) {
    return either(
      list(`SELECT p.run FROM params p WHERE (p.key || '=' || p.value) LIKE ? ESCAPE '\\'`, [like]),
      list(
        `SELECT t.run FROM tags t WHERE t.key IN (SELECT value FROM json_each(?)) AND (t.key || '=' || t.value) LIKE ? ESCAPE '\\'`,
        [ofTags, like],
      ),
    );
  }
  // Without the separator, the word is in the key or in the value.
  const texts = isInNumbers(word)
    ? params
    : params.filter((key) => sql.get('SELECT 1 FROM params WHERE key = ? AND number IS NULL LIMIT 1', key));
  return [
    list('SELECT p.run FROM params p WHERE p.key IN (SELECT value FROM json_each(?))', [
      JSON.stringify(params.filter((key) => has(key, word))),
    ]),
    list(`SELECT p.run FROM params p WHERE p.key IN (SELECT value FROM json_each(?)) AND p.value LIKE ? ESCAPE '\\'`, [
      JSON.stringify(texts),
      like,
    ]),
    list('SELECT t.run FROM tags t WHERE t.key IN (SELECT value FROM json_each(?))', [
      JSON.stringify(tags.filter((key) => has(key, word))),
    ]),
    ...[shortTag, longTag].map((length) =>
      list(
        `SELECT x.run FROM tags x WHERE x.key IN (SELECT value FROM json_each(?)) AND ${length} AND x.value LIKE ? ESCAPE '\\'`,
        [ofTags, like],
      ),
    ),
  ].reduce(either);
}

/** The distinct values of the first column of an index, read one after the other. */
function distinct(sql: Sql, table: 'runs' | 'params' | 'tags', column: string): string[] {
  return sql
    .all<{ value: string }>(
      `WITH RECURSIVE v(value) AS (SELECT min(${column}) FROM ${table} UNION ALL SELECT (SELECT min(t.${column}) FROM ${table} t WHERE t.${column} > v.value) FROM v WHERE v.value IS NOT NULL) SELECT value FROM v WHERE value IS NOT NULL`,
    )
    .map(({ value }) => value);
}

/** Compares as SQLite's LIKE: ASCII letters are case-insensitive. */
function has(text: string, word: string): boolean {
  return lower(text).includes(lower(word));
}

function lower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** True when a number in decimal notation can contain the word. */
function isInNumbers(word: string): boolean {
  return /^[-+.\de]+$/i.test(word);
}

function patternOf(word: string): string {
  return `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

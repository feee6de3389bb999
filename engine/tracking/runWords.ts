import { listed, type Moment } from './moment.ts';
import { both, either, runsIn, sizeOf, without, type RunSet } from './runSet.ts';
import { longTag, shortTag, type Condition } from './filter/compileFilter.ts';
import type { Sql, SqlValue } from '../store/sql.ts';
import { knownTags } from './writeRun.ts';

const few = 2000;

/** The words that a person searches for. */
export function wordsOf(search: string | undefined): string[] {
  return (search ?? '').trim().split(/\s+/).filter(Boolean);
}

/**
 * A word somewhere in a run `r`: its name, id, status, experiment, params, tags, note. Upper and lower case letters of
 * English are the same.
 */
export function containing(word: string): Condition {
  const like = patternOf(word);
  return {
    sql: `(r.name LIKE ? ESCAPE '\\' OR r.run_id LIKE ? ESCAPE '\\' OR r.status LIKE ? ESCAPE '\\' OR r.experiment LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM params p WHERE p.run = r.id AND (p.key || '=' || p.value) LIKE ? ESCAPE '\\') OR EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND (t.key NOT LIKE 'mlflow.%' OR t.key = 'mlflow.note.content') AND (t.key || '=' || t.value) LIKE ? ESCAPE '\\'))`,
    values: [like, like, like, like, like, like],
  };
}

/**
 * The runs of a set that have a word somewhere: what `containing` says, asked of one column after the other instead of
 * one run after the other.
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
  // A word that most names have leaves few runs, and those are asked one by one.
  const left = without(among, found);
  return both(
    among,
    either(found, sizeOf(left) <= few ? askedEach(sql, moment, word, left) : valued(sql, moment, word, like)),
  );
}

/** The runs of a small set that have a word. */
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

/** The runs that have a word in their params or tags. */
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
  // Without the sign between them, the word is in the key or in the value.
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

/** The different values of a column that an index begins with, walked from one to the next. */
function distinct(sql: Sql, table: 'runs' | 'params' | 'tags', column: string): string[] {
  return sql
    .all<{ value: string }>(
      `WITH RECURSIVE v(value) AS (SELECT min(${column}) FROM ${table} UNION ALL SELECT (SELECT min(t.${column}) FROM ${table} t WHERE t.${column} > v.value) FROM v WHERE v.value IS NOT NULL) SELECT value FROM v WHERE value IS NOT NULL`,
    )
    .map(({ value }) => value);
}

/** As SQLite's LIKE compares: letters of ASCII in either case. */
function has(text: string, word: string): boolean {
  return lower(text).includes(lower(word));
}

function lower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Whether a number written in decimal notation can have the word in it. */
function isInNumbers(word: string): boolean {
  return /^[-+.\de]+$/i.test(word);
}

function patternOf(word: string): string {
  return `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

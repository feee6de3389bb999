import { DataError } from '../base/errors.ts';
import { suggestion } from '../base/didYouMean.ts';
import type { Database } from './database.ts';
import { columnsOf, type SourceColumn } from './inspectColumns.ts';
import { keyTexts } from './keyText.ts';
import { quoteIdentifier } from './quote.ts';

export interface ColumnSide {
  name: string;
  /** Table Schema type. */
  type: string;
  sqlType: string;
}

export interface ColumnChanges {
  added: ColumnSide[];
  removed: ColumnSide[];
  /** Columns whose type changed. */
  changed: { name: string; from: ColumnSide; to: ColumnSide }[];
}

/** A value as text; null for a missing value. */
type Shown = string | null;

export interface TableDiff {
  columns: ColumnChanges;
  /** Columns that had a value in every row before and do not now, and the reverse. */
  nowMissing: string[];
  nowFilled: string[];
  rows: {
    before: number;
    after: number;
    added: number;
    removed: number;
    /** Null without a key: changed rows cannot be identified. */
    changed: number | null;
  };
  key: string[] | null;
  /** Columns that were compared: those in both tables. */
  compared: string[];
  /** Number of rows with a changed value by column, in descending order. */
  changedColumns: { name: string; rows: number }[];
  examples: {
    added: Record<string, Shown>[];
    removed: Record<string, Shown>[];
    changed: { key: Record<string, Shown>; columns: Record<string, { before: Shown; after: Shown }> }[];
  };
}

export interface DiffOptions {
  /** Columns that identify a row. With null, whole rows are compared, including how often each occurs. */
  key: readonly string[] | null;
  /** Number of rows of each kind to show. Default 10. */
  examples?: number;
}

/**
 * Compares two tables, both given as SQL for FROM. DuckDB reads them as often as necessary and spills to disk. Throws
 * DataError when the key is invalid.
 */
export async function diffTables(
  db: Database,
  before: string,
  after: string,
  options: DiffOptions,
): Promise<TableDiff> {
  const limit = options.examples ?? 10;
  const [old, now] = [await columnsOf(db, before), await columnsOf(db, after)];
  const columns = columnChanges(old, now);
  const common = old.flatMap((column) => {
    const same = now.find(({ name }) => name === column.name);
    return same ? [{ name: column.name, old: column, now: same }] : [];
  });
  const missing = await missingIn(db, before, after, common);
  const base = {
    columns,
    nowMissing: missing.filter(([, a, b]) => a === 0 && b > 0).map(([name]) => name),
    nowFilled: missing.filter(([, a, b]) => a > 0 && b === 0).map(([name]) => name),
    compared: common.map(({ name }) => name),
  };
  const sides: Sides = { before, after, common };
  if (options.key === null) return { ...base, ...(await byWholeRow(db, sides, limit)) };
  for (const name of options.key)
    if (!common.some((column) => column.name === name))
      throw new DataError(
        `The key \`${name}\` is not a column of both tables.${suggestion(name, base.compared) || ` Common columns: ${base.compared.join(', ')}.`}`,
      );
  return { ...base, ...(await byKey(db, sides, options.key, limit)) };
}

/** Returns the columns that were added, removed or changed in type. */
export function columnChanges(before: readonly ColumnSide[], after: readonly ColumnSide[]): ColumnChanges {
  const side = ({ name, type, sqlType }: ColumnSide): ColumnSide => ({ name, type, sqlType });
  return {
    added: after.filter(({ name }) => !before.some((other) => other.name === name)).map(side),
    removed: before.filter(({ name }) => !after.some((other) => other.name === name)).map(side),
    changed: before.flatMap((from) => {
      const to = after.find(({ name }) => name === from.name);
      return to && to.sqlType !== from.sqlType ? [{ name: from.name, from: side(from), to: side(to) }] : [];
    }),
  };
}

interface CommonColumn {
  name: string;
  old: SourceColumn;
  now: SourceColumn;
}

interface Sides {
  before: string;
  after: string;
  common: CommonColumn[];
}

/** Returns SQL that makes a column of one side comparable: two numeric types as numbers, all other pairs as text. */
function aligned({ name, old, now }: CommonColumn, side: 'old' | 'now'): string {
  const column = quoteIdentifier(name);
  if (old.sqlType === now.sqlType) return column;
  const isNumber = ({ type }: SourceColumn) => type === 'integer' || type === 'number';
  if (!isNumber(old) || !isNumber(now)) return `CAST(${column} AS VARCHAR)`;
  if (!isLong(old.sqlType) && !isLong(now.sqlType)) return `CAST(${column} AS DOUBLE)`;
  // A DOUBLE would be equal for several numbers of so many digits.
  const [a, b] = keyTexts({ value: column, sqlType: old.sqlType }, { value: column, sqlType: now.sqlType });
  return side === 'old' ? a : b;
}

/** Types of numbers with more digits than a DOUBLE holds. */
function isLong(sqlType: string): boolean {
  const decimal = /^DECIMAL\((\d+),/.exec(sqlType);
  return /BIGINT|HUGEINT/.test(sqlType) || Number(decimal?.[1] ?? 0) > 15;
}

/**
 * Returns the rows of one table with columns named by position, so that column names of the data cannot collide with
 * Loopwright's.
 */
function positional(source: string, columns: readonly CommonColumn[], side: 'old' | 'now'): string {
  return `(SELECT ${columns.map((column, i) => `${aligned(column, side)} AS c${i}, `).join('')}true AS here FROM ${source})`;
}

async function missingIn(
  db: Database,
  before: string,
  after: string,
  common: readonly CommonColumn[],
): Promise<[name: string, before: number, after: number][]> {
  if (common.length === 0) return [];
  const counts = async (source: string) =>
    (
      await db.rows(
        `SELECT ${common.map(({ name }, i) => `count(*) - count(${quoteIdentifier(name)}) AS m${i}`).join(', ')} FROM ${source}`,
      )
    )[0] ?? {};
  const [a, b] = [await counts(before), await counts(after)];
  return common.map(({ name }, i) => [name, Number(a[`m${i}`] ?? 0), Number(b[`m${i}`] ?? 0)]);
}

type RowChanges = Pick<TableDiff, 'rows' | 'key' | 'changedColumns' | 'examples'>;

async function byKey(
  db: Database,
  { before, after, common }: Sides,
  key: readonly string[],
  limit: number,
): Promise<RowChanges> {
  const ordered = [
    ...key.flatMap((name) => common.filter((column) => column.name === name)),
    ...common.filter(({ name }) => !key.includes(name)),
  ];
  const keys = key.map((_, i) => `c${i}`);
  const others = ordered.slice(key.length).map((column, i) => ({ name: column.name, c: `c${key.length + i}` }));
  const [a, b] = [positional(before, ordered, 'old'), positional(after, ordered, 'now')];
  for (const [source, which] of [
    [a, 'before'],
    [b, 'after'],
  ] as const)
    await checkUnique(db, source, keys, key, which);
  const on = keys.map((c) => `a.${c} IS NOT DISTINCT FROM b.${c}`).join(' AND ');
  const differs = others.map(({ c }) => `a.${c} IS DISTINCT FROM b.${c}`);
  // Only differences are stored: the key and the changed columns.
  await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_diff AS SELECT ${keys.map((c) => `coalesce(a.${c}, b.${c}) AS ${c}`).join(', ')}, a.here IS NULL AS added, b.here IS NULL AS removed${others.map(({ c }, i) => `, ${differs[i]} AS d${c}`).join('')}
    FROM ${a} a FULL JOIN ${b} b ON ${on} WHERE a.here IS NULL OR b.here IS NULL${differs.map((text) => ` OR ${text}`).join('')}`);
  const [sum = {}] = await db.rows(
    `SELECT count(*) FILTER (added) AS added, count(*) FILTER (removed) AS removed, count(*) FILTER (NOT added AND NOT removed) AS changed${others.map(({ c }) => `, count(*) FILTER (d${c} AND NOT added AND NOT removed) AS n${c}`).join('')} FROM loopwright_diff`,
  );
  const names = key.map((name, i) => ({ name, c: `c${i}` }));
  const keysOf = (rows: Record<string, unknown>[]) =>
    rows.map((row) => Object.fromEntries(names.map(({ name, c }) => [name, shown(row[c])])));
  const some = (which: string) =>
    db.rows(
      `SELECT ${keys.map((c) => `CAST(${c} AS VARCHAR) AS ${c}`).join(', ')} FROM loopwright_diff WHERE ${which} ORDER BY ${keys.map((c) => `loopwright_diff.${c}`).join(', ')} LIMIT ${limit}`,
    );
  const pairs =
    await db.rows(`SELECT ${keys.map((c) => `CAST(d.${c} AS VARCHAR) AS ${c}`).join(', ')}${others.map(({ c }) => `, d.d${c}, CAST(a.${c} AS VARCHAR) AS a${c}, CAST(b.${c} AS VARCHAR) AS b${c}`).join('')}
    FROM (SELECT * FROM loopwright_diff WHERE NOT added AND NOT removed ORDER BY ${keys.join(', ')} LIMIT ${limit}) d JOIN ${a} a ON ${keys.map((c) => `a.${c} IS NOT DISTINCT FROM d.${c}`).join(' AND ')} JOIN ${b} b ON ${keys.map((c) => `b.${c} IS NOT DISTINCT FROM d.${c}`).join(' AND ')} ORDER BY ${keys.map((c) => `d.${c}`).join(', ')}`);
  const result: RowChanges = {
    key: [...key],
    rows: {
      before: await count(db, before),
      after: await count(db, after),
      added: Number(sum['added']),
      removed: Number(sum['removed']),
      changed: Number(sum['changed']),
    },
    changedColumns: others
      .map(({ name, c }) => ({ name, rows: Number(sum[`n${c}`]) }))
      .filter(({ rows }) => rows > 0)
      .toSorted((x, y) => y.rows - x.rows),
    examples: {
      added: keysOf(await some('added')),
      removed: keysOf(await some('removed')),
      changed: pairs.map((row) => ({
        key: keysOf([row])[0] ?? {},
        columns: Object.fromEntries(
          others
            .filter(({ c }) => row[`d${c}`] === true)
            .map(({ name, c }) => [name, { before: shown(row[`a${c}`]), after: shown(row[`b${c}`]) }]),
        ),
      })),
    },
  };
  await db.run('DROP TABLE loopwright_diff');
  return result;
}

async function checkUnique(
  db: Database,
  source: string,
  keys: readonly string[],
  names: readonly string[],
  which: string,
): Promise<void> {
  const [twice] = await db.rows(
    `SELECT ${keys.map((c) => `CAST(${c} AS VARCHAR) AS ${c}`).join(', ')}, count(*) AS n FROM ${source} GROUP BY ${keys.map((_, i) => i + 1).join(', ')} HAVING count(*) > 1 ORDER BY 1 LIMIT 1`,
  );
  if (twice)
    throw new DataError(
      `${names.join(' + ')} is not unique in the data ${which}: ${keys.map((c) => shown(twice[c]) ?? 'nothing').join(', ')} occurs in ${Number(twice['n'])} rows. Use another key with --key, or none to compare whole rows.`,
    );
}

/** Counts how many more times each row occurs in one table than in the other. */
async function byWholeRow(db: Database, { before, after, common }: Sides, limit: number): Promise<RowChanges> {
  const rows = { before: await count(db, before), after: await count(db, after) };
  const none: RowChanges = {
    key: null,
    rows: { ...rows, added: rows.after, removed: rows.before, changed: null },
    changedColumns: [],
    examples: { added: [], removed: [], changed: [] },
  };
  if (common.length === 0) return none;
  const list = common.map((_, i) => `c${i}`).join(', ');
  await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_diff AS SELECT ${list}, sum(side) AS more FROM
    (SELECT ${list}, -1 AS side FROM ${positional(before, common, 'old')} UNION ALL SELECT ${list}, 1 AS side FROM ${positional(after, common, 'now')}) GROUP BY ${list} HAVING sum(side) <> 0`);
  const [sum = {}] = await db.rows(
    'SELECT coalesce(sum(more) FILTER (more > 0), 0)::BIGINT AS added, coalesce(-sum(more) FILTER (more < 0), 0)::BIGINT AS removed FROM loopwright_diff',
  );
  const some = async (which: string) =>
    (
      await db.rows(
        `SELECT ${common.map((_, i) => `CAST(c${i} AS VARCHAR) AS c${i}`).join(', ')} FROM loopwright_diff WHERE ${which} ORDER BY ${common.map((_, i) => `loopwright_diff.c${i}`).join(', ')} LIMIT ${limit}`,
      )
    ).map((row) => Object.fromEntries(common.map(({ name }, i) => [name, shown(row[`c${i}`])])));
  const result: RowChanges = {
    ...none,
    rows: { ...rows, added: Number(sum['added']), removed: Number(sum['removed']), changed: null },
    examples: { added: await some('more > 0'), removed: await some('more < 0'), changed: [] },
  };
  await db.run('DROP TABLE loopwright_diff');
  return result;
}

async function count(db: Database, source: string): Promise<number> {
  return Number((await db.rows(`SELECT count(*) AS n FROM ${source}`))[0]?.['n'] ?? 0);
}

function shown(value: unknown): Shown {
  return value === null || value === undefined ? null : String(value);
}

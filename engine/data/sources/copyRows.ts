import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataError, checkCancelled } from '../../base/errors.ts';
import { suggestion } from '../../base/didYouMean.ts';
import type { Database } from '../database.ts';
import { decimalCast } from '../decimalCast.ts';
import type { SourceColumn } from '../inspectColumns.ts';
import { quoteIdentifier, quoteLiteral } from '../quote.ts';
import type { Watermark } from '../watermark.ts';
import { writeParquet } from '../writeTable.ts';
import { checkColumns } from './rowFile.ts';
import type { Received, SourceContext } from './source.ts';

type DuckdbColumn = Pick<SourceColumn, 'name' | 'sqlType'>;

/** Rows that DuckDB reads itself. */
export interface DuckdbRows {
  /** The SELECT, as written. */
  sql: string;
  /** What is read, for the name of the file and for progress. */
  what: string;
  watermark: string | undefined;
}

/**
 * Copies rows to a Parquet file with types that it keeps without loss, in constant memory. With a watermark, it copies
 * only rows after the last one.
 */
export async function copyRows(context: SourceContext, db: Database, rows: DuckdbRows): Promise<Received> {
  const path = join(
    context.folder,
    `duckdb-${createHash('sha256').update(rows.what).digest('hex').slice(0, 16)}`,
    'rows.parquet',
  );
  // Files of a killed process are in the way of nothing but the disk.
  rmSync(dirname(path), { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  const columns = await duckdbColumns(db, rows);
  context.progress(`reading ${rows.what}`);
  // A copy of one moment: what it contains decides the types.
  await db.run(
    `CREATE OR REPLACE TEMP TABLE loopwright_rows AS SELECT * FROM ${fromSql(rows)}${afterSql(context, rows, columns)}`,
  );
  checkCancelled(context.signal);
  const facts = await factsOf(db, columns, rows.watermark);
  const selected = columns.map(
    (column) => `${storedSql(column, facts, context.log)} AS ${quoteIdentifier(column.name)}`,
  );
  context.progress(`writing ${facts.rows.toLocaleString('en-US')} rows`);
  await writeParquet(db, `SELECT ${selected.join(', ')} FROM loopwright_rows AS q`, path);
  await db.run('DROP TABLE loopwright_rows');
  return {
    files: [path],
    version: null,
    rows: facts.rows,
    watermark: watermarkAfter(context, rows.watermark, facts),
    discard: () => rm(path, { force: true }),
  };
}

/** Returns the rows as a FROM expression with the alias `q`. */
export function fromSql({ sql }: Pick<DuckdbRows, 'sql'>): string {
  return `(\n${sql}\n) AS q`;
}

/** Returns the columns, checked for names and the watermark. */
export async function duckdbColumns(
  db: Database,
  { sql, watermark }: Pick<DuckdbRows, 'sql' | 'watermark'>,
): Promise<DuckdbColumn[]> {
  // The statement alone: as a part of another, columns with one name would get different ones.
  const columns = (await db.rows(`DESCRIBE\n${sql}`)).map((row) => ({
    name: String(row['column_name']),
    sqlType: String(row['column_type']),
  }));
  checkColumns(
    columns.map(({ name }) => name),
    watermark,
    suggestion,
  );
  const by = columns.find(({ name }) => name === watermark);
  if (by && /^(BLOB|BIT|JSON|STRUCT|MAP|UNION|GEOMETRY)|\]$/.test(by.sqlType))
    throw new DataError(
      `The watermark ${by.name} has the type ${by.sqlType}, which has no useful order. Use a column of numbers, times or texts.`,
    );
  return columns;
}

/** Returns the WHERE clause that limits the rows by the last watermark. */
export function afterSql(
  { since, inclusive }: Pick<SourceContext, 'since' | 'inclusive'>,
  { watermark }: Pick<DuckdbRows, 'watermark'>,
  columns: readonly DuckdbColumn[],
): string {
  const by = columns.find(({ name }) => name === watermark);
  return by && since
    ? ` WHERE q.${quoteIdentifier(by.name)} ${inclusive ? '>=' : '>'} CAST(${quoteLiteral(since.value)} AS ${by.sqlType})`
    : '';
}

interface Facts {
  rows: number;
  /** Highest watermark as text; null without one. */
  highest: string | null;
  /** Rows without a watermark. */
  unmarked: number;
  /** Whether all values of a wide integer column fit 64 bits, or 38 digits. */
  integers: Map<string, 'BIGINT' | 'DECIMAL' | 'VARCHAR'>;
}

async function factsOf(db: Database, columns: readonly DuckdbColumn[], watermark: string | undefined): Promise<Facts> {
  const wide = columns.filter(({ sqlType }) => /^U?HUGEINT$/.test(sqlType));
  const by = watermark === undefined ? null : quoteIdentifier(watermark);
  const [row = {}] = await db.rows(
    `SELECT ${[
      'count(*) AS rows',
      by === null ? 'NULL AS highest' : `CAST(max(${by}) AS VARCHAR) AS highest`,
      by === null ? '0 AS unmarked' : `count(*) - count(${by}) AS unmarked`,
      ...wide.flatMap(({ name }, i) => {
        const text = `CAST(${quoteIdentifier(name)} AS VARCHAR)`;
        return [
          `coalesce(bool_and(TRY_CAST(${text} AS BIGINT) IS NOT NULL) FILTER (${quoteIdentifier(name)} IS NOT NULL), true) AS b${i}`,
          `coalesce(max(length(ltrim(${text}, '-'))), 0) <= 38 AS d${i}`,
        ];
      }),
    ].join(', ')} FROM loopwright_rows`,
  );
  return {
    rows: Number(row['rows'] ?? 0),
    highest: (row['highest'] ?? null) as string | null,
    unmarked: Number(row['unmarked'] ?? 0),
    integers: new Map(
      wide.map(({ name }, i) => [
        name,
        row[`b${i}`] === true ? 'BIGINT' : row[`d${i}`] === true ? 'DECIMAL' : 'VARCHAR',
      ]),
    ),
  };
}

/** Returns the SQL of a column as Parquet keeps it: wide integers would become doubles, intervals lose digits. */
function storedSql({ name, sqlType }: DuckdbColumn, facts: Facts, log: (line: string) => void): string {
  const q = `q.${quoteIdentifier(name)}`;
  const isNested = /^(STRUCT|MAP|UNION)|\]$/.test(sqlType);
  if (isNested && /HUGEINT|INTERVAL|BIT\b|UNION|TIME WITH|BIGNUM/.test(sqlType)) {
    log(`${name}: values are written as JSON`);
    return `CAST(to_json(${q}) AS VARCHAR)`;
  }
  if (isNested) return q;
  if (/^U?HUGEINT$/.test(sqlType)) {
    const fit = facts.integers.get(name) ?? 'VARCHAR';
    if (fit === 'VARCHAR') log(`${name}: integers of 39 digits do not fit a numeric type and stay text`);
    const text = `CAST(${q} AS VARCHAR)`;
    return fit === 'BIGINT' ? `CAST(${q} AS BIGINT)` : fit === 'DECIMAL' ? decimalCast(text, 38, 0) : text;
  }
  if (sqlType === 'BLOB') {
    log(`${name}: bytes are written as base64`);
    return `base64(${q})`;
  }
  if (sqlType === 'TIMESTAMP WITH TIME ZONE') return `CAST(${q} AS TIMESTAMP)`;
  return /^(INTERVAL|BIT|ENUM|UUID|BIGNUM|VARINT|TIME WITH|GEOMETRY|JSON)/.test(sqlType) ? `CAST(${q} AS VARCHAR)` : q;
}

function watermarkAfter(
  { since, log }: SourceContext,
  watermark: string | undefined,
  { highest, unmarked }: Facts,
): Watermark | null {
  if (unmarked > 0)
    log(`warning: ${unmarked.toLocaleString('en-US')} rows have no ${watermark}; changes to them are not detected`);
  if (highest === null || watermark === undefined) return since;
  if (/^-?(nan|inf|infinity)$/i.test(highest))
    throw new DataError(
      `The highest ${watermark} is ${highest}, and no later row could be higher. Exclude such rows from the query.`,
    );
  return { column: watermark, value: highest, kind: 'text' };
}

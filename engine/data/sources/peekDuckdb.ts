import { statSync } from 'node:fs';
import { bytes } from '../../../words/sizes.ts';
import type { Database } from '../database.ts';
import { quoteIdentifier } from '../quote.ts';
import { afterSql, duckdbColumns, fromSql, type DuckdbRows } from './copyRows.ts';
import { withDuckdbFile, type DuckdbSource } from './duckdbSource.ts';
import { withLake, type LakeTable } from './lakeSource.ts';
import { freshness, textRows, timeOf, type Peek, type PeekOptions } from './peek.ts';
import { queryText } from './queryText.ts';
import type { SourceContext } from './source.ts';
import { projectPath } from '../../base/projectPath.ts';

/** Reads the first rows of a query from a DuckDB file, opened read-only, and counts them. */
export function peekDuckdb(context: SourceContext, source: DuckdbSource, options: PeekOptions): Promise<Peek> {
  const query = queryText(context.root, source.query);
  return withDuckdbFile(context, source, query, async (db) => {
    const [version] = await db.rows('SELECT version() AS v');
    const { size } = statSync(projectPath(context.root, source.duckdb));
    return {
      ...(await look(context, db, { sql: query.sql, what: source.duckdb, watermark: source.watermark }, options)),
      about: `DuckDB file ${source.duckdb}, ${bytes(size)}, read by DuckDB ${String(version?.['v'] ?? '').replace(/^v/, '')}`,
    };
  });
}

/** Reads the first rows of a Delta or Iceberg table, and counts them. */
export function peekLake(context: SourceContext, table: LakeTable, options: PeekOptions): Promise<Peek> {
  return withLake(context, table, async (db, sql) => ({
    ...(await look(context, db, { sql, what: table.path, watermark: table.watermark }, options)),
    about: `${table.format === 'delta' ? 'Delta' : 'Iceberg'} table ${table.path}`,
  }));
}

async function look(
  context: SourceContext,
  db: Database,
  rows: DuckdbRows,
  options: PeekOptions,
): Promise<Omit<Peek, 'about'>> {
  const columns = await duckdbColumns(db, rows);
  const after = afterSql(context, rows, columns);
  const order = after === '' ? '' : ` ORDER BY q.${quoteIdentifier(rows.watermark ?? '')}`;
  const first = await textRows(
    db,
    `(SELECT * FROM ${fromSql(rows)}${after}${order} LIMIT ${Math.max(0, Math.floor(options.rows))})`,
    columns.map(({ name }) => name),
    options.rows,
  );
  const isTime = (name: string | null | undefined) =>
    columns.some((column) => column.name === name && /^(DATE|TIMESTAMP)/.test(column.sqlType));
  const time = [options.timestamp, rows.watermark].find((name) => isTime(name)) ?? null;
  // Of the whole, so that it is known also without a new row.
  const newest =
    time === null ? 'NULL' : `(SELECT CAST(max(q.${quoteIdentifier(time)}) AS VARCHAR) FROM ${fromSql(rows)})`;
  const [row = {}] = await db.rows(
    `SELECT (SELECT count(*) FROM ${fromSql(rows)}${after}) AS total, ${newest} AS newest`,
  );
  return {
    columns: columns.map(({ name, sqlType }) => ({ name, type: sqlType })),
    rows: first,
    total: Number(row['total'] ?? 0),
    ...freshness(timeOf(row['newest'] as string | null), 'row'),
  };
}

import type { Database } from '../data/database.ts';
import { readAsWritten } from '../data/inferFiles.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { parseField } from '../data/parseField.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { sourceFormat, sourceSql } from '../data/readSource.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';

/** The key columns of the schema, when the data has all of them. */
export function keyOf(schema: DatasetSchema | null, columns: readonly string[]): string[] {
  const key = schema?.primaryKey === undefined ? [] : [schema.primaryKey].flat();
  return key.every((name) => columns.includes(name)) ? key : [];
}

/**
 * A source with only the newest row of each key, by the watermark. Rows without a key are all kept: the schema checks
 * them.
 */
export function newestOfKey(source: string, key: readonly string[], watermark: string): string {
  if (key.length === 0) return source;
  const names = key.map(quoteIdentifier);
  const without = names.map((name) => `${name} IS NULL`).join(' OR ');
  return `(SELECT * FROM ${source} QUALIFY ${without} OR row_number() OVER (PARTITION BY ${names.join(', ')} ORDER BY ${quoteIdentifier(watermark)} DESC NULLS LAST) = 1)`;
}

export interface Merge {
  /** A SELECT of the merged rows; null when no row is new. */
  sql: string | null;
  added: number;
  /** Rows whose key existed before with other values. */
  replaced: number;
}

/**
 * Merges new rows into those of the previous version: with a key they replace the old ones, without one they are added.
 * `fresh` is the table of the new rows in their types; the old ones are read with these types too.
 */
export async function mergeRows(
  db: Database,
  baseFiles: readonly string[],
  fresh: string,
  key: readonly string[],
): Promise<Merge> {
  const count = async (sql: string) => Number((await db.rows(`SELECT count(*) AS n FROM ${sql}`))[0]?.['n'] ?? 0);
  const wanted = await columnsOf(db, fresh);
  const format = sourceFormat(baseFiles[0] ?? '');
  const isText = format === 'csv';
  const read = sourceSql(baseFiles, { allText: isText, withFile: false });
  const written = isText ? (await readAsWritten(db, baseFiles)).schema : null;
  const known = new Map((await columnsOf(db, read)).map((column) => [column.name, column.sqlType]));
  // Where a pull has another type than the one before, DuckDB takes the type that fits both.
  const typed = wanted.map(({ name, sqlType }) =>
    known.has(name)
      ? known.get(name) === 'VARCHAR' && sqlType !== 'VARCHAR' && format !== 'parquet'
        ? `CAST(${plainText(name, written)} AS ${sqlType}) AS ${quoteIdentifier(name)}`
        : quoteIdentifier(name)
      : `NULL AS ${quoteIdentifier(name)}`,
  );
  const base = `(SELECT ${typed.join(', ')} FROM ${read})`;
  const total = await count(fresh);
  if (key.length === 0)
    return {
      sql: total === 0 ? null : `SELECT * FROM ${base} UNION ALL BY NAME SELECT * FROM ${fresh}`,
      added: total,
      replaced: 0,
    };
  const names = key.map(quoteIdentifier);
  const same = names.map((name) => `b.${name} = f.${name}`).join(' AND ');
  const touched = `(SELECT b.* FROM ${base} b SEMI JOIN ${fresh} f ON ${same})`;
  const columns = wanted.map(({ name }) => quoteIdentifier(name)).join(', ');
  const added = await count(`(SELECT f.* FROM ${fresh} f ANTI JOIN ${base} b ON ${same})`);
  const replaced =
    total - added - (await count(`(SELECT ${columns} FROM ${fresh} INTERSECT SELECT ${columns} FROM ${touched})`));
  if (added + replaced === 0) return { sql: null, added, replaced };
  return {
    sql: `SELECT b.* FROM ${base} b ANTI JOIN ${fresh} f ON ${same} UNION ALL BY NAME SELECT * FROM ${fresh}`,
    added,
    replaced,
  };
}

/** The text of a value in the usual form: a person may have written the file. A text of another type stays as it is. */
function plainText(name: string, written: DatasetSchema | null): string {
  const field = written?.fields.find((one) => one.name === name);
  if (!written || !field) return quoteIdentifier(name);
  const { value, text } = parseField(field, written, 'VARCHAR', 'raw');
  return `coalesce(CAST(${value} AS VARCHAR), ${text})`;
}

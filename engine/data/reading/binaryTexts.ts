import { statSync } from 'node:fs';
import { DataError } from '../../base/errors.ts';
import { openDatabase, type Database } from '../database.ts';
import { quoteIdentifier, quotePath } from '../quote.ts';

/** Columns of a Parquet file, and those without the mark of text whose values are all UTF-8, by path and state. */
const known = new Map<string, { state: string; all: string[]; columns: string[] }>();
const most = 10_000;

function stateOf(file: string): string | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.size} ${stats.mtimeMs} ${stats.ino}` : null;
}

/**
 * Finds columns of Parquet files that Impala, old Spark and others write as bytes and mean as text. Each version of a file
 * is looked at once; only such columns are read. What cannot be read is left to the reading itself. Throws DataError for a
 * file of values that are too large.
 */
export async function findBinaryTexts(files: readonly string[]): Promise<void> {
  const fresh = files.filter((file) => {
    const state = /\.(parquet|pq)$/i.test(file) ? stateOf(file) : null;
    return state !== null && known.get(file)?.state !== state;
  });
  if (fresh.length === 0) return;
  const db = await openDatabase({ threads: 2 });
  try {
    if (known.size > most) known.clear();
    for (const file of fresh) {
      await refuseLargeValues(db, file);
      const found = await db
        .rows(
          `SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM read_parquet(${quotePath(file)}))`,
        )
        .catch(() => []);
      const all = found.map((row) => String(row['name']));
      const bytes = all.filter((_, i) => found[i]?.['type'] === 'BLOB');
      const columns = await textsAmong(file, bytes, (sql) => db.rows(sql));
      known.set(file, { state: stateOf(file) ?? '', all, columns });
    }
  } finally {
    db.close();
  }
}

/** Most bytes of a value. DuckDB holds several of them at once. */
const largestValue = 256 << 20;
/** A file of more rows has smaller values. */
const fewRows = 100_000;

/** A file of kilobytes can hold values of gigabytes; their sizes are in its footer. */
async function refuseLargeValues(db: Database, file: string): Promise<void> {
  const path = quotePath(file);
  const [row] = await db
    .rows(
      `SELECT path_in_schema AS name, total_uncompressed_size / num_values AS bytes FROM parquet_metadata(${path})
       WHERE (SELECT num_rows FROM parquet_file_metadata(${path})) <= ${fewRows} AND num_values > 0 AND total_uncompressed_size / num_values > ${largestValue} LIMIT 1`,
    )
    .catch(() => []);
  if (!row) return;
  throw new DataError(
    `${file}: the values of the column \`${String(row['name'])}\` have ${Math.round(Number(row['bytes']) / (1 << 20)).toLocaleString('en-US')} MB each, and ${largestValue >> 20} MB can be read; write such values to files of their own`,
    { place: { file } },
  );
}

/** Rows that show most columns of other bytes, such as pictures, without reading the whole file. */
const firstRows = 1000;

async function textsAmong(
  file: string,
  names: readonly string[],
  rows: (sql: string) => Promise<Record<string, unknown>[]>,
): Promise<string[]> {
  let texts = [...names];
  for (const limit of [` LIMIT ${firstRows}`, '']) {
    if (texts.length === 0) return [];
    const bad = texts.map((name, i) => {
      const text = `TRY(decode(${quoteIdentifier(name)}))`;
      // A text has no control characters except tabs and line breaks.
      return `count(*) FILTER (${quoteIdentifier(name)} IS NOT NULL AND (${text} IS NULL OR regexp_matches(${text}, '[\\x00-\\x08\\x0e-\\x1f]'))) AS n${i}`;
    });
    const read = `(SELECT * FROM read_parquet(${quotePath(file)})${limit})`;
    const [row] = await rows(`SELECT ${bad.join(', ')} FROM ${read}`).catch(() => []);
    texts = row ? texts.filter((_, i) => Number(row[`n${i}`]) === 0) : [];
  }
  return texts;
}

/** Returns the columns that are bytes in all of these files and are read as text. */
export function binaryTexts(files: readonly string[]): string[] {
  const [first, ...others] = files.map((file) => known.get(file)?.columns ?? []);
  return (first ?? []).filter((name) => others.every((columns) => columns.includes(name)));
}

/** Returns the names of the columns of a Parquet file that `findBinaryTexts` has looked at. */
export function columnsOfParquet(file: string): readonly string[] {
  return known.get(file)?.all ?? [];
}

import { statSync } from 'node:fs';
import { openDatabase } from '../database.ts';
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
 * is looked at once; only such columns are read. What cannot be read is left to the reading itself.
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

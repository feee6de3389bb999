import type { Database } from './database.ts';
import { quoteIdentifier } from './quote.ts';

/**
 * Counts the rows of a FROM expression that equal an earlier row in the given columns. NULL equals NULL, NaN equals NaN
 * and −0 equals 0. Rows are compared in full; a hash only passes over those that occur once.
 */
export async function countRepeatedRows(db: Database, source: string, columns: readonly string[]): Promise<number> {
  if (columns.length === 0) return 0;
  const [twice] = await db.rows(
    `SELECT count(*) AS n FROM (SELECT 1 FROM ${source} GROUP BY ${rowHash(columns)} HAVING count(*) > 1)`,
  );
  if (Number(twice?.['n'] ?? 0) === 0) return 0;
  const candidates = `SELECT ${numbered(columns)} FROM ${source} WHERE ${rowHash(columns)} IN (SELECT ${rowHash(columns)} FROM ${source} GROUP BY 1 HAVING count(*) > 1)`;
  const [row] = await db.rows(
    `SELECT coalesce(sum(n - 1), 0)::BIGINT AS n FROM (SELECT count(*) AS n FROM (${candidates}) GROUP BY ${columns.map((_, i) => `c${i}`).join(', ')})`,
  );
  return Number(row?.['n'] ?? 0);
}

/** Counts the rows of a FROM expression that also occur in another one, compared in the same way. */
export async function countSharedRows(
  db: Database,
  source: string,
  other: string,
  columns: readonly string[],
): Promise<number> {
  if (columns.length === 0) return 0;
  const candidates = (from: string, among: string) =>
    `SELECT ${numbered(columns)} FROM ${from} WHERE ${rowHash(columns)} IN (SELECT ${rowHash(columns)} FROM ${among})`;
  const same = columns.map((_, i) => `a.c${i} IS NOT DISTINCT FROM b.c${i}`).join(' AND ');
  const [row] = await db.rows(
    `SELECT count(*) AS n FROM (${candidates(source, other)}) a WHERE EXISTS (SELECT 1 FROM (${candidates(other, source)}) b WHERE ${same})`,
  );
  return Number(row?.['n'] ?? 0);
}

function rowHash(columns: readonly string[]): string {
  return `hash(${columns.map(quoteIdentifier).join(', ')})`;
}

/** Returns the columns named by position, so that their names cannot collide with Loopwright's. */
function numbered(columns: readonly string[]): string {
  return columns.map((name, i) => `${quoteIdentifier(name)} AS c${i}`).join(', ');
}

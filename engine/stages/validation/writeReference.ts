import { join } from 'node:path';
import type { Database } from '../../data/database.ts';
import { columnsOf } from '../../data/inspectColumns.ts';
import { quoteIdentifier } from '../../data/quote.ts';
import { writeParquet } from '../../data/writeTable.ts';
import { relativePath } from '../../base/projectPath.ts';
import type { StageContext } from '../stageContext.ts';

const mostRows = 50_000;

/** Column of the rows of the new regime. */
export const regimeColumn = '_regime';

/** Column of the scores of the second fit, which has learned from the rows. */
export const refitScoreColumn = '_refit_score';

/**
 * Writes test rows with their `_score` as Parquet: the reference that monitors compare with. Of many rows every k-th is
 * taken. Where the rows have the column `regimeColumn`, only those of the new regime are taken, because a reference of
 * two regimes is near neither. `refitted` are the scores of the second fit, where that is served. Returns the path, relative to the project.
 */
export async function writeReference(
  context: StageContext,
  db: Database,
  sql: string,
  scores: Float64Array,
  refitted: Float64Array | null = null,
): Promise<{ path: string; rows: number }> {
  const numbered = `(SELECT row_number() OVER () - 1 AS _row, * FROM (${sql}))`;
  const marked = (await columnsOf(db, `(${sql})`)).some(({ name }) => name === regimeColumn);
  const chosen = marked ? await rowsOfRegime(context, db, numbered) : null;
  const all = chosen ?? Array.from(scores, (_, row) => row);
  const step = Math.max(1, Math.ceil(all.length / mostRows));
  const sampled = all.filter((_, i) => i % step === 0);
  const table = 'reference_scores';
  const columns = [
    { name: '_row', kind: 'integer' as const },
    { name: '_score', kind: 'number' as const },
    ...(refitted ? [{ name: refitScoreColumn, kind: 'number' as const }] : []),
  ];
  await db.create(table, columns);
  try {
    const valuesOf = (of: Float64Array) =>
      sampled.map((row) => of[row] ?? Number.NaN).map((score) => (Number.isNaN(score) ? null : score));
    await db.append(table, columns, [sampled, valuesOf(scores), ...(refitted ? [valuesOf(refitted)] : [])]);
    const path = join(context.artifacts(), `reference-${context.node.name}.parquet`);
    await writeParquet(
      db,
      `SELECT t.* EXCLUDE (_row${marked ? `, ${quoteIdentifier(regimeColumn)}` : ''}), s.* EXCLUDE (_row)
       FROM ${numbered} t JOIN ${quoteIdentifier(table)} s USING (_row)
       ORDER BY _row`,
      path,
    );
    return { path: relativePath(context.project.root, path), rows: sampled.length };
  } finally {
    await db.run(`DROP TABLE ${quoteIdentifier(table)}`);
  }
}

/** The numbers of the rows of the new regime; null when no test row is one. */
async function rowsOfRegime(context: StageContext, db: Database, numbered: string): Promise<number[] | null> {
  const found = await db.rows(`SELECT _row FROM ${numbered} WHERE ${quoteIdentifier(regimeColumn)} ORDER BY _row`);
  if (found.length > 0) return found.map((row) => Number(row['_row']));
  context.log('warning: no test row is from after the change; the reference holds all test rows');
  return null;
}

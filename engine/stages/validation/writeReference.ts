import { join } from 'node:path';
import type { Database } from '../../data/database.ts';
import { quoteIdentifier } from '../../data/quote.ts';
import { writeParquet } from '../../data/writeTable.ts';
import { relativePath } from '../../project/projectFiles.ts';
import type { StageContext } from '../stageContext.ts';

const mostRows = 50_000;

/**
 * Writes test rows with their `_score` as Parquet: the reference that monitors compare with. Of many rows every k-th is
 * taken. Returns the path, relative to the project.
 */
export async function writeReference(
  context: StageContext,
  db: Database,
  sql: string,
  scores: Float64Array,
): Promise<{ path: string; rows: number }> {
  const step = Math.max(1, Math.ceil(scores.length / mostRows));
  const sampled = scores.filter((_, row) => row % step === 0);
  const table = 'reference_scores';
  await db.create(table, [
    { name: '_row', kind: 'integer' },
    { name: '_score', kind: 'number' },
  ]);
  try {
    await db.append(
      table,
      [
        { name: '_row', kind: 'integer' },
        { name: '_score', kind: 'number' },
      ],
      [Array.from(sampled, (_, i) => i * step), Array.from(sampled, (score) => (Number.isNaN(score) ? null : score))],
    );
    const path = join(context.artifacts(), `reference-${context.node.name}.parquet`);
    await writeParquet(
      db,
      `SELECT t.* EXCLUDE (_row), s._score
       FROM (SELECT row_number() OVER () - 1 AS _row, * FROM (${sql})) t JOIN ${quoteIdentifier(table)} s USING (_row)
       ORDER BY _row`,
      path,
    );
    return { path: relativePath(context.project.root, path), rows: sampled.length };
  } finally {
    await db.run(`DROP TABLE ${quoteIdentifier(table)}`);
  }
}

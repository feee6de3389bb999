import { WorkError } from '../../base/errors.ts';
import type { Database } from '../../data/database.ts';
import { quoteIdentifier } from '../../data/quote.ts';
import { count, type StageContext } from '../stageContext.ts';

/** A table of predictions: its SELECT, the columns of truth and of answers, and that of ids, where it has one. */
export interface PredictedTable {
  name: string;
  sql: string;
  truth: string;
  answers: readonly string[];
  id: string | null;
}

/**
 * Says how many rows have no truth or no prediction, and how many repeat an id: a join of predictions and truth whose ids
 * do not match leaves such rows. Throws WorkError where no row has both.
 */
export async function checkPredictedRows(context: StageContext, db: Database, table: PredictedTable): Promise<void> {
  const truth = `${quoteIdentifier(table.truth)} IS NOT NULL`;
  const answer = table.answers.map((column) => `${quoteIdentifier(column)} IS NOT NULL`).join(' AND ');
  const id = table.id === null ? null : quoteIdentifier(table.id);
  const [row] = await db.rows(
    `SELECT count(*) AS n, count(*) FILTER (${truth}) AS truths, count(*) FILTER (${answer}) AS answers,
       count(*) FILTER (${truth} AND ${answer}) AS whole,
       ${id === null ? '0' : `count(${id}) FILTER (${truth} AND ${answer}) - count(DISTINCT ${id}) FILTER (${truth} AND ${answer})`} AS repeated
     FROM (${table.sql})`,
  );
  const read = (name: string) => Number(row?.[name] ?? 0);
  const [n, whole, repeated] = [read('n'), read('whole'), read('repeated')];
  if (n > 0 && whole === 0)
    throw new WorkError(
      `\`${table.name}\` has no row with a true value and a prediction: of its ${count(n)} rows, ${count(read('truths'))} have a true value and ${count(read('answers'))} a prediction. If they come from two tables, compare their ids: the same type, the same digits, no blanks.`,
    );
  if (n > whole) context.log(`${count(n - whole)} rows have no true value or no prediction yet; they are left out`);
  if (repeated > 0)
    context.log(
      `warning: ${count(repeated)} rows of \`${table.name}\` repeat the \`${table.id}\` of another row, and each counts. A join of predictions and truth must match one row to one.`,
    );
}

import type { Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import { timestampOf } from '../project/timestampOf.ts';

/**
 * The times of the first and the last row of a FROM expression, epoch milliseconds. Null when there is no row, or no
 * column with the role `timestamp` holds dates or times.
 */
export async function timeSpan(
  db: Database,
  source: string,
  schema: DatasetSchema | null,
): Promise<{ first: number; last: number } | null> {
  const time = timestampOf(schema);
  const column = (await columnsOf(db, source)).find(({ name }) => name === time);
  if (column?.type !== 'datetime' && column?.type !== 'date') return null;
  const at = `${quoteIdentifier(column.name)}::TIMESTAMP`;
  const [row] = await db.rows(
    `SELECT epoch_ms(min(${at})) AS first, epoch_ms(max(${at})) AS last FROM ${source} HAVING count(${quoteIdentifier(column.name)}) > 0`,
  );
  return row ? { first: Number(row['first']), last: Number(row['last']) } : null;
}

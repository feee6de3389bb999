import type { Database } from '../data/database.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import { WorkError } from '../base/errors.ts';
import { splitColumn } from '../project/splitColumn.ts';

/**
 * A side of the split; `every` is all rows, `whole` is all rows of data without a split, `none` no row.
 */
export type Side = 'train' | 'validation' | 'test' | 'every' | 'whole' | 'none';

/**
 * SQL that selects columns of one side of the split. Without a split column all rows are training rows. Throws
 * WorkError naming the columns that the data lacks.
 */
export async function sideSql(
  db: Database,
  source: string,
  columns: readonly string[],
  side: Side,
  dataset: string,
): Promise<string> {
  const known = new Set((await db.rows(`DESCRIBE SELECT * FROM ${source}`)).map((row) => String(row['column_name'])));
  const missing = columns.filter((name) => !known.has(name));
  if (missing.length > 0)
    throw new WorkError(
      `The data of \`${dataset}\` lacks the ${missing.length === 1 ? 'column' : 'columns'} ${missing.map((name) => `\`${name}\``).join(', ')}; it has ${[...known].join(', ')}. Add it to the SQL that prepares it.`,
    );
  const where =
    side === 'every'
      ? ''
      : known.has(splitColumn)
        ? ` WHERE ${quoteIdentifier(splitColumn)} = ${quoteLiteral(side)}`
        : side === 'train' || side === 'whole'
          ? ''
          : ' WHERE false';
  return `SELECT ${[...new Set(columns)].map(quoteIdentifier).join(', ')} FROM ${source}${where}`;
}

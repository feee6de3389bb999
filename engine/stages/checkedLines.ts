import type { Database } from '../data/database.ts';
import { unchecked, withUnparsed } from '../data/logs/withUnparsed.ts';
import type { ReceivedLines } from '../data/sources/source.ts';
import { lineMode, validateTable, type ValidationResult } from '../data/validateTable.ts';
import type { DatasetSchema, InvalidMode } from '../project/schema/datasetSchema.ts';
import { foreignTables } from './foreignTables.ts';
import type { StageContext } from './stageContext.ts';

/** Checks rows from lines of text against a schema, if there is one; lines that are no rows are among the invalid ones. */
export async function checkedLines(
  context: StageContext,
  db: Database,
  lines: ReceivedLines,
  { schema, invalid, rows }: { schema: DatasetSchema | null; invalid: InvalidMode; rows: number },
): Promise<ValidationResult> {
  if (schema === null) return withUnparsed(db, unchecked(lines.sql, rows - lines.count), lines, invalid);
  context.progress('checking every row against the schema');
  const result = await validateTable(db, {
    keepsValid: true,
    source: lines.sql,
    schema,
    mode: lines.typed === true ? 'typed' : 'raw',
    lineColumn: '_line',
    invalid,
    ...(lines.proof ? { provedRows: rows - lines.count } : {}),
    foreign: await foreignTables(context, db, schema),
  });
  return withUnparsed(db, result, lines, lineMode(schema, invalid));
}

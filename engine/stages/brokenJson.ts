import { join } from 'node:path';
import { WorkError } from '../base/errors.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { sourceFormat } from '../data/readSource.ts';
import { repairJsonLines } from '../data/reading/repairJsonLines.ts';
import type { Received } from '../data/sources/source.ts';
import type { DatasetSchema, InvalidMode } from '../project/schema/datasetSchema.ts';
import { rowsAsOf } from './rowsAsOf.ts';
import type { StageContext } from './stageContext.ts';

/**
 * Returns JSON Lines files that DuckDB could not read as lines, with the broken ones set aside. Throws the error of
 * DuckDB when broken lines are to fail the stage, and when they are not the reason.
 */
export async function withoutBrokenJson(
  context: StageContext,
  received: Received,
  { invalid, schema }: { invalid: InvalidMode; schema: DatasetSchema | null },
  error: unknown,
): Promise<Received> {
  const isJson = received.files.every((file) => sourceFormat(file) === 'json');
  if (invalid === 'fail' || !isJson || !(error instanceof WorkError)) throw error;
  context.progress('looking for broken lines');
  const repaired = await repairJsonLines(received.files, join(context.store.folder, 'downloads'), context.signal);
  if (repaired === null) throw error;
  const { unparsed, count, rows, discard } = repaired;
  const columns = await columnsOf(await context.database(), repaired.sql);
  const sql = rowsAsOf(
    repaired.sql,
    schema,
    columns.map(({ name }) => name),
    context.period.asOf,
  );
  return { ...received, rows, lines: { sql, unparsed, count, format: 'JSON Lines', typed: true }, discard };
}

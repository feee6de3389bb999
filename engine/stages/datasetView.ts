import { DataError } from '../base/errors.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { partFiles } from '../data/reading/partFiles.ts';
import { typedSelect } from '../data/typedSource.ts';
import { checkFiles } from '../data/checkFiles.ts';
import type { Database } from '../data/database.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import { timestampOf } from '../project/timestampOf.ts';
import type { Period } from '../fingerprint/period.ts';
import type { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import { projectPath } from '../base/projectPath.ts';

/** SQL that reads a dataset with the types of its schema, and only the rows that existed in the period. */
export async function datasetSql(
  db: Database,
  root: string,
  fingerprints: FileFingerprints,
  name: string,
  dataset: { path: string; schema: DatasetSchema | null; read?: ReadSettings | undefined },
  period: Pick<Period, 'asOf' | 'window'>,
  signal?: AbortSignal,
): Promise<string> {
  const found = partFiles(dataset.path, fingerprints.expand(dataset.path));
  if (found.length === 0)
    throw new DataError(
      `The dataset \`${name}\` has no file: nothing matches \`${dataset.path}\`. Run the stage that writes it, or put the data there.`,
      { place: { file: dataset.path } },
    );
  const files = found.map((file) => projectPath(root, file));
  await checkFiles(files, signal);
  const typed = await typedSelect(db, files, dataset.schema, { read: dataset.read });
  const columns = (await columnsOf(db, `(${typed})`)).map((column) => column.name);
  const conditions = periodConditions(dataset.schema, columns, period);
  return conditions.length === 0 ? typed : `SELECT * FROM (${typed}) WHERE ${conditions.join(' AND ')}`;
}

function periodConditions(
  schema: DatasetSchema | null,
  columns: string[],
  period: Pick<Period, 'asOf' | 'window'>,
): string[] {
  return conditionsOn(timestampOf(schema), columns, period);
}

/** SQL conditions of the rows of a period by a column of dates or times; none without a period or the column. */
export function conditionsOn(
  column: string | null,
  columns: readonly string[],
  period: Pick<Period, 'asOf' | 'window'>,
): string[] {
  if (column === null || !columns.includes(column) || period.asOf === null) return [];
  const time = (ms: number) => `make_timestamp_ms(${Math.round(ms)})`;
  const conditions = [`${quoteIdentifier(column)} <= ${time(period.asOf)}`];
  if (period.window !== null) conditions.push(`${quoteIdentifier(column)} > ${time(period.asOf - period.window)}`);
  return conditions;
}

import type { Database } from '../data/database.ts';
import { sourceFormat, sourceSql } from '../data/readSource.ts';
import { typedSelect } from '../data/typedSource.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import type { ProfileName } from './driftTable.ts';
import { typedAsPandas, unnamedColumns } from './pandasTable.ts';

/**
 * The files of a side as a FROM-able expression with the types that a profile's tool would see. Text formats are read
 * once into a table of the database; Parquet is read column by column from its file.
 */
export async function openSide(
  db: Database,
  files: readonly string[],
  profile: ProfileName,
  name: 'reference' | 'current',
  read?: ReadSettings,
): Promise<string> {
  const format = sourceFormat(files[0] ?? '');
  const pandas = profile === 'evidently' || profile === 'nannyml';
  if (format === 'parquet') return sourceSql(files);
  const table = `loopwright_${name}`;
  // Loopwright's own measures see numbers and dates as they are written; those of other tools as the tool reads them.
  const select =
    profile === 'loopwright' && format === 'csv'
      ? await typedSelect(db, files, null, { rejects: true, read })
      : `SELECT * FROM ${sourceSql(files, { allText: pandas && format === 'csv', withFile: false, read })}`;
  await db.run(`CREATE OR REPLACE TEMP TABLE ${table} AS ${select}`);
  if (!pandas || format !== 'csv') return table;
  const typedTable = `${table}_typed`;
  await db.run(
    `CREATE OR REPLACE TEMP TABLE ${typedTable} AS ${await typedAsPandas(db, table, unnamedColumns(files[0] ?? ''))}`,
  );
  await db.run(`DROP TABLE ${table}`);
  return typedTable;
}

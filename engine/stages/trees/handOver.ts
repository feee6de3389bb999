import { join } from 'node:path';
import { DataError } from '../../base/errors.ts';
import type { Database } from '../../data/database.ts';
import { quoteIdentifier } from '../../data/quote.ts';
import { writeCsv, writeParquet } from '../../data/writeTable.ts';
import type { Learning } from '../../models/features.ts';
import { fitTarget } from '../../models/readTarget.ts';
import type { Field } from '../../project/schema/datasetSchema.ts';
import type { ColumnForm, TrainerFeature, TrainerRequest } from './trainerReport.ts';

/** Columns as they are handed over. */
export interface HandedColumns {
  target: TrainerRequest['target'];
  features: TrainerFeature[];
}

/** Returns how the columns of a stage are handed over: in the types of the raw data, by the schema. */
export function handedColumns(learning: Learning, fields: readonly Field[]): HandedColumns {
  const formOf = new Map(fields.map((field) => [field.name, columnForm(field)]));
  const targetForm = formOf.get(learning.target.name) ?? 'text';
  return {
    target: {
      name: learning.target.name,
      // Numbers that name classes are whole numbers wherever possible.
      form: learning.task === 'regression' ? 'number' : targetForm === 'number' ? 'integer' : targetForm,
    },
    features: learning.features.map(({ name, kind, preprocess, categories }) => {
      const form = formOf.get(name) ?? 'text';
      return {
        name,
        kind,
        form,
        ...(preprocess?.impute === undefined ? {} : { impute: preprocess.impute }),
        ...(preprocess?.encode === undefined ? {} : { encode: preprocess.encode }),
        ...(categories ? { categories: form === 'text' ? [...categories] : categories.map(Number) } : {}),
      };
    }),
  };
}

function columnForm({ type = 'any' }: Field): ColumnForm {
  if (type === 'boolean' || type === 'number') return type;
  return type === 'integer' || type === 'year' ? 'integer' : 'text';
}

/**
 * Writes the rows of one side that have a target, in their order. Numbers that are not finite are missing, as for the
 * other models.
 */
export async function writeRows(
  db: Database,
  side: string,
  { target, features }: HandedColumns,
  { folder, name, parquet }: { folder: string; name: string; parquet: boolean },
): Promise<string> {
  // A text of a CSV file has a mark in front: without one, an empty text and a missing one look the same.
  const mark = (column: HandedColumns['target'], sql: string) =>
    !parquet && column.form === 'text' ? `'=' || ${sql}` : sql;
  const columns = [...features, target].map(
    (column) => `${mark(column, handedSql(column))} AS ${quoteIdentifier(column.name)}`,
  );
  const sql = `SELECT ${columns.join(', ')} FROM (${side}) WHERE ${handedSql(target)} IS NOT NULL`;
  const path = join(folder, `${name}.${parquet ? 'parquet' : 'csv'}`);
  await (parquet ? writeParquet : writeCsv)(db, sql, path);
  return path;
}

function handedSql({ name, form }: { name: string; form: ColumnForm }): string {
  const column = quoteIdentifier(name);
  if (form === 'text') return `CAST(${column} AS VARCHAR)`;
  if (form === 'boolean') return `CAST(${column} AS BOOLEAN)`;
  const value = `CAST(${column} AS DOUBLE)`;
  return `CASE WHEN isfinite(${value}) THEN ${value} END`;
}

/**
 * Checks the columns before they are handed over. Throws DataError for text in a column of numbers, and for a target
 * that does not fit the task.
 */
export async function checkColumns(
  db: Database,
  side: string,
  learning: Learning,
  columns: HandedColumns,
): Promise<void> {
  const types = new Map((await db.rows(`DESCRIBE ${side}`)).map((row) => [row['column_name'], row['column_type']]));
  for (const { name, form } of [...columns.features, columns.target]) {
    if ((form !== 'number' && form !== 'integer') || types.get(name) !== 'VARCHAR') continue;
    const text = quoteIdentifier(name);
    const [row] = await db.rows(
      `SELECT ${text} AS value FROM (${side}) WHERE ${text} IS NOT NULL AND TRY_CAST(${text} AS DOUBLE) IS NULL LIMIT 1`,
    );
    if (row)
      throw new DataError(
        `${name}: declared as a number but holds text, such as "${String(row['value'])}"; correct the type in the dataset schema or the SQL`,
      );
  }
  const { task, target, positive } = learning;
  const distinct = await db.table(
    `SELECT DISTINCT ${quoteIdentifier(target.name)} FROM (${side}) LIMIT ${task === 'regression' ? 1 : 10_000}`,
  );
  fitTarget(distinct, task, target.name, { positive: positive ?? undefined });
}

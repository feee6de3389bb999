import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import type { Database } from './database.ts';
import { columnsOf, type SourceColumn } from './inspectColumns.ts';
import { parseField } from './parseField.ts';
import { writtenOfFiles } from './inferFiles.ts';
import { tableInPortions } from './portions.ts';
import { quoteIdentifier } from './quote.ts';
import { sourceFormat, sourceSql } from './readSource.ts';

/** Files as a source to validate. With a schema, CSV fields stay text, so that the schema checks them as written. */
export interface RawSource {
  /** FROM expression with the column `_file`. */
  sql: string;
  mode: 'raw' | 'typed';
  /** True when malformed CSV lines are set aside. */
  rejects: boolean;
}

/**
 * Returns the files of a table as a source for validateTable. Text is read as `read` says, otherwise as the schema says.
 */
export function rawSource(
  files: readonly string[],
  schema: DatasetSchema | null,
  read: ReadSettings | undefined = schema?.loopwright?.read,
): RawSource {
  const text = isText(files, schema);
  return {
    sql: sourceSql(files, { allText: text, withFile: true, rejects: text, read }),
    mode: text ? 'raw' : 'typed',
    rejects: text,
  };
}

/**
 * Returns a SELECT that reads files in the types of their schema. A value of another type is NULL. Columns outside the
 * schema are unchanged. CSV files without a schema are read as they are written. With `rejects`, malformed CSV lines are skipped; otherwise they fail the read.
 */
export async function typedSelect(
  db: Database,
  files: readonly string[],
  schema: DatasetSchema | null,
  options: { rejects?: boolean; read?: ReadSettings | undefined } = {},
): Promise<string> {
  if (schema === null && sourceFormat(files[0] ?? '') === 'csv')
    return typedSelect(db, files, await writtenOfFiles(db, files, options.read), options);
  const text = isText(files, schema);
  const read = options.read ?? schema?.loopwright?.read;
  const source = sourceSql(files, { allText: text, withFile: false, rejects: text && options.rejects === true, read });
  const columns = await columnsOf(db, source);
  const known = new Map(schema?.fields.map((field) => [field.name, field]));
  if (text) for (const field of await widened(db, source, columns, known)) known.set(field.name, field);
  const select = (from: string, some: readonly SourceColumn[]) => {
    const selected = some.map(({ name, sqlType }) => {
      const field = known.get(name);
      const quoted = quoteIdentifier(name);
      return field && schema
        ? `${parseField(field, schema, sqlType, text ? 'raw' : 'typed').value} AS ${quoted}`
        : quoted;
    });
    return `SELECT ${selected.join(', ')} FROM ${from}`;
  };
  if (!text || columns.length <= mostInOneStatement) return select(source, columns);
  const texts = await tableInPortions(db, ['texts'], () => `SELECT * FROM ${source}`);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const typed = await tableInPortions(
    db,
    columns.map(({ name }) => name),
    (names) =>
      select(
        texts,
        names.flatMap((name) => byName.get(name) ?? []),
      ),
  );
  await db.run(`DROP TABLE ${texts}`);
  return `SELECT * FROM ${typed}`;
}

/** Beyond this number of columns, text is read in portions into a temporary table. */
const mostInOneStatement = 200;

/** Fields of whole numbers, some of which are not of 64 bits, as fields of up to 38 digits. */
async function widened(
  db: Database,
  source: string,
  columns: readonly SourceColumn[],
  known: ReadonlyMap<string, Field>,
): Promise<Field[]> {
  const narrow = columns.flatMap(({ name }) => {
    const field = known.get(name);
    return field?.type === 'integer' && field.loopwright?.decimals === undefined ? [field] : [];
  });
  if (narrow.length === 0) return [];
  const [row = {}] = await db.rows(
    `SELECT ${narrow.map(({ name }, i) => `max(length(${quoteIdentifier(name)})) AS l${i}`).join(', ')} FROM ${source}`,
  );
  return narrow.flatMap((field, i) =>
    Number(row[`l${i}`] ?? 0) > 18 ? [{ ...field, loopwright: { ...field.loopwright, decimals: 0 } }] : [],
  );
}

function isText(files: readonly string[], schema: DatasetSchema | null): boolean {
  return sourceFormat(files[0] ?? '') === 'csv' && schema !== null;
}

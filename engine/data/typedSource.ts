import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import type { Database } from './database.ts';
import { columnsOf } from './inspectColumns.ts';
import { parseField } from './parseField.ts';
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
 * schema are unchanged. With `rejects`, malformed CSV lines are skipped; otherwise they fail the read.
 */
export async function typedSelect(
  db: Database,
  files: readonly string[],
  schema: DatasetSchema | null,
  options: { rejects?: boolean; read?: ReadSettings | undefined } = {},
): Promise<string> {
  const text = isText(files, schema);
  const read = options.read ?? schema?.loopwright?.read;
  const source = sourceSql(files, { allText: text, withFile: false, rejects: text && options.rejects === true, read });
  const columns = await columnsOf(db, source);
  const selected = columns.map((column) => {
    const field = schema?.fields.find((candidate) => candidate.name === column.name);
    const quoted = quoteIdentifier(column.name);
    return field && schema
      ? `${parseField(field, schema, column.sqlType, text ? 'raw' : 'typed').value} AS ${quoted}`
      : quoted;
  });
  return `SELECT ${selected.join(', ')} FROM ${source}`;
}

function isText(files: readonly string[], schema: DatasetSchema | null): boolean {
  return sourceFormat(files[0] ?? '') === 'csv' && schema !== null;
}

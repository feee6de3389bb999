import { named } from '../base/named.ts';
import type { QualityReport } from '../../protocol/dataProfile.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import type { Database } from './database.ts';
import { readAsWritten } from './inferFiles.ts';
import { columnsOf } from './inspectColumns.ts';
import { missingTexts } from './parseField.ts';
import { sourceFormat, sourceSql } from './readSource.ts';
import { writtenSchema } from './written/writtenSchema.ts';

/**
 * Returns the texts of files that can stand for a missing value, such as `NA`, with their rows, and whether the schema
 * counts them as missing; without a schema, whether they are read as missing.
 */
export async function markersIn(
  db: Database,
  files: readonly string[],
  schema: DatasetSchema | null,
  read: ReadSettings | undefined,
): Promise<NonNullable<QualityReport['completeness']['markers']>> {
  const isText = sourceFormat(files[0] ?? '') === 'csv';
  const { columns } = isText ? await readAsWritten(db, files, read) : await writtenTexts(db, files);
  return columns.flatMap(({ name, markers }) => {
    const field = named(schema?.fields, name);
    const declared =
      field && schema ? missingTexts(field, schema, field.type ?? 'any', isText ? 'raw' : 'typed') : null;
    return markers.map(({ text, rows, missing }) => ({
      column: name,
      text,
      rows,
      missing: declared ? declared.includes(text) : isText && missing,
    }));
  });
}

async function writtenTexts(db: Database, files: readonly string[]) {
  const source = sourceSql(files);
  const texts = (await columnsOf(db, source)).filter(({ sqlType }) => sqlType === 'VARCHAR').map(({ name }) => name);
  return writtenSchema(db, source, texts, { delimiter: ',' });
}

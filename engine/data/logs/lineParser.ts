import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import type { Database } from '../database.ts';
import { accessLines } from './accessLines.ts';
import { accessScanner } from './accessScanner.ts';
import { jsonLines } from './jsonLines.ts';
import { jsonScanner } from './jsonScanner.ts';
import type { LineScanner } from './lineScanner.ts';
import { logfmtLines } from './logfmtLines.ts';
import type { ParsedLines } from './parsedLines.ts';
import { patternLines } from './patternLines.ts';

/** Returns how lines of a format are read. `records` is a FROM expression with the texts in the column `line`. */
export async function parseLines(
  db: Database,
  records: string,
  source: FromLogs,
  schema: DatasetSchema | null,
): Promise<ParsedLines> {
  switch (source.format) {
    case 'json':
      return jsonLines(db, records, source, schema);
    case 'logfmt':
      return logfmtLines(db, records, source, schema);
    case 'pattern':
      return patternLines(records, source, schema);
    default:
      return accessLines(records, source, schema);
  }
}

/** Returns what reads the usual lines of a format without SQL, if there is something. */
export function scannerFor(source: FromLogs, schema: DatasetSchema | null): LineScanner | null {
  if (source.continued !== undefined) return null;
  const scanner =
    source.format === 'common' || source.format === 'combined'
      ? accessScanner(source, schema)
      : source.format === 'json' && schema
        ? jsonScanner(source, schema)
        : null;
  // A line with one field would be blank where its value is missing.
  return scanner && scanner.columns.length > 1 ? scanner : null;
}

import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import type { Database } from '../database.ts';
import { accessLines } from './accessLines.ts';
import { jsonLines } from './jsonLines.ts';
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

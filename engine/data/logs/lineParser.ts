import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import type { Database } from '../database.ts';
import { accessLines } from './accessLines.ts';
import { accessScanner } from './accessScanner.ts';
import { jsonLines } from './jsonLines.ts';
import { jsonScanner } from './jsonScanner.ts';
import type { LineScanner } from './lineScanner.ts';
import { logfmtScanner } from './logfmtScanner.ts';
import { logfmtLines } from './logfmtLines.ts';
import type { ParsedLines } from './parsedLines.ts';
import { patternScanner } from './pattern/patternScanner.ts';
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
  const scanner = scannerOf(source, schema);
  return scanner && scanner.columns.length > 0 ? scanner : null;
}

function scannerOf(source: FromLogs, schema: DatasetSchema | null): LineScanner | null {
  switch (source.format) {
    // Without a schema, the columns are known only when all lines are read.
    case 'json':
      return schema && jsonScanner(source, schema);
    case 'logfmt':
      return schema && logfmtScanner(source, schema);
    case 'pattern':
      return patternScanner(source, schema);
    default:
      return accessScanner(source, schema);
  }
}

import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import { accessScanner } from './accessScanner.ts';
import { jsonScanner } from './jsonScanner.ts';
import type { LineScanner } from './lineScanner.ts';
import { logfmtScanner } from './logfmtScanner.ts';
import { patternScanner } from './pattern/patternScanner.ts';

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

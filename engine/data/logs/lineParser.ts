import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import type { Database } from '../database.ts';
import { accessLines } from './accessLines.ts';
import { jsonLines } from './jsonLines.ts';
import { logfmtLines } from './logfmtLines.ts';
import { patternLines } from './patternLines.ts';

/** SQL that reads the columns of a line. */
export interface ParsedLines {
  /** FROM expression with a row for each row of the records, in their order, and their column `line`. */
  from: string;
  /** Columns with their SQL over `from`. Texts stay texts, so that the schema reads their types. */
  columns: { name: string; sql: string }[];
  /** SQL that is true for a line in the format. */
  fits: string;
}

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

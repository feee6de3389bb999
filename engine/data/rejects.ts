import { DataError } from '../base/errors.ts';
import type { Database } from './database.ts';
import { rejectTables } from './readSource.ts';
import type { InvalidMode } from '../project/schema/datasetSchema.ts';
import { quoteLiteral } from './quote.ts';
import type { RuleFinding } from './ruleFinding.ts';

/** Drops the lines that earlier reads set aside. */
export async function forgetRejects(db: Database): Promise<void> {
  for (const table of Object.values(rejectTables)) await db.run(`DROP TABLE IF EXISTS ${table}`);
}

/**
 * Copies the lines set aside by the preceding reads: file, line, reason, text, and the row from which they shift row
 * numbers. With a source, files without a row in it are skipped.
 */
export async function keepRejects(db: Database, name: string, source: string | null): Promise<void> {
  const known = await db.rows(`SELECT table_name FROM duckdb_tables() WHERE table_name = '${rejectTables.errors}'`);
  if (known.length === 0) {
    await db.run(`CREATE TEMP TABLE ${name} (file VARCHAR, line BIGINT, reason VARCHAR, text VARCHAR, shift BIGINT)`);
    return;
  }
  // Another encoding is not a problem of single lines: other lines would be read with wrong characters.
  const [foreign] = await db.rows(
    `SELECT s.file_path AS file, min(e.line) AS line FROM ${rejectTables.errors} e JOIN ${rejectTables.scans} s ON s.scan_id = e.scan_id AND s.file_id = e.file_id WHERE CAST(e.error_type AS VARCHAR) = 'INVALID ENCODING' GROUP BY 1 ORDER BY 1 LIMIT 1`,
  );
  if (foreign) {
    const [file, line] = [String(foreign['file']), Number(foreign['line'])];
    throw new DataError(`${file}, line ${line}: the text is not UTF-8; save it as UTF-8`, {
      place: { file, line, column: 1 },
    });
  }
  const files =
    source === null
      ? null
      : (await db.rows(`SELECT DISTINCT _file AS file FROM ${source}`)).map((row) => quoteLiteral(String(row['file'])));
  await db.run(`CREATE TEMP TABLE ${name} AS
    SELECT file, line, reason, text, line - 1 - row_number() OVER (PARTITION BY file ORDER BY line) AS shift FROM (
      SELECT s.file_path AS file, CAST(e.line AS BIGINT) AS line, any_value(${reasonSql}) AS reason, left(trim(any_value(e.csv_line), chr(10) || chr(13)), 500) AS text
      FROM ${rejectTables.errors} e JOIN ${rejectTables.scans} s ON s.scan_id = e.scan_id AND s.file_id = e.file_id${files === null ? '' : ` WHERE s.file_path IN (${files.join(', ') || 'NULL'})`} GROUP BY 1, 2)`);
}

const reasonSql = `CASE CAST(e.error_type AS VARCHAR)
  WHEN 'TOO MANY COLUMNS' THEN 'more fields than the header' WHEN 'MISSING COLUMNS' THEN 'fewer fields than the header'
  WHEN 'UNQUOTED VALUE' THEN 'a quote that is not closed or is inside a field'
  WHEN 'LINE SIZE OVER MAXIMUM' THEN 'more characters than allowed in a line' ELSE lower(CAST(e.error_type AS VARCHAR)) END`;

/** Returns one finding per reason, with the first line. */
export async function rejectFindings(db: Database, name: string, mode: InvalidMode): Promise<RuleFinding[]> {
  const rows = await db.rows(
    `SELECT reason, count(*) AS n, arg_min(file, (file, line)) AS file, arg_min(line, (file, line)) AS line, arg_min(text, (file, line)) AS text FROM ${name} GROUP BY reason ORDER BY reason`,
  );
  return rows.map((row) => {
    const [count, line, reason] = [Number(row['n']), Number(row['line']), String(row['reason'])];
    return {
      field: '(line)',
      rule: 'line',
      severity: 'error',
      mode,
      count,
      firstRow: line - 1,
      firstFile: String(row['file']),
      firstValue: String(row['text']),
      examples: [{ row: line - 1, file: String(row['file']), value: String(row['text']) }],
      message: `${count} ${count === 1 ? 'line' : 'lines'} with ${reason}, first in row ${line - 1} (found ${String(row['text']).slice(0, 80)})`,
    };
  });
}

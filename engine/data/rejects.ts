import { DataError } from '../base/errors.ts';
import type { Database } from './database.ts';
import { rejectTables } from './readSource.ts';
import type { InvalidMode } from '../project/schema/datasetSchema.ts';
import { quoteLiteral } from './quote.ts';
import { openedText } from './reading/openedTexts.ts';
import type { RuleFinding } from './ruleFinding.ts';

/** Drops the lines that earlier reads set aside. */
export async function forgetRejects(db: Database): Promise<void> {
  for (const table of Object.values(rejectTables)) await db.run(`DROP TABLE IF EXISTS ${table}`);
}

/**
 * Copies the lines set aside by the preceding reads: file, line, row (its number among the lines of the table), reason,
 * text, and the row from which they shift row numbers. With a source, files without a row in it are skipped.
 */
export async function keepRejects(db: Database, name: string, source: string | null): Promise<void> {
  const known = await db.rows(`SELECT table_name FROM duckdb_tables() WHERE table_name = '${rejectTables.errors}'`);
  if (known.length === 0) {
    await db.run(
      `CREATE TEMP TABLE ${name} (file VARCHAR, line BIGINT, "row" BIGINT, reason VARCHAR, text VARCHAR, shift BIGINT)`,
    );
    return;
  }
  // Another encoding is not a problem of single lines: other lines would be read with wrong characters.
  const [foreign] = await db.rows(
    `SELECT s.file_path AS file, min(e.line) AS line FROM ${rejectTables.errors} e JOIN ${rejectTables.scans} s ON s.scan_id = e.scan_id AND s.file_id = e.file_id WHERE CAST(e.error_type AS VARCHAR) = 'INVALID ENCODING' GROUP BY 1 ORDER BY 1 LIMIT 1`,
  );
  if (foreign) {
    const [file, line] = [openedText(String(foreign['file'])).file, Number(foreign['line'])];
    throw new DataError(`${file}, line ${line}: the text is not UTF-8; save it as UTF-8`, {
      place: { file, line, column: 1 },
    });
  }
  // Texts can start below other lines, and DuckDB can have read a rewritten copy.
  const paths = (await db.rows(`SELECT DISTINCT file_path AS path FROM ${rejectTables.scans}`)).map((row) =>
    String(row['path']),
  );
  const opened = paths.map((path) => ({ path, ...openedText(path) }));
  await db.run(`CREATE OR REPLACE TEMP TABLE ${name}_files (path VARCHAR, file VARCHAR, before BIGINT)`);
  if (opened.length > 0)
    await db.run(
      `INSERT INTO ${name}_files VALUES ${opened
        .map(({ path, file, before }) => `(${quoteLiteral(path)}, ${quoteLiteral(file)}, ${before})`)
        .join(', ')}`,
    );
  const wanted = source === null ? '' : ` WHERE o.file IN (SELECT _file FROM ${source})`;
  await db.run(`CREATE TEMP TABLE ${name} AS
    SELECT file, line, line - before AS "row", reason, text, line - before - row_number() OVER (PARTITION BY file ORDER BY line) AS shift FROM (
      SELECT o.file AS file, any_value(o.before) AS before, CAST(e.line AS BIGINT) AS line, any_value(${reasonSql}) AS reason, left(trim(any_value(e.csv_line), chr(10) || chr(13)), 500) AS text
      FROM ${rejectTables.errors} e JOIN ${rejectTables.scans} s ON s.scan_id = e.scan_id AND s.file_id = e.file_id JOIN ${name}_files o ON o.path = s.file_path${wanted} GROUP BY o.file, e.line)`);
  await db.run(`DROP TABLE ${name}_files`);
}

const reasonSql = `CASE CAST(e.error_type AS VARCHAR)
  WHEN 'TOO MANY COLUMNS' THEN 'more fields than the header' WHEN 'MISSING COLUMNS' THEN 'fewer fields than the header'
  WHEN 'UNQUOTED VALUE' THEN 'a quote that is not closed or is inside a field'
  WHEN 'LINE SIZE OVER MAXIMUM' THEN 'more characters than allowed in a line' ELSE lower(CAST(e.error_type AS VARCHAR)) END`;

/** Returns one finding per reason, with the first line. */
export async function rejectFindings(db: Database, name: string, mode: InvalidMode): Promise<RuleFinding[]> {
  const rows = await db.rows(
    `SELECT reason, count(*) AS n, arg_min(file, (file, line)) AS file, arg_min("row", (file, line)) AS "row", arg_min(text, (file, line)) AS text FROM ${name} GROUP BY reason ORDER BY reason`,
  );
  return rows.map((row) => {
    const [count, first, reason] = [Number(row['n']), Number(row['row']), String(row['reason'])];
    return {
      field: '(line)',
      rule: 'line',
      severity: 'error',
      mode,
      count,
      firstRow: first,
      firstFile: String(row['file']),
      firstValue: String(row['text']),
      examples: [{ row: first, file: String(row['file']), value: String(row['text']) }],
      message: `${count} ${count === 1 ? 'line' : 'lines'} with ${reason}, first in row ${first} (found ${String(row['text']).slice(0, 80)})`,
    };
  });
}

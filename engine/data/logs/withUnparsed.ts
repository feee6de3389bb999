import type { InvalidMode } from '../../project/schema/datasetSchema.ts';
import type { Database } from '../database.ts';
import { quoteLiteral } from '../quote.ts';
import type { ReceivedLines } from '../sources/source.ts';
import type { ValidationResult } from '../validateTable.ts';

const table = 'loopwright_unparsed';

/** Adds the lines that could not be read to the invalid rows of a result, each with its file and number. */
export async function withUnparsed(
  db: Database,
  result: ValidationResult,
  { unparsed, count, format }: ReceivedLines,
  mode: InvalidMode,
): Promise<ValidationResult> {
  if (count === 0) return result;
  await db.run(`CREATE OR REPLACE TEMP TABLE ${table} AS ${unparsed}`);
  const first = await db.rows(`SELECT file, line, text FROM ${table} ORDER BY file, line LIMIT 5`);
  const examples = first.map((row) => ({
    row: Number(row['line']),
    file: String(row['file']),
    value: String(row['text']),
  }));
  const [{ row: firstRow, file: firstFile, value: firstValue } = { row: 0, file: null, value: '' }] = examples;
  const reason = `not in the format ${format}`;
  return {
    ...result,
    rows: result.rows + count,
    invalidRows: result.invalidRows + count,
    rules: [
      {
        field: '(line)',
        rule: 'line',
        severity: 'error',
        mode,
        count,
        firstRow,
        firstFile,
        firstValue,
        examples,
        message: `${count.toLocaleString('en-US')} ${count === 1 ? 'line is' : 'lines are'} ${reason}, first line ${firstRow} (found ${firstValue.slice(0, 80)})`,
      },
      ...result.rules,
    ],
    invalidSql: `SELECT * FROM (${result.invalidSql}) UNION ALL BY NAME SELECT file AS _file, line AS _row, ${quoteLiteral(`${reason}: `)} || text AS _reasons FROM ${table}`,
    discard: async () => {
      await result.discard();
      await db.run(`DROP TABLE IF EXISTS ${table}`);
    },
  };
}

/** The result for rows that no schema checks. */
export function unchecked(sql: string, rows: number): ValidationResult {
  return {
    rows,
    validRows: rows,
    invalidRows: 0,
    rowsAreLines: true,
    rules: [],
    tableProblems: [],
    validSql: `SELECT * EXCLUDE (_file, _line) FROM ${sql}`,
    invalidSql: 'SELECT NULL::VARCHAR AS _file, NULL::BIGINT AS _row, NULL::VARCHAR AS _reasons WHERE false',
    discard: async () => {},
  };
}

import { quoteLiteral } from '../quote.ts';
import { readPattern } from './linePattern.ts';

/** A text file without carriage returns, and a length that no line reaches. */
interface TextFile {
  path: string;
  longest: number;
}

interface TextColumn {
  name: string;
  type: string;
}

/** FROM expression with a row for each line of a slice, in its order, with the column `line`. */
export function linesOf(slice: TextFile): string {
  // No line contains these four characters; DuckDB fails if one does.
  return readText(slice, '\u001f\u001e\u001d\u001f', '\u001d\u001e', [{ name: 'line', type: 'VARCHAR' }]);
}
/** FROM expression with a row for each line of fields between tabs, in its order; an empty field is NULL. */
export function fieldsOf(file: TextFile, columns: readonly TextColumn[]): string {
  return readText(file, '\t', '', columns);
}

function readText(
  { path, longest }: TextFile,
  delimiter: string,
  missing: string,
  columns: readonly TextColumn[],
): string {
  const types = columns.map(({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`).join(', ');
  const size = `max_line_size = ${longest * 2}, buffer_size = ${Math.max(32_000_000, longest * 4)}`;
  return `read_csv(${quoteLiteral(path)}, auto_detect = false, header = false, delim = ${quoteLiteral(delimiter)}, quote = '', escape = '', comment = '', nullstr = ${quoteLiteral(missing)}, new_line = '\\n', strict_mode = false, columns = {${types}}, ${size})`;
}

/** Joins lines with those that continue them; `_lw_n` is the number of the first line of a record. */
export function joined(lines: string, continued: string): string {
  const read = readPattern(`(?<_lw>${continued})`);
  const expression = quoteLiteral('message' in read ? continued : read.expression);
  const numbered = `(SELECT line, row_number() OVER () AS n FROM ${lines})`;
  const grouped = `(SELECT line, n, sum(CASE WHEN regexp_matches(line, ${expression}) THEN 0 ELSE 1 END) OVER (ORDER BY n) AS g FROM ${numbered})`;
  return `(SELECT rtrim(string_agg(line, chr(10) ORDER BY n), chr(10) || ' ') AS line, min(n) AS _lw_n FROM ${grouped} GROUP BY g ORDER BY _lw_n)`;
}

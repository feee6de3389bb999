import { quoteLiteral } from '../quote.ts';
import { readPattern } from './linePattern.ts';

/** A text file without carriage returns, and a length that no line reaches. */
interface TextFile {
  path: string;
  longest: number;
}

/** FROM expression with a row for each line of a slice, in its order, with the column `line`. */
export function linesOf({ path, longest }: TextFile): string {
  // No line contains these characters; DuckDB fails if one does.
  const [delimiter, missing] = ['\u001f\u001e\u001d\u001f', '\u001d\u001e'].map(quoteLiteral);
  const size = `max_line_size = ${longest * 2}, buffer_size = ${Math.max(32_000_000, longest * 4)}`;
  return `read_csv(${quoteLiteral(path)}, auto_detect = false, header = false, delim = ${delimiter}, quote = '', escape = '', comment = '', nullstr = ${missing}, new_line = '\\n', strict_mode = false, columns = {'line': 'VARCHAR'}, ${size})`;
}

/** Joins lines with those that continue them; `_lw_n` is the number of the first line of a record. */
export function joined(lines: string, continued: string): string {
  const read = readPattern(`(?<_lw>${continued})`);
  const expression = quoteLiteral('message' in read ? continued : read.expression);
  const numbered = `(SELECT line, row_number() OVER () AS n FROM ${lines})`;
  const grouped = `(SELECT line, n, sum(CASE WHEN regexp_matches(line, ${expression}) THEN 0 ELSE 1 END) OVER (ORDER BY n) AS g FROM ${numbered})`;
  return `(SELECT rtrim(string_agg(line, chr(10) ORDER BY n), chr(10) || ' ') AS line, min(n) AS _lw_n FROM ${grouped} GROUP BY g ORDER BY _lw_n)`;
}

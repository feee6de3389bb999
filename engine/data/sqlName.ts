import { quoteIdentifier } from './quote.ts';

const words = (text: string) => text.trim().split(/\s+/);

/** Words that can be a column name without quotes, but can also start an expression: `interval '1 day'`. */
const columnWords = words(`
  between bigint bit boolean char character coalesce dec decimal exists extract float grouping grouping_id inout int
  integer interval
  national nchar none nullif numeric out overlay position precision real row setof smallint substring time timestamp
  treat trim values
  varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize
  xmltable
`);

/** Words that DuckDB parses as part of a statement. */
export const reservedWords = new Set(
  words(`
  all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check
  collate collation column
  columns concurrently constraint create cross default deferrable desc describe distinct do else end except false
  fetch for foreign
  freeze from full generated glob group having ilike in initially inner intersect into is isnull join lambda lateral
  leading left like
  limit map natural not notnull null offset on only or order outer overlaps pivot pivot_longer pivot_wider placing
  positional primary
  qualify references returning right select semi show similar some struct summarize symmetric table tablesample then
  to trailing true
  try_cast union unique unpack unpivot using variadic verbose when where window with
`),
);

/**
 * Words that DuckDB does not accept as a table or column name, or only in some places. A test compares them with
 * DuckDB's own list.
 */
export const sqlKeywords = new Set([...reservedWords, ...columnWords]);

/**
 * Returns a name as written by hand in SQL: unquoted where DuckDB accepts it everywhere, otherwise in double quotes.
 */
export function sqlName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !sqlKeywords.has(name.toLowerCase()) ? name : quoteIdentifier(name);
}

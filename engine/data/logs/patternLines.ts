import { DataError } from '../../base/errors.ts';
import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import { quoteIdentifier, quoteLiteral } from '../quote.ts';
import { readPattern } from './linePattern.ts';
import type { ParsedLines } from './parsedLines.ts';
import { isoTime, isTimeField } from './timeText.ts';

/**
 * Reads lines with a regular expression, in linear time. A group that did not take part, and one that matched nothing,
 * is missing. Throws DataError for a pattern that `check` finds too.
 */
export function patternLines(
  records: string,
  { pattern, timezone }: FromLogs,
  schema: DatasetSchema | null,
): ParsedLines {
  const read = readPattern(pattern ?? '');
  if ('message' in read)
    throw new DataError(`The pattern ${read.message} (character ${read.at + 1}).`, {
      place: { file: 'loopwright.yaml' },
    });
  const { groups } = read;
  // The dot matches the line breaks of a record of several lines.
  const expression = `(?s)${read.expression}`;
  const names = groups.map((name, i) => name ?? `_lw_group${i}`);
  const from = `(SELECT *, CASE WHEN regexp_matches(line, ${quoteLiteral(expression)}) THEN regexp_extract(line, ${quoteLiteral(expression)}, [${names.map(quoteLiteral).join(', ')}]) END AS _lw_found FROM ${records})`;
  const declared = schema?.fields.map(({ name }) => name);
  const columns = groups.flatMap((group) => {
    if (group === null || (declared && !declared.includes(group))) return [];
    const value = `nullif(_lw_found.${quoteIdentifier(group)}, '')`;
    return [{ name: group, sql: isTimeField(schema, group) ? isoTime(value, timezone) : value }];
  });
  return { from, columns, fits: '_lw_found IS NOT NULL' };
}

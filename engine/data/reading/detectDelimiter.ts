import type { QuoteStyle } from '../../project/schema/readSettings.ts';
import { isNumber } from './cellKinds.ts';
import { endsInEscape } from './escapes.ts';
import { isBlank, recordsOf, type TextRecord } from './records.ts';

/** Delimiters in the order of preference when they split a text equally well. */
const candidates = ['\t', ';', '|', ',', '\u0001', '::', '||', '^', '~'] as const;
const most = 300;

/** How a delimiter splits a text. */
interface Split {
  delimiter: string;
  score: number;
  records: TextRecord[];
}

/**
 * Returns the delimiter that splits most lines into the same number of fields, more than one; a comma when none does. A
 * decimal comma does so less evenly than the semicolon beside it, or not in the header. Spaces count only when they
 * separate numbers.
 */
export function detectDelimiter(lines: readonly string[]): string {
  const sample = lines.slice(0, most);
  // A backslash at the end of many lines continues them.
  const isContinued = sample.filter(endsInEscape).length > sample.length / 10;
  const splits = candidates
    .filter((delimiter) => sample.some((line) => line.includes(delimiter)))
    .map((delimiter) => splitBy(lines, delimiter, isContinued ? 'backslash' : 'double'))
    .filter(({ score }) => score > 0);
  const best = splits.reduce<Split | null>((first, next) => (first && first.score >= next.score ? first : next), null);
  if (!best || best.score < 0.35) {
    const spaces = splitBySpaces(lines);
    if (spaces !== null) return spaces;
  }
  if (best?.delimiter === ',') {
    const other = splits.find((one) => one !== best && one.score > best.score * 0.9 && areDecimals(one.records));
    if (other) return other.delimiter;
  }
  if (best?.delimiter === ',' && areThousands(sample)) return ';';
  // Each bar is doubled: the empty fields between are none.
  if (best?.delimiter === '|' && sample.every((line) => /^$|^[^|]*(\|\|[^|]*){2,}$/.test(line))) return '||';
  return best?.delimiter ?? ',';
}

/** Returns the most frequent number of fields, and its share; of several, the largest. */
export function usualFields(records: readonly TextRecord[]): { fields: number; share: number } {
  const counts = new Map<number, number>();
  for (const { fields } of records) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  let best = { fields: 0, n: 0 };
  for (const [fields, n] of counts) if (n > best.n || (n === best.n && fields > best.fields)) best = { fields, n };
  return { fields: best.fields, share: best.n / Math.max(1, records.length) };
}

function splitBy(lines: readonly string[], delimiter: string, quotes: QuoteStyle): Split {
  const records = recordsOf(lines, { delimiter, quotes }, 0, most).filter((record) => !isBlank(record));
  const { fields, share } = usualFields(records);
  if (fields < 2) {
    const several = records.filter((record) => record.fields.length > 1).length;
    return { delimiter, score: (several / Math.max(1, records.length)) * 0.3, records };
  }
  const start = records.findIndex((record) => record.fields.length === fields);
  const after = records.slice(start);
  const even = after.filter((record) => record.fields.length === fields).length / after.length;
  // Quotes that close inside a field are those of another delimiter: `"1,5";"x"`.
  const broken = records.filter((record) => record.malformed && !record.unclosed).length / records.length;
  const score =
    (even * 0.6 + share * 0.4) * (start === 0 ? 1 : 0.8) * (1 + Math.min(fields, 20) / 200) * (1 - broken / 2);
  return { delimiter, score, records };
}

/**
 * True for lines of one number each, with commas between thousands, below at most one name: some have decimals, and not all
 * have as many commas, as fields would.
 */
function areThousands(lines: readonly string[]): boolean {
  const filled = lines.filter((line) => line.trim() !== '');
  const [first = '', ...rest] = filled;
  const rows = first.includes(',') ? filled : rest;
  const commas = new Set(rows.map((line) => line.split(',').length));
  return (
    rows.length > 1 &&
    commas.size > 1 &&
    rows.some((line) => /,\d{3}\.\d+$/.test(line.trim())) &&
    rows.every((line) => /^[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?$/.test(line.trim()))
  );
}

/** True when all commas are inside numbers. */
function areDecimals(records: readonly TextRecord[]): boolean {
  const cells = records.flatMap(({ fields }) => fields.filter((field) => field.includes(',')));
  return cells.length > 0 && cells.every(isNumber);
}

function splitBySpaces(lines: readonly string[]): string | null {
  const filled = lines.slice(0, most).filter((line) => line.trim() !== '' && !/^\s*[#%]/.test(line));
  const records = recordsOf(filled, { delimiter: 'spaces', quotes: 'double' });
  // The header of R has no name for the row names.
  const { fields, share } = usualFields(records.slice(1));
  if (fields < 2 || share < 0.8) return null;
  const rows = records.slice(1).filter((record) => record.fields.length === fields);
  const numbers = Array.from({ length: fields }, (_, i) => i).filter((i) =>
    rows.every((row) => isNumber(row.fields[i] ?? '')),
  );
  if (numbers.length === 0 || rows.length === 0) return null;
  const single = recordsOf(filled, { delimiter: ' ', quotes: 'double' });
  return single.every((record, i) => record.fields.length === records[i]?.fields.length) ? ' ' : 'spaces';
}

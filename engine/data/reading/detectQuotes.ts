import type { QuoteStyle } from '../../project/schema/readSettings.ts';
import { usualFields } from './detectDelimiter.ts';
import { hasEscapes } from './escapes.ts';
import { isBlank, recordsOf } from './records.ts';

const most = 500;

interface Fit {
  /** Share of the records with the usual number of fields and without a stray quote. */
  even: number;
  malformed: number;
  unclosed: number;
  /** Number of fields in quotes. */
  quoted: number;
}

/**
 * Returns how fields are quoted. Escapes where all backslashes are such; otherwise doubled quotes, unless another style
 * fits more lines: a backslash before quotes or delimiters, or quotes as plain characters where no field is quoted as a
 * whole.
 */
export function detectQuotes(lines: readonly string[], delimiter: string): QuoteStyle {
  const sample = lines.slice(0, most);
  const double = fitOf(sample, delimiter, 'double');
  if (delimiter !== 'spaces' && hasEscapes(lines, delimiter)) {
    if (fitOf(sample, delimiter, 'escapes').even >= double.even) return 'escapes';
  }
  // COPY, mysqldump and others write `\\N` and no quotes: a quote further down is a character.
  if (delimiter === '\t' && double.quoted === 0 && sample.some((line) => /(^|\t)\\N(\t|$)/.test(line))) return 'none';
  if (double.even < 1 && sample.some((line) => line.includes('\\'))) {
    const backslash = fitOf(sample, delimiter, 'backslash');
    if (backslash.even > double.even) return 'backslash';
  }
  // One stray quote is a mistake in its line.
  if ((double.malformed > 1 || double.unclosed > 0) && double.malformed >= double.quoted) {
    const none = fitOf(sample, delimiter, 'none');
    if (none.even > double.even) return 'none';
  }
  const single = double.quoted === 0 && sample.some((line) => /(^|[^\p{L}])'[^']*'/u.test(line));
  if (single) {
    const fit = fitOf(sample, delimiter, 'single');
    if (fit.malformed === 0 && fit.quoted >= sample.length / 2 && fit.even >= double.even) return 'single';
  }
  return 'double';
}

function fitOf(lines: readonly string[], delimiter: string, quotes: QuoteStyle): Fit {
  const records = recordsOf(lines, { delimiter, quotes }).filter((record) => !isBlank(record));
  const { fields } = usualFields(records);
  const malformed = records.filter((record) => record.malformed);
  const good = records.filter((record) => record.fields.length === fields && !record.malformed);
  const covered = good.reduce((sum, record) => sum + record.lines, 0);
  const all = records.reduce((sum, record) => sum + record.lines, 0);
  return {
    even: covered / Math.max(1, all),
    malformed: malformed.length,
    unclosed: malformed.filter((record) => record.unclosed).length,
    quoted: records.reduce((sum, record) => sum + record.quoted, 0),
  };
}

import type { Estimate } from '../../protocol/estimate.ts';
import { metricText } from '../../words/metrics.ts';
import { percent } from '../../words/numbers.ts';

/** A table of Markdown; empty without rows. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(titles), `|${titles.map(() => ' --- ').join('|')}|`, ...rows.map(line)].join('\n');
}

/** An interval with its confidence, as text. */
export function intervalText(
  name: string,
  { low, high, confidence }: Pick<Estimate, 'low' | 'high' | 'confidence'>,
): string {
  if (low === null || high === null) return 'none';
  return `${metricText(name, low)} to ${metricText(name, high)} at ${percent(confidence)}`;
}

/** A text in a cell: names of columns and groups hold any sign. */
function cell(text: string): string {
  return plain(text).replaceAll('|', '\\|');
}

/** A text of data or people as text of Markdown, on one line. */
export function plain(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/([\\*[\]])/g, '\\$1')
    .trim();
}

import { absent, number, percent } from '../../words/numbers.ts';

const blankEnds = /^ +| +$/g;
// Invisible characters: direction marks, zero-width characters, line and paragraph separators, and control characters
// beyond ASCII. Joiners between letters stay, because some scripts need them.
const unseen =
  /[\u0080-\u009f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|(?<![^\0-\u007f])[\u200c\u200d]|[\u200c\u200d](?![^\0-\u007f])/gu;
// oxlint-disable-next-line no-control-regex -- the expression finds control characters
const controls = /[\0-\u001f\u007f]/g;

/**
 * A value of the data as text: control characters, leading and trailing spaces and invisible characters become visible;
 * empty values are named.
 */
export function visible(text: string): string {
  if (text === '') return '(empty)';
  return text
    .replaceAll(blankEnds, (blanks) => '·'.repeat(blanks.length))
    .replaceAll(controls, named)
    .replaceAll(unseen, named);
}

const names: Record<string, string> = { '\0': 'NUL', '\t': 'TAB', '\n': 'LF', '\r': 'CR' };

/** By name or number: many fonts lack the Unicode pictures of control characters. */
function named(mark: string): string {
  return `⟨${names[mark] ?? `U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`}⟩`;
}

/** Truncates with an ellipsis; an emoji counts as one character. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}

/** `0 %`, `<0.1 %`, `1.2 %`, `13 %`, `>99.9 %`: a small share is never shown as 0 %, a large one never as 100 %. */
export function share(part: number | null | undefined): string {
  if (part === null || part === undefined || !Number.isFinite(part)) return absent;
  if (part > 0 && part < 0.001) return '<0.1 %';
  if (part < 1 && part >= 0.995) return part > 0.999 ? '>99.9 %' : `${(part * 100).toFixed(1)} %`;
  return part === 0 ? '0 %' : percent(part);
}

/** A number of a column. Times are in UTC, to the minute or the second, depending on `span` (ms). */
export function valueOf(type: string, value: number | null | undefined, span = 0): string {
  if (type !== 'datetime' || value === null || value === undefined) return number(value);
  if (!(Math.abs(value) <= 8.64e15)) return number(value);
  const text = new Date(value).toISOString().replace('T', ' ');
  const day = text.indexOf(' ');
  if (span > 4 * 86_400_000) return text.slice(0, day);
  return text.slice(0, day + (span > 600_000 || span === 0 ? 6 : 9));
}

/** The same followed by its unit. */
export function measured(type: string, value: number | null | undefined, unit: string | null): string {
  const text = valueOf(type, value);
  return unit === null || text === absent || type === 'datetime' ? text : `${text} ${unit}`;
}

export const aboutWhy =
  'Estimated within 3 %, because the table is large: only some of the values were counted. All other figures are exact.';

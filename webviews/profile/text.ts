import { absent, number, percent } from '../../words/numbers.ts';

const blankEnds = /^ +| +$/g;
// Marks that are not seen: of direction, of width none, of line and paragraph, and controls beyond ASCII. Joiners stay
// between letters that need them.
const unseen =
  /[\u0080-\u009f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|(?<![^\0-\u007f])[\u200c\u200d]|[\u200c\u200d](?![^\0-\u007f])/gu;
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const controls = /[\0-\u001f\u007f]/g;

/**
 * A value of the data as it may be shown: control characters, blanks at the ends and marks without a width become
 * visible; what is empty says so.
 */
export function visible(text: string): string {
  if (text === '') return '(empty)';
  return text
    .replaceAll(blankEnds, (blanks) => '·'.repeat(blanks.length))
    .replaceAll(controls, named)
    .replaceAll(unseen, named);
}

const names: Record<string, string> = { '\0': 'NUL', '\t': 'TAB', '\n': 'LF', '\r': 'CR' };

/** By name or number: the pictures that Unicode has for them are missing in many fonts. */
function named(mark: string): string {
  return `⟨${names[mark] ?? `U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`}⟩`;
}

/** At most so many characters, with an ellipsis; an emoji counts as one. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}

/** `0 %`, `<0.1 %`, `1.2 %`, `13 %`, `>99.9 %`: what is not nothing and not all does not look so. */
export function share(part: number | null | undefined): string {
  if (part === null || part === undefined || !Number.isFinite(part)) return absent;
  if (part > 0 && part < 0.001) return '<0.1 %';
  if (part < 1 && part >= 0.995) return part > 0.999 ? '>99.9 %' : `${(part * 100).toFixed(1)} %`;
  return part === 0 ? '0 %' : percent(part);
}

/** A number of a column; of times, the time in UTC, to the minute or the second as `span` (ms) asks for. */
export function valueOf(type: string, value: number | null | undefined, span = 0): string {
  if (type !== 'datetime' || value === null || value === undefined) return number(value);
  if (!(Math.abs(value) <= 8.64e15)) return number(value);
  const text = new Date(value).toISOString().replace('T', ' ');
  const day = text.indexOf(' ');
  if (span > 4 * 86_400_000) return text.slice(0, day);
  return text.slice(0, day + (span > 600_000 || span === 0 ? 6 : 9));
}

/** The same with the unit behind. */
export function measured(type: string, value: number | null | undefined, unit: string | null): string {
  const text = valueOf(type, value);
  return unit === null || text === absent || type === 'datetime' ? text : `${text} ${unit}`;
}

export const aboutWhy =
  'Estimated: the table is so large that values are not all sorted or counted. Missing, minimum, maximum, mean and standard deviation are exact.';

import { haveForeignMonths, type MixedDates } from './dates.ts';
import { mixedNumbers } from './numbers.ts';
import { unitsNote } from './units.ts';

/** Why a column stays text although its texts look like dates or numbers. `allowed`: texts that can be neither. */
export function textNotes(
  texts: readonly string[],
  mixed: MixedDates | null,
  counts: ReadonlyMap<string, number>,
  allowed: number,
): string[] {
  const rowsOf = (some: readonly string[]) => some.reduce((sum, text) => sum + (counts.get(text) ?? 0), 0);
  if (mixed)
    return [
      `dates in ${mixed.forms.length} forms, kept as text: ${mixed.forms.map(({ format, texts: own }) => `${format} (${rowsOf(own).toLocaleString('en-US')}, such as ${own[0] ?? ''})`).join(', ')}`,
    ];
  if (haveForeignMonths(texts))
    return [
      `dates with names of months that are not English, such as ${texts[0] ?? ''}, kept as text. strptime reads English names only: replace the names by numbers, in the export or with replace() in the SQL of a \`prepare\` stage`,
    ];
  if (
    texts.length > 0 &&
    texts.every((text) => /^0[0-9]+$|^[0-9]+$/.test(text)) &&
    texts.some((text) => text.startsWith('0'))
  )
    return ['codes with leading zeros, kept as text'];
  if (texts.length > 0 && texts.every((text) => /^[0-9]+(E[0-9]+)?$/.test(text)))
    return [`\`${texts.find((text) => text.includes('E')) ?? texts[0] ?? ''}\` can be a code: kept as text`];
  const numbers = mixedNumbers(texts, allowed, rowsOf) ?? unitsNote(texts, allowed, rowsOf);
  return numbers === null ? [] : [numbers];
}

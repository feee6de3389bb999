import { haveForeignMonths, isAnyDate, type MixedDates } from './dates.ts';
import { isAnyNumber, mixedNumbers } from './numbers.ts';
import { unitsNote } from './units.ts';

/** Why a column stays text although its texts look like dates or numbers. `allowed`: texts that can be neither. */
export function textNotes(
  texts: readonly string[],
  mixed: MixedDates | null,
  counts: ReadonlyMap<string, number>,
  allowed: number,
  rows: number,
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
  if (texts.some((text) => text.includes('E')) && texts.every((text) => /^[0-9]+(E[0-9]+)?$/.test(text)))
    return [`\`${texts.find((text) => text.includes('E')) ?? texts[0] ?? ''}\` can be a code: kept as text`];
  if (texts.length > 0 && texts.every((text) => isAnyDate(withoutOddities(text))) && !texts.every(isAnyDate))
    return [
      `dates in a form that strptime does not read, such as \`${texts.find((text) => !isAnyDate(text)) ?? ''}\`, kept as text. Write them as ISO 8601 in the export, or read them in the SQL of a \`prepare\` stage`,
    ];
  const infinite = texts.find((text) => infinitySign.test(text));
  if (infinite !== undefined && texts.every((text) => infinitySign.test(text) || isAnyNumber(text)))
    return [`numbers with \`${infinite}\`, which is not read as infinite, kept as text; write \`inf\` in the export`];
  const parts = texts.length > 0 && texts.every((text) => calendarPart.test(text)) ? calendarNote(texts) : null;
  const found = mixedNumbers(texts, allowed, rowsOf) ?? unitsNote(texts, allowed, rowsOf) ?? parts;
  return [found ?? othersNote(texts, counts, rows)].filter((note) => note !== null);
}

/** A date without what strptime does not read: `1st`, `p. m.` and the name of a zone as Java writes it. */
function withoutOddities(text: string): string {
  return text
    .replace(/(\d)(?:st|nd|rd|th)\b/i, '$1')
    .replace(/\[[\w/+-]+\]$/, '')
    .replace(/ ?\b([ap])\. ?m\.?$/i, ' $1m')
    .replace("'", '');
}

/** Infinite numbers of Excel's authors and of older C libraries. */
const infinitySign = /^[+-]?(?:∞|1\.#INF0*)$/;

/** A month, a quarter or a week of a year. */
const calendarPart =
  /^(?:\d{4}[-/](?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[./-]\d{4}|[A-Za-z]{3}[ -](?:\d{4}|\d{2})|\d{4}[ -]?Q[1-4]|Q[1-4][ /-]?\d{4}|\d{4}-?W\d{2})$/;

function calendarNote(texts: readonly string[]): string | null {
  const formats: [RegExp, string][] = [
    [/^\d{4}-\d{2}$/, '%Y-%m'],
    [/^\d{4}\/\d{2}$/, '%Y/%m'],
    [/^\d{1,2}\.\d{4}$/, '%m.%Y'],
    [/^\d{1,2}\/\d{4}$/, '%m/%Y'],
    [/^\d{1,2}-\d{4}$/, '%m-%Y'],
    [/^[A-Za-z]{3}-\d{2}$/, '%b-%y'],
    [/^[A-Za-z]{3}-\d{4}$/, '%b-%Y'],
    [/^[A-Za-z]{3} \d{2}$/, '%b %y'],
    [/^[A-Za-z]{3} \d{4}$/, '%b %Y'],
  ];
  const format = formats.find(([form]) => texts.every((text) => form.test(text)))?.[1];
  if (format?.includes('%b') && !texts.every((text) => isAnyDate(`1 ${text.replace(/[ -]/, ' ')}`))) return null;
  const days = 'months, kept as text';
  if (format !== undefined) return `${days}; \`dates: "${format}"\` of \`read:\` reads the first day of each`;
  return texts.every((text) => /[QW]/.test(text)) ? 'quarters or weeks, kept as text' : `${days}, in several forms`;
}

/** Other texts that are told. */
const mostOthers = 20;

/** Why a column stays text although most of its values are numbers or dates: a few others, such as words for no value. */
function othersNote(texts: readonly string[], counts: ReadonlyMap<string, number>, rows: number): string | null {
  for (const [kind, isOne] of [
    ['numbers', isAnyNumber],
    ['dates', isAnyDate],
  ] as const) {
    const others = texts.filter((text) => !isOne(text));
    const n = others.reduce((sum, text) => sum + (counts.get(text) ?? 0), 0);
    if (others.length === 0 || others.length > mostOthers || n * 2 >= rows) continue;
    const shown = others
      .slice(0, 5)
      .map((text) => `\`${text.slice(0, 40)}\` (${(counts.get(text) ?? 0).toLocaleString('en-US')})`);
    return `most values are ${kind}; kept as text because of ${shown.join(', ')}${others.length > 5 ? ', …' : ''}. Correct them, or add them to \`missing\` of \`read:\` if they mean no value`;
  }
  return null;
}

import { hasLeapSecond } from '../leapSecond.ts';

/** How the dates of a column are written. */
export interface DateForm {
  type: 'date' | 'datetime' | 'time';
  /** Directives of strptime; undefined for ISO 8601. */
  format: string | undefined;
  /** Texts that are no date in this form. */
  strays: string[];
  /** The form with day and month exchanged, when it fits each text too. */
  rival: string | null;
  /** A date of this form alone, and one of the form with day and month exchanged alone; null when there are not both. */
  contradiction: { own: string; other: string; format: string } | null;
}

/** Dates of several forms, each with its number of texts. */
export interface MixedDates {
  forms: { format: string; texts: string[] }[];
}

interface Candidate {
  type: DateForm['type'];
  /** `ISO` for ISO 8601. */
  format: string;
}

const months = 'january february march april may june july august september october november december'.split(' ');
const weekdays = 'monday tuesday wednesday thursday friday saturday sunday'.split(' ');
const isoDate = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const isoMoment =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?([Zz]|[+-]\d{2}(:?\d{2})?)| UTC)?$/;
const clock = /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$/;

/** The forms that a text can have, the most usual first. */
function candidatesOf(text: string): Candidate[] {
  if (isoDate.test(text)) return isoExists(text) ? [{ type: 'date', format: 'ISO' }] : [];
  if (isoMoment.test(text)) return isoExists(text) && isClock(text) ? [{ type: 'datetime', format: 'ISO' }] : [];
  if (clock.test(text)) return [{ type: 'time', format: 'ISO' }];
  const half = /^\d{1,2}:\d{2}(:\d{2})? ?[AaPp][Mm]$/.test(text) ? timeFormat(text) : null;
  if (half !== null) return [{ type: 'time', format: half }];
  const weekday = /^([A-Za-z]+)(,? +)/.exec(text);
  const named = weekday ? nameDirective(weekday[1] ?? '', weekdays, 'a') : [];
  if (weekday && named[0] !== undefined)
    return ofDateAndTime(text.slice(weekday[0].length)).map((one) => ({
      ...one,
      format: `${named[0]}${weekday[2] ?? ''}${one.format}`,
    }));
  return ofDateAndTime(text);
}

function ofDateAndTime(text: string): Candidate[] {
  const inside = insideFormat(text);
  if (inside !== null) return [{ type: 'datetime', format: inside }];
  const parts =
    /^(.*?\d{1,4}[.日일]?)(?:([T ]|, +| +|:|-(?=\d{2}\.\d{2}\.\d{2}))(\d{1,2}:\d{2}.*|\d{1,2}\.\d{2}(?:\.\d{2}.*)?))?$/.exec(
      text,
    );
  const [, date = '', between = '', time] = parts ?? [];
  const behind = time === undefined ? '' : timeFormat(time);
  if (behind === null) return [];
  return dateFormats(date).map((format) => ({
    type: time === undefined ? 'date' : 'datetime',
    format: `${format}${between}${behind}`,
  }));
}

/**
 * The form of a moment whose parts are elsewhere than day, then time: `Mon Jan 29 10:00:00 +0100 2024` of C, Java and
 * Twitter without its weekday, and digits alone such as `20240131T100000Z`.
 */
function insideFormat(text: string): string | null {
  const c = /^([A-Za-z]{3}) +(\d{1,2}) (\d{1,2}:\d{2}(?::\d{2})?(?: (?:[+-]\d{4}|[A-Z]{3,4}))?) (\d{4})$/.exec(text);
  if (c) {
    const [, month = '', day = '', time = '', year = ''] = c;
    const clockFormat = timeFormat(time);
    const isKnown = nameDirective(month, months, 'b').includes('%b') && isDay(Number(day));
    return isKnown && clockFormat !== null && Number(year) > 0 ? `%b %d ${clockFormat} %Y` : null;
  }
  const digits = /^((?:19|20)\d{6})([T ])([01]\d|2[0-3])[0-5]\d([0-5]\d)?(\.\d{1,6})?(Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  if (!digits || dateFormats(digits[1] ?? '').length === 0) return null;
  const [, , between = '', , second, fraction, zone] = digits;
  const seconds = second === undefined ? '' : `%S${fraction === undefined ? '' : '.%f'}`;
  return `%Y%m%d${between}%H%M${seconds}${zone === undefined ? '' : zone === 'Z' ? 'Z' : '%z'}`;
}

/** The form of a time of day; `.` between its parts as DB2, Oracle and Finland write, `,` before a fraction as logs do. */
function timeFormat(text: string): string | null {
  const found =
    /^(\d{1,2})([:.])(\d{2})(?:\2(\d{2})([.,]\d{1,9})?)?( ?)([AaPp]\.?[Mm]\.?)?( ?)(Z|Uhr|[A-Z]{3,4}|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/.exec(
      text,
    );
  if (!found) return null;
  const [, hour = '', mark = ':', minute = '', second, fraction, gap = '', half, space = '', zone] = found;
  if (Number(hour) > (half ? 12 : 23) || Number(minute) > 59) return null;
  if (Number(second ?? 0) > 59 && !hasLeapSecond(text)) return null;
  if (half?.includes('.')) return null;
  const clockFormat = `${half ? '%I' : '%H'}${mark}%M${second === undefined ? '' : `${mark}%S`}${fraction === undefined ? '' : `${fraction.charAt(0)}%f`}`;
  const literal = zone === undefined || ['Z', 'UTC', 'GMT', 'Uhr'].includes(zone);
  const zoneFormat = literal ? (zone ?? '') : /^[+-]/.test(zone) ? '%z' : '%Z';
  return `${clockFormat}${gap}${half ? '%p' : ''}${space}${zoneFormat}`;
}

function dateFormats(text: string): string[] {
  const signs = /^(\d{4})(年|년 ?)(\d{1,2})(月|월 ?)(\d{1,2})([日일])$/.exec(text);
  if (signs) {
    const [, year, afterYear = '', month, afterMonth = '', day, afterDay = ''] = signs;
    return exists(Number(year), Number(month), Number(day)) ? [`%Y${afterYear}%m${afterMonth}%d${afterDay}`] : [];
  }
  const numbers = /^(\d{1,4})([./-]|\. )(\d{1,2})\2(\d{1,4})(\.?)$/.exec(text);
  if (numbers) {
    const [, a = '', mark = '', b = '', c = '', end = ''] = numbers;
    const [x, y, z] = [Number(a), Number(b), Number(c)];
    // Hungary and Korea write a dot behind the day.
    if (end !== '' && (a.length !== 4 || !mark.startsWith('.'))) return [];
    const form = (...parts: string[]) => `${parts.join(mark)}${end}`;
    if (a.length === 4 && c.length <= 2)
      return [
        ...(exists(x, y, z) ? [form('%Y', '%m', '%d')] : []),
        ...(exists(x, z, y) ? [form('%Y', '%d', '%m')] : []),
      ];
    if (a.length > 2 || (c.length !== 4 && c.length !== 2)) return [];
    const year = c.length === 4 ? '%Y' : '%y';
    return [
      ...(exists(z, y, x) ? [form('%d', '%m', year)] : []),
      ...(exists(z, x, y) ? [form('%m', '%d', year)] : []),
      ...(c.length === 2 && a.length === 2 && exists(x, y, z) ? [form('%y', '%m', '%d')] : []),
    ];
  }
  const named = /^(\d{1,2})([ .-]|\. |\/)([A-Za-z]+)(\.?)([ ./,-]|, )(\d{4}|\d{2})$/.exec(text);
  if (named) {
    const [, day = '', gap = '', month = '', dot = '', behind = '', year = ''] = named;
    if (!isDay(Number(day))) return [];
    return nameDirective(month, months, 'b').map(
      (name) => `%d${gap}${name}${dot}${behind}${year.length === 4 ? '%Y' : '%y'}`,
    );
  }
  // SAS and Stata: 31DEC2023.
  const joined = /^(\d{1,2})([A-Za-z]{3})(\d{4}|\d{2})$/.exec(text);
  if (joined && isDay(Number(joined[1])))
    return nameDirective(joined[2] ?? '', months, 'b')
      .filter((name) => name === '%b')
      .map((name) => `%d${name}${joined[3]?.length === 4 ? '%Y' : '%y'}`);
  const american = /^([A-Za-z]+)(\.?)( +|-)(\d{1,2})(,? |-|,)(\d{4}|\d{2})$/.exec(text);
  if (american) {
    // One blank of a form fits several: `Feb  1 2024`.
    const [, month = '', dot = '', gaps = '', day = '', behind = '', year = ''] = american;
    if (!isDay(Number(day))) return [];
    const gap = gaps.charAt(0);
    return nameDirective(month, months, 'b').map(
      (name) => `${name}${dot}${gap}%d${behind}${year.length === 4 ? '%Y' : '%y'}`,
    );
  }
  const front = /^(\d{4})([ -/])([A-Za-z]+)\2(\d{1,2})$/.exec(text);
  if (front && isDay(Number(front[4])))
    return nameDirective(front[3] ?? '', months, 'b').map((name) => `%Y${front[2]}${name}${front[2]}%d`);
  const packed = /^((?:19|20)\d{2}|9999)(\d{2})(\d{2})$/.exec(text);
  return packed && exists(Number(packed[1]), Number(packed[2]), Number(packed[3])) ? ['%Y%m%d'] : [];
}

/** True when the calendar has the day. A year of two digits is one of 2000 to 2068 or 1969 to 1999. */
function exists(year: number, month: number, day: number): boolean {
  const full = year >= 100 ? year : year + (year < 69 ? 2000 : 1900);
  return isMonth(month) && isDay(day) && (day <= 28 || day <= new Date(Date.UTC(full, month, 0)).getUTCDate());
}

const isoExists = (text: string) =>
  exists(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)));

/** True unless a time in ISO 8601 has seconds that no clock shows. */
const isClock = (text: string) => !/:\d{2}:[6-9]/.test(text) || hasLeapSecond(text);

const isDay = (n: number) => n >= 1 && n <= 31;
const isMonth = (n: number) => n >= 1 && n <= 12;

/** `%b` or `%B` for a name in English: short or in full; both for May. */
function nameDirective(word: string, names: readonly string[], short: 'a' | 'b'): string[] {
  const name = word.toLowerCase();
  return [
    ...(names.some((full) => full.slice(0, 3) === name) ? [`%${short}`] : []),
    ...(names.includes(name) ? [`%${short.toUpperCase()}`] : []),
  ];
}

/**
 * Returns how a column of dates is written: the form that fits every text, or nearly every one (`allowed` strays).
 * `dayFirst`: the order in the other columns, null when they do not tell. Returns several forms when each text is a date
 * but no form fits all; null when the texts are no dates.
 */
export function dateForm(
  texts: readonly string[],
  dayFirst: boolean | null,
  allowed: number,
): DateForm | MixedDates | null {
  const forms = new Map<string, { type: DateForm['type']; texts: Set<string> }>();
  let dates = 0;
  for (const text of texts) {
    const candidates = candidatesOf(text);
    if (candidates.length > 0) dates++;
    for (const { type, format } of candidates) {
      // A date without a time is also a moment in ISO 8601.
      const key = format === 'ISO' && type !== 'time' ? 'ISO' : `${format} ${type}`;
      const form = forms.get(key) ?? { type, texts: new Set<string>() };
      if (type === 'datetime') form.type = type;
      form.texts.add(text);
      forms.set(key, form);
    }
    if (texts.length - dates > allowed && dates === 0 && texts.indexOf(text) > allowed + 20) return null;
  }
  const found = [...forms].map(([key, { type, texts: own }]) => ({
    type,
    format: key === 'ISO' || key === 'ISO time' ? undefined : key.replace(/ (date|datetime|time)$/, ''),
    texts: own,
  }));
  const fitting = found.filter(({ texts: own }) => texts.length - own.size <= allowed);
  const most = Math.max(...fitting.map(({ texts: own }) => own.size));
  const best = fitting.filter(({ texts: own }) => own.size === most);
  if (best.length === 0)
    return dates === texts.length && texts.length > 1
      ? {
          forms: fewestForms(
            texts,
            found.map((one) => ({ ...one, format: one.format ?? 'ISO 8601' })),
          ),
        }
      : null;
  const [first] = best;
  // A year of two digits is in front only where the front varies less than the end.
  const yearFirst = variesLess(texts) ? best.find(({ format }) => format?.startsWith('%y')) : undefined;
  const exchanged = yearFirst ?? (first && best.find((one) => one !== first && isExchanged(first.format, one.format)));
  const isOther = exchanged && first !== exchanged && (exchanged === yearFirst || dayFirst === false);
  const chosen = isOther ? exchanged : first;
  if (!chosen) return null;
  const { type, format } = chosen;
  return {
    type,
    format,
    strays: texts.filter((text) => !chosen.texts.has(text)),
    rival: exchanged && exchanged !== first ? ((isOther ? first?.format : exchanged.format) ?? null) : null,
    contradiction: contradictionOf(
      chosen,
      found.find((one) => isExchanged(format, one.format)),
    ),
  };
}

function contradictionOf(
  chosen: { texts: ReadonlySet<string> },
  exchanged: { format: string | undefined; texts: ReadonlySet<string> } | undefined,
): DateForm['contradiction'] {
  const own = [...chosen.texts].find((text) => !exchanged?.texts.has(text));
  const other = [...(exchanged?.texts ?? [])].find((text) => !chosen.texts.has(text));
  const { format } = exchanged ?? {};
  return own === undefined || other === undefined || format === undefined ? null : { own, other, format };
}

/** True when the first part of the dates has fewer values than the last one, as a year in front has. */
function variesLess(texts: readonly string[]): boolean {
  const distinct = (part: RegExp) => new Set(texts.map((text) => part.exec(text)?.[0])).size;
  return distinct(/^\d+/) < distinct(/\d+(?=\D*$|[T ])/);
}

function isExchanged(a: string | undefined, b: string | undefined): boolean {
  // With dots, the day is always first.
  if (a === undefined || b === undefined || a.startsWith('%d.%m')) return false;
  return a.replace('%d', '%_').replace('%m', '%d').replace('%_', '%m') === b;
}

/** Assigns each text to the form that most texts have. */
function fewestForms(
  texts: readonly string[],
  forms: readonly { format: string; texts: ReadonlySet<string> }[],
): MixedDates['forms'] {
  let left = new Set(texts);
  const chosen: MixedDates['forms'] = [];
  while (left.size > 0) {
    const counted = forms.map(({ format, texts: own }) => ({
      format,
      texts: [...left].filter((text) => own.has(text)),
    }));
    const best = counted.reduce((a, b) => (b.texts.length > a.texts.length ? b : a), {
      format: '',
      texts: [] as string[],
    });
    if (best.texts.length === 0) break;
    chosen.push(best);
    left = new Set([...left].filter((text) => !best.texts.includes(text)));
  }
  return chosen;
}

/** True for a text that is a date or a time in some form. */
export function isAnyDate(text: string): boolean {
  return candidatesOf(text).length > 0;
}

/** Names of months that are not English: German, French, Spanish, Italian, Portuguese, Dutch, Swedish and Danish. */
const foreignMonths = new Set(
  `januar jänner jän februar märz maerz mär mrz mai juni juli okt oktober dez dezember
  janvier janv jänv février fevrier févr fevr fév mars avril avr juin juillet juil août aout septembre octobre novembre décembre decembre déc
  enero ene febrero marzo abril abr mayo junio julio agosto ago septiembre setiembre octubre noviembre diciembre dic
  gennaio gen febbraio aprile maggio mag giugno giu luglio lug settembre set ottobre ott dicembre
  janeiro fevereiro fev março maio junho julho setembro outubro out novembro dezembro
  januari februari maart mrt mei juni juli augustus augusti maj marts`.split(/\s+/),
);

/**
 * True for dates with the name of a month, some in a language that DuckDB does not read: `12. März 2024`, `01-Mrz-24`,
 * `3 gen 2024`. Some names are English too.
 */
export function haveForeignMonths(texts: readonly string[]): boolean {
  let foreign = 0;
  for (const text of texts) {
    // A day and a year, or a year alone.
    if (!/^\P{L}*\d|\d[^\p{L}\d]*$/u.test(text) || !/\d{4}|\d\D+\d/.test(text)) return false;
    const words = (text.match(/\p{L}+/gu) ?? []).map((word) => word.toLowerCase());
    if (words.some((word) => foreignMonths.has(word))) foreign++;
    else if (!words.some((word) => nameDirective(word, months, 'b').length > 0)) return false;
  }
  return foreign > 0;
}

/** The form of moments and days in digits alone, which are numbers too; null when some are none. */
export function packedForm(texts: readonly string[]): string | null {
  for (const [form, format] of [
    [/^(?:(?:19|20)\d{6}|99991231)$/, '%Y%m%d'],
    [/^(?:19|20)\d{6}(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/, '%Y%m%d%H%M%S'],
  ] as const)
    if (texts.length > 0 && texts.every((text) => form.test(text) && dateFormats(text.slice(0, 8)).length > 0))
      return format;
  return null;
}

import type { Field } from '../../project/schema/datasetSchema.ts';
import { currency } from '../bareNumber.ts';
import { hasLeapSecond } from '../leapSecond.ts';
import { defaultPivotYear } from '../../project/schema/readSettings.ts';
import { dateForm, packedForm, type DateForm } from './dates.ts';
import { fitsFormat, shortYearOf, typeOfFormat } from './dateFormat.ts';
import { mergeDashes } from './dashes.ts';
import { isMarker, isMissingAmongTexts, isZeroDate, sentinelOf } from './markers.ts';
import { numberForm, type NumberForm } from './numbers.ts';
import { textNotes } from './textNotes.ts';

/** What the other columns of a file tell about an ambiguous one. */
export interface FileHints {
  delimiter: string;
  decimal: '.' | ',' | null;
  dayFirst: boolean | null;
  /** What a person has said for all fields. */
  given?: {
    decimal: '.' | ',' | null;
    dates: readonly string[];
    missing: ReadonlySet<string>;
    pivotYear?: number | undefined;
  };
}

/** How a column of texts is read, and what a person should know about it. */
export interface ColumnForm {
  field: Field;
  /** How it is read, where this is not plain to see. */
  notes: string[];
  /** What the data does not decide. */
  question: string | null;
  /** Texts that are not of the type; their rows are invalid. */
  strays: string[];
  /** The field read in the other way that also fits; null when the data decides. */
  rival: Field | null;
  /** What the column tells about ambiguous ones. */
  votes: { decimal: '.' | ',' | null; dayFirst: boolean | null };
}

/** `BUDAT` and others that end with DAT are dates of SAP. */
const packedDateName = /date|datum|day|tag|fecha|dato|dat$|^data(_|$)|dt$|^dt|ymd|yyyymmdd|birth|^dob$/i;
const textName = /phone|tel(efon)?|fax|mobil|zip|plz|postal|postcode|iban|card|isbn|ean|ssn/i;

/**
 * Decides how a column is read from its distinct texts with their numbers of rows (by
 * `writtenKey`; empty texts included, in
 * `blanks` those of blanks only as written). `total`: rows with a text, when the counts are of a sample.
 */
export function columnForm(
  name: string,
  written: ReadonlyMap<string, number>,
  blanks: readonly string[],
  found: FileHints,
  total = 0,
): ColumnForm {
  const { given } = found;
  const { counts, areZero } = mergeDashes(written);
  const hints = {
    ...found,
    decimal: given?.decimal ?? found.decimal,
    dayFirst: given?.dates.map(dayFirstOf).find((first) => first !== null) ?? found.dayFirst,
  };
  const isNone = zeroDatesIn(counts);
  const isMissing = (text: string) => isMarker(text) || isNone(text) || (given?.missing.has(text) ?? false);
  const texts = [...counts.keys()].filter((text) => !isMissing(text));
  const markers = [...counts.keys()].filter((text) => text !== '' && isMissing(text));
  const rows = Math.max(
    total,
    texts.reduce((sum, text) => sum + (counts.get(text) ?? 0), 0),
  );
  const allowed = rows >= 20 ? 3 : 0;
  const isFew = (strays: readonly string[]) =>
    strays.reduce((sum, text) => sum + (counts.get(text) ?? 0), 0) <= rows * 0.05;
  const plain: Omit<ColumnForm, 'field'> = {
    notes: [],
    question: null,
    strays: [],
    rival: null,
    votes: { decimal: null, dayFirst: null },
  };
  const missing = (words: readonly string[]) => (words.length > 0 ? { missingValues: ['', ...words.toSorted()] } : {});

  const pattern = given?.dates.find((format) => texts.length > 0 && texts.every((text) => fitsFormat(text, format)));
  if (pattern !== undefined)
    return {
      ...plain,
      field: { name, type: typeOfFormat(pattern), format: pattern, ...missing(markers), ...pivotOf(pattern, given) },
      notes: yearNotes(pattern, given),
    };

  const booleans = booleanWords(texts);
  if (booleans) return { ...plain, field: { name, type: 'boolean', ...booleans, ...missing(markers) } };

  const packed = arePackedDates(texts, name, markers.some(isNone));
  const number =
    textName.test(name) && texts.some((text) => /[^0-9]|.{16}/.test(text)) ? null : numberForm(texts, hints, allowed);
  const dates = number && !packed ? null : dateForm(texts, hints.dayFirst, allowed);
  if (dates && 'type' in dates && isFew(dates.strays)) {
    const keys = (format: string | null | undefined) => ({
      name,
      type: dates.type,
      ...(format ? { format } : {}),
      ...missing(markers),
      ...pivotOf(format ?? undefined, given),
    });
    return {
      ...plain,
      field: keys(dates.format),
      notes: dateNotes(dates.format, texts, given),
      question: given?.dates.includes(dates.format ?? '')
        ? null
        : (dateQuestion(texts[0] ?? '', dates) ?? futureQuestion(texts, dates.format, given)),
      strays: dates.strays,
      rival: dates.rival === null ? null : keys(dates.rival),
      votes: {
        decimal: null,
        dayFirst: dates.rival === null && !dates.contradiction ? dayFirstOf(dates.format) : null,
      },
    };
  }
  if (number && isFew(number.strays)) {
    const dashes = areZero && !given?.missing.has('-') && number.signs && number.unit !== '%';
    const words = dashes ? markers.filter((marker) => marker !== '-') : markers;
    return ofNumbers(name, { ...number, dashes: number.dashes || dashes }, counts, hints, plain, missing(words));
  }
  const words = markers.filter((marker) => given?.missing.has(marker) || isMissingAmongTexts(marker, texts));
  // North Dakota is beside other states.
  const isState = (marker: string) => marker === 'ND' && texts.some((text) => /^[A-Z]{2}$/.test(text));
  const asTexts = markers.filter((marker) => !words.includes(marker) && !isState(marker));
  return {
    ...plain,
    field: { name, type: 'string', ...missing([...words, ...blanks]) },
    notes: textNotes(texts, dates && 'forms' in dates ? dates : null, counts, allowed, rows),
    question:
      asTexts.length === 0 || texts.length === 0
        ? null
        : `${list(asTexts)} can be a word or a missing value: read as text. Add it to missingValues if it means no value.`,
  };
}

/** Days in eight digits, which the name, their number or zeros among them tell from numbers. 99991231 is the last of SAP. */
function arePackedDates(texts: readonly string[], name: string, haveZeros: boolean): boolean {
  const isTold = packedDateName.test(name) || texts.length >= 10 || haveZeros;
  return isTold && texts.every((text) => /^((19|20)\d{6}|99991231)$/.test(text));
}

/** Tells the dates of zeros, in a column whose other texts are dates. */
function zeroDatesIn(counts: ReadonlyMap<string, number>): (text: string) => boolean {
  const texts = [...counts.keys()].filter((text) => !isMarker(text));
  const others = texts.filter((text) => !isZeroDate(text));
  if (others.length === texts.length || others.length === 0) return () => false;
  const areDates = texts.some((text) => /^0+$/.test(text))
    ? packedForm(others) !== null
    : dateForm(others, null, others.length >= 20 ? 3 : 0) !== null;
  return areDates ? isZeroDate : () => false;
}

function ofNumbers(
  name: string,
  number: NumberForm,
  counts: ReadonlyMap<string, number>,
  hints: FileHints,
  plain: Omit<ColumnForm, 'field'>,
  missing: Pick<Field, 'missingValues'>,
): ColumnForm {
  const keys = ({ decimal, group }: Pick<NumberForm, 'decimal' | 'group'>): Field => ({
    name,
    type: number.whole ? 'integer' : 'number',
    ...(decimal === '.' && hints.given?.decimal !== ',' ? {} : { decimalChar: decimal }),
    ...(group === null ? {} : { groupChar: group }),
    ...(number.signs ? { bareNumber: false } : {}),
    ...missing,
    ...(number.decimals === null && !number.infinite
      ? {}
      : {
          loopwright: {
            ...(number.decimals === null ? {} : { decimals: number.decimals }),
            ...(number.infinite ? { finite: false } : {}),
          },
        }),
  });
  const texts = [...counts.keys()].filter((text) => !isMarker(text) && !hints.given?.missing.has(text));
  const example = texts.find((text) => /[.,]/.test(text)) ?? texts[0] ?? '';
  const notes: string[] = [];
  if (number.decimal === ',' || number.group !== null)
    notes.push(
      `${number.decimal === ',' ? 'decimal comma' : 'decimal point'}${number.group === null ? '' : `, \`${number.group}\` between thousands`}`,
    );
  if (number.signs)
    notes.push(
      number.unit === null
        ? 'brackets or a minus behind a number make it negative'
        : number.unit === '%'
          ? '`%` is left out: 5 % is read as 5'
          : `\`${number.unit}\` is left out`,
    );
  if (number.dashes)
    notes.push(`\`${texts.find((text) => !/[0-9]/.test(text) && /[-–]/.test(text)) ?? '-'}\` is read as 0`);
  if (number.decimals !== null) notes.push('kept with all digits, more than a floating-point number holds');
  if (number.rounded)
    notes.push(
      'more digits than the 38 that can be kept: read as floating-point numbers of 15 to 17 digits; `type: string` keeps all of them',
    );
  if (number.infinite) notes.push('contains infinite values');
  const since = epochOf(texts);
  if (number.whole && since !== null) notes.push(`looks like ${since} since 1970; read as a number`);
  const packed = number.whole ? packedForm(texts) : null;
  if (packed !== null)
    notes.push(
      `looks like ${packed === '%Y%m%d' ? 'days' : 'times'} written as ${packed}; read as a number. \`dates: "${packed}"\` of \`read:\` reads ${packed === '%Y%m%d' ? 'days' : 'times'}`,
    );
  const questions = [
    ...(number.rival && !hints.given?.decimal
      ? [
          `\`${example}\` can be ${readAs(example, number)} or ${readAs(example, number.rival)}: read as ${readAs(example, number)}${decidedBy(hints)}. Set decimalChar and groupChar to change it.`,
        ]
      : []),
    ...(number.unitMixed && number.unit === '%'
      ? ['numbers with and without `%` are mixed: both are read as they are written, 5 % as 5.']
      : []),
    ...sentinelQuestion(counts),
  ];
  return {
    ...plain,
    field: keys(number),
    notes,
    question: questions.length > 0 ? questions.join(' ') : null,
    strays: number.strays,
    rival: number.rival ? keys(number.rival) : null,
    votes: {
      dayFirst: null,
      decimal: number.rival === null && texts.some((text) => /[0-9][.,][0-9]/.test(text)) ? number.decimal : null,
    },
  };
}

function decidedBy({ decimal, delimiter }: FileHints): string {
  if (decimal !== null) return ', as in the other columns';
  return delimiter === ';' ? ', as usual in files with semicolons' : '';
}

function sentinelQuestion(counts: ReadonlyMap<string, number>): string[] {
  const values = new Map<number, number>();
  for (const [text, n] of counts) if (/^-?[0-9]+([.]0*)?$/.test(text)) values.set(Number(text), n);
  const found = sentinelOf(values);
  return found === null
    ? []
    : [
        `${found} is far from all other values and can stand for a missing value: read as a number. Add it to missingValues if it means no value.`,
      ];
}

/** The value of an ambiguous text, for a person. */
function readAs(text: string, { decimal, group }: Pick<NumberForm, 'decimal' | 'group'>): string {
  const amount = text.replace(new RegExp(currency, 'g'), '');
  const plain = group === null ? amount : amount.replaceAll(group, '');
  return (decimal === ',' ? plain.replace(',', '.') : plain).replace(/[^0-9.+eE-]/g, '');
}

function booleanWords(texts: readonly string[]): Pick<Field, 'trueValues' | 'falseValues'> | null {
  if (texts.length === 0 || !texts.every((text) => /^(?:true|false|yes|no|t|f)$/i.test(text))) return null;
  const lower = new Set(texts.map((text) => text.toLowerCase()));
  for (const [yes, no] of [
    ['true', 'false'],
    ['yes', 'no'],
    ['t', 'f'],
  ] as const) {
    if ([...lower].some((text) => text !== yes && text !== no)) continue;
    if (yes !== 'true' && lower.size < 2) continue;
    if (texts.every((text) => ['true', 'True', 'TRUE', 'false', 'False', 'FALSE'].includes(text))) return {};
    return {
      trueValues: texts.filter((text) => text.toLowerCase() === yes).toSorted(),
      falseValues: texts.filter((text) => text.toLowerCase() === no).toSorted(),
    };
  }
  return null;
}

/** Seconds or milliseconds between 2000 and 2100. */
function epochOf(texts: readonly string[]): string | null {
  if (texts.length < 2) return null;
  const between = (low: number, high: number) => texts.every((text) => Number(text) >= low && Number(text) < high);
  if (between(946_684_800, 4_102_444_800)) return 'seconds';
  return between(946_684_800_000, 4_102_444_800_000) ? 'milliseconds' : null;
}

function dayFirstOf(format: string | undefined): boolean | null {
  const order = format?.match(/%d.*%m|%m.*%d/)?.[0];
  return order === undefined || /%Y.*%m.*%d|%[bB]/.test(format ?? '') ? null : order.startsWith('%d');
}

/** The pivot year that a person has given stays with a field that needs it. */
function pivotOf(format: string | undefined, given: FileHints['given']): Pick<Field, 'loopwright'> {
  const { pivotYear } = given ?? {};
  return pivotYear !== undefined && hasShortYear(format) ? { loopwright: { pivotYear } } : {};
}

const hasShortYear = (format: string | undefined) => /%-?y/.test(format ?? '');

/** Which century a year of two digits is of. */
function yearNotes(format: string, given: FileHints['given']): string[] {
  if (!hasShortYear(format)) return [];
  const last = given?.pivotYear ?? defaultPivotYear;
  const two = (year: number) => String(year % 100).padStart(2, '0');
  const first = last - 99;
  const turn = Math.floor(last / 100) * 100;
  const span = (from: number, to: number) => `${two(from)} to ${two(to)} are ${from} to ${to}`;
  const spans = turn === first ? [span(first, last)] : [span(turn, last), span(first, turn - 1)];
  return [
    `years of two digits: ${spans.join(', ')}${given?.pivotYear === undefined ? '; `pivotYear` of `read:` changes it' : ''}`,
  ];
}

/** Asks about years of two digits that are read as far in the future, as dates of birth are. */
function futureQuestion(texts: readonly string[], format = '', given: FileHints['given']): string | null {
  if (!hasShortYear(format) || given?.pivotYear !== undefined) return null;
  const latest = new Date().getUTCFullYear() + 10;
  const fullYear = (text: string) => {
    const year = shortYearOf(text, format);
    return year === null ? 0 : year + (year <= defaultPivotYear % 100 ? 2000 : 1900);
  };
  const text = texts.find((one) => fullYear(one) > latest);
  return text === undefined
    ? null
    : `\`${text}\` is read as a day of ${fullYear(text)}. Set \`pivotYear: ${latest - 10}\` of \`read:\` if it is one of ${fullYear(text) - 100}.`;
}

function dateNotes(format: string | undefined, texts: readonly string[], given: FileHints['given']): string[] {
  const leap = texts.find(hasLeapSecond);
  const leaps = leap === undefined ? [] : [`the leap second \`${leap}\` is read as the second after it`];
  if (format === undefined)
    return texts.some((text) => /[0-9] ?[+-]\d{2}(:?\d{2})?$/.test(text) && text.includes(':'))
      ? ['times with an offset are read in UTC', ...leaps]
      : leaps;
  return [
    ...leaps,
    `dates are read as ${format}`,
    ...yearNotes(format, given),
    ...(/%z/i.test(format) ? ['times with an offset are read in UTC'] : []),
  ];
}

function dateQuestion(example: string, { format = '', rival, contradiction }: DateForm): string | null {
  const first = (pattern: string) =>
    ({ d: 'day', m: 'month', y: 'year', Y: 'year' })[/%([dmyY])/.exec(pattern)?.[1] ?? 'd'] ?? 'day';
  if (contradiction) {
    const { own, other, format: exchanged } = contradiction;
    return `dates contradict each other: \`${own}\` has the ${first(format)} first, \`${other}\` the ${first(exchanged)}. Read with the ${first(format)} first (${format}): rows of the other order are invalid where no such date exists, and wrong where one does. Set format: "${exchanged}" if the ${first(exchanged)} is first, or write all dates in one order.`;
  }
  if (rival === null) return null;
  return `no date such as \`${example}\` tells whether the ${first(format)} or the ${first(rival)} is first: read with the ${first(format)} first (${format}). Set format: "${rival}" if the ${first(rival)} is first.`;
}

function list(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

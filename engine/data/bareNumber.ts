import type { Field } from '../project/schema/datasetSchema.ts';
import { quoteLiteral } from './quote.ts';

/** Regular expression of a currency beside a number. */
export const currency =
  '[$€£¥￥₹₽₩₺₴₪฿₫₱₦₸₡₲₵₼₾¢]|R\\$|US\\$|A\\$|C\\$|NZ\\$|S\\$|HK\\$|NT\\$|MX\\$|kr\\.?|Kr\\.?|Rs\\.?|Fr\\.?|SFr\\.?|руб\\.?|TL|Euro|zł|Kč|Ft|lei|(?:CHF|EUR|USD|GBP|JPY|CNY|SEK|NOK|DKK|PLN|CZK|HUF|INR|BRL|CAD|AUD|NZD|ZAR|MXN|TRY|RUB|KRW|SGD|HKD)';
const blanks = '[\\s\u00a0\u2009\u202f]';

/** A currency and a dash, which Excel writes for zero: `$ -`, `- €`. */
export const zeroWithCurrency = `^${blanks}*((${currency})${blanks}*[-–]|[-–]${blanks}*(${currency}))${blanks}*$`;

/** A dash with blanks around it, which Excel writes for zero in accounting formats without a currency. */
export const paddedZero = `^${blanks}+-${blanks}+$|^-${blanks}{2,}$`;

/** Characters that look the same and mean the same between thousands. */
const alike = [
  [' ', '\u00a0', '\u2009', '\u202f', '\t'],
  ["'", '’', '‘', '´', '`'],
];

/**
 * Returns SQL for a number as DuckDB casts it, from a text with the characters of a field: `(1.234,50 €)` → `-1234.50`.
 * `padded`: the text with the blanks around it, where ` -   ` is the zero of an accounting format.
 */
export function bareNumber(text: string, field: Field, padded = text): string {
  const { groupChar, decimalChar = '.' } = field;
  const plain = field.bareNumber === false ? withoutSigns(text, decimalChar, padded) : text;
  let bare = plain;
  if (groupChar) {
    const same = alike.find((chars) => chars.includes(groupChar)) ?? [groupChar];
    const one =
      same.length === 1
        ? plain
        : `translate(${plain}, ${quoteLiteral(same.join(''))}, ${quoteLiteral(groupChar.repeat(same.length))})`;
    bare = `CASE WHEN NOT contains(${one}, ${quoteLiteral(groupChar)}) OR regexp_full_match(${one}, ${quoteLiteral(grouped(decimalChar, groupChar))}) THEN replace(${one}, ${quoteLiteral(groupChar)}, '') END`;
  }
  if (decimalChar !== '.')
    // A point that is neither decimal nor between thousands is no part of a number.
    bare = `CASE WHEN NOT contains(${bare}, '.') THEN replace(${bare}, ${quoteLiteral(decimalChar)}, '.') END`;
  return bare;
}

/**
 * The number within signs and units, with a minus where a minus or brackets are before or behind it. A text without
 * digits, such as `inf`, is unchanged, but for a dash that is the zero of an accounting format.
 */
function withoutSigns(text: string, decimalChar: string, padded: string): string {
  const front = `regexp_extract(${text}, '^[^0-9]*')`;
  const matches = (part: string, pattern: string) => `regexp_matches(${part}, ${quoteLiteral(pattern)})`;
  const negative = `(${matches(front, '[(−-]')} OR ${matches(text, '[0-9][^0-9.,]*[−-][^0-9]*$')})`;
  // `.5` starts with its decimal character; `No.5` does not.
  const fraction = matches(front, `(^|[^A-Za-z.,])[${decimalChar === ',' ? ',' : '.'}]$`);
  const core = `concat(CASE WHEN ${negative} THEN '-' ELSE '' END, CASE WHEN ${fraction} THEN '0${decimalChar === ',' ? ',' : '.'}' ELSE '' END, regexp_extract(${text}, '[0-9](.*[0-9])?'))`;
  const zero = `CASE WHEN ${matches(text, zeroWithCurrency)} OR ${matches(padded, paddedZero)} THEN '0' ELSE ${text} END`;
  return `CASE WHEN NOT ${matches(text, '[0-9]')} THEN ${zero} WHEN contains(${front}, '(') = ${matches(text, '[)][^0-9]*$')} THEN ${core} END`;
}

/**
 * The form of a number with characters between thousands, of three digits behind the last one (India groups those
 * before by two). `7.25` is no such number where `.` is between thousands: read as 725 it would be wrong without a word.
 */
function grouped(decimalChar: string, groupChar: string): string {
  const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return `[+-]?[0-9]{1,3}(${escaped(groupChar)}[0-9]{2,3})*${escaped(groupChar)}[0-9]{3}(${escaped(decimalChar)}[0-9]*)?([eE][+-]?[0-9]+)?`;
}

/** A number of up to 38 digits. One with more digits behind the point than are kept is none, rather than rounded. */
export function exactNumber(bare: string, decimals: number): { value: string; order: 'number'; sqlType: string } {
  const sqlType = `DECIMAL(38,${decimals})`;
  const digits = decimals === 0 ? '(\\.0*)?' : `(\\.[0-9]{0,${decimals}}0*)?`;
  return {
    value: `CASE WHEN regexp_full_match(${bare}, '[+-]?[0-9]*${digits}') THEN TRY_CAST(${bare} AS ${sqlType}) END`,
    order: 'number',
    sqlType,
  };
}

/**
 * Returns SQL of a text that is equal exactly for equal numbers: `1`, `1.0` and `1e0` are the same, and two numbers with
 * more digits than a DOUBLE holds are not. `written`: the number as text; `double`: the same as a DOUBLE. NULL when
 * `double` is.
 */
export function numberKey(written: string, double: string): string {
  const short = `regexp_replace(regexp_replace(regexp_replace(${written}, '^([+-]?)0+([0-9])', '\\1\\2'), '^[+]', ''), '(\\.[0-9]*?)0+$|\\.$', '\\1')`;
  const canonical = `regexp_replace(regexp_replace(${short}, '\\.$', ''), '^-0$', '0')`;
  const whole = `CAST(TRY_CAST(${double} AS HUGEINT) AS VARCHAR)`;
  return `CASE WHEN (${double}) IS NULL THEN NULL WHEN length(${written}) > 15 AND regexp_full_match(${written}, '[+-]?[0-9]+(\\.[0-9]*)?') THEN ${canonical} WHEN isfinite(${double}) AND ${double} = floor(${double}) AND abs(${double}) < 1e37 THEN ${whole} ELSE CAST(${double} AS VARCHAR) END`;
}

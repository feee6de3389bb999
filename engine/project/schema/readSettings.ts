import { Type, type Static } from 'typebox';
import { closed } from './fields.ts';

/** Labels of the WHATWG Encoding Standard, which Node decodes. */
export const textEncodings = [
  'utf-8',
  'windows-1252',
  'iso-8859-1',
  'iso-8859-15',
  'utf-16le',
  'utf-16be',
  'windows-1250',
  'iso-8859-2',
  'windows-1251',
  'koi8-r',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'ibm866',
  'macintosh',
  'shift_jis',
  'euc-jp',
  'gb18030',
  'big5',
  'euc-kr',
] as const;

/** How fields that contain the delimiter are marked. */
export const quoteStyles = ['double', 'backslash', 'single', 'escapes', 'none'] as const;
export type QuoteStyle = (typeof quoteStyles)[number];

const delimiterNames = [',', ';', '|', 'tab', 'space', 'spaces'] as const;

/** How text files are read: `read` of a dataset, and `loopwright.read` of a dataset schema. */
export const ReadSettings = Type.Object(
  {
    encoding: Type.Optional(
      Type.Enum(textEncodings, {
        description:
          'Encoding of the text, such as windows-1252 for files of older Windows programs. Default: the byte order mark, UTF-8 when the bytes are valid UTF-8, otherwise windows-1252.',
      }),
    ),
    delimiter: Type.Optional(
      Type.Union([Type.Enum(delimiterNames), Type.String({ minLength: 1, maxLength: 4 })], {
        description:
          'Text between the fields: `,`, `;`, `|`, tab, space, spaces (one or more) or up to four characters. Default: the one that splits most lines into the same number of fields.',
      }),
    ),
    quotes: Type.Optional(
      Type.Enum(quoteStyles, {
        description:
          'How fields that contain the delimiter are marked. double: `"` around the field, doubled inside. backslash: `\\` before a quote or delimiter, as MySQL and Spark write. single: `\'` around the field. escapes: no quotes; a backslash starts an escape, such as `\\t`, `\\n` and `\\\\`, as COPY of PostgreSQL, mysqldump --tab and ClickHouse write. none: quotes are plain characters. Default: found in the file.',
      }),
    ),
    header: Type.Optional(
      Type.Boolean({
        description:
          'Whether the first line that is read contains the column names. Default: found in the file. With false, the columns are named `column0`, `column1`, …, or as listed in `columns`.',
      }),
    ),
    headerLines: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10,
        description:
          'Number of lines of the header. The names are in the first one; the others, such as a line of units, are not read. Default: found in the file.',
      }),
    ),
    skip: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100000,
        description: 'Number of lines before the header, such as a title. Default: found in the file.',
      }),
    ),
    comment: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1, description: 'Character that starts a comment, such as `#`.' }),
    ),
    columns: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'Names of all columns in order. They replace the header.',
      }),
    ),
    decimal: Type.Optional(
      Type.Enum(['.', ','], { description: 'Decimal character of fields without `decimalChar`.' }),
    ),
    thousands: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1,
        description:
          'Character between thousands, of fields without `groupChar`. With `.`, the decimal character is a comma unless it is given.',
      }),
    ),
    dates: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], {
        description: 'Pattern of dates and times of fields without `format`, such as `%d.%m.%Y`; a list when several.',
      }),
    ),
    pivotYear: Type.Optional(
      Type.Integer({
        minimum: 1968,
        maximum: 2167,
        description:
          'Last year that a year of two digits (`%y`) can be, of the hundred that end with it. 2049: 00 to 49 are 2000 to 2049, 50 to 99 are 1950 to 1999. Default 2068, as strptime.',
      }),
    ),
    missing: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Texts for a missing value, of fields without `missingValues`. Default: the empty string.',
      }),
    ),
  },
  { ...closed, description: 'How text files (CSV, TSV) are read. What is not given is found in each file.' },
);

export type ReadSettings = Static<typeof ReadSettings>;

/** Last year of two digits where nothing says it, as of strptime. */
export const defaultPivotYear = 2068;

/** Returns the decimal character that is given; points between thousands mean a decimal comma. */
export function givenDecimal(read: ReadSettings | undefined): '.' | ',' | undefined {
  return read?.decimal ?? (read?.thousands === '.' ? ',' : undefined);
}

import { Type } from 'typebox';
import { closed, path } from '../fields.ts';

/** Labels of the WHATWG Encoding Standard, which Node decodes. */
export const textEncodings = [
  'utf-8',
  'windows-1252',
  'iso-8859-15',
  'utf-16le',
  'utf-16be',
  'windows-1250',
  'iso-8859-2',
  'windows-1251',
  'macintosh',
  'shift_jis',
  'gb18030',
  'big5',
  'euc-kr',
] as const;

export const FromFiles = Type.Object(
  {
    files: Type.Union([path('A file or glob.'), Type.Array(path('A file or glob.'), { minItems: 1 })], {
      description: 'Files or globs: CSV, TSV, JSON Lines or Parquet.',
    }),
    encoding: Type.Optional(
      Type.Enum(textEncodings, {
        description:
          'CSV and TSV only: encoding of the text, such as windows-1252 for files of older Windows programs. Default utf-8.',
      }),
    ),
    delimiter: Type.Optional(
      Type.Enum([',', ';', '\t', '|'], {
        description:
          'CSV and TSV only: separator of the fields. Default: the one that occurs most often in the header.',
      }),
    ),
    header: Type.Optional(
      Type.Boolean({
        description:
          'CSV and TSV only: whether the first line contains the column names. Default true. With false, the columns are named `column0`, `column1`, …, or as listed in `columns`.',
      }),
    ),
    skip: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1000,
        description: 'CSV and TSV only: number of lines to skip before the header, such as a title. Default 0.',
      }),
    ),
    columns: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description:
          'CSV and TSV only: names of all columns in order. They replace the header, for a header with duplicate names or a file without one.',
      }),
    ),
  },
  closed,
);

import { Type } from 'typebox';
import { closed, files } from '../fields.ts';
import { ReadSettings } from '../readSettings.ts';

const { encoding, delimiter, quotes, header, headerLines, skip, comment, columns } = ReadSettings.properties;

export const FromFiles = Type.Object(
  {
    files: Type.Union(
      [files('A file, folder or glob.'), Type.Array(files('A file, folder or glob.'), { minItems: 1 })],
      {
        description: 'Files, folders of part files, or globs: CSV, TSV, JSON Lines or Parquet.',
      },
    ),
    encoding,
    delimiter,
    quotes,
    header,
    headerLines,
    skip,
    comment,
    columns,
  },
  closed,
);

import { DataError } from '../base/errors.ts';
import { sourceFormat } from '../data/readSource.ts';
import { shapeSettings } from '../data/reading/readAs.ts';
import { readText } from '../data/reading/readText.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import type { HeaderFacts } from './facts.ts';

/**
 * Reads header and encoding from the start of a text file, as all commands read it. Null for other formats and for files
 * that cannot be read as a table, whose error the dataset has.
 */
export function headerFacts(absolute: string, file: string, read: ReadSettings | null = null): HeaderFacts | null {
  if (sourceFormat(file) !== 'csv') return null;
  try {
    const { readAs, mark, blank, repeated, names, leftOut } = readText(absolute, shapeSettings(read ?? {}));
    const { delimiter, encoding, header, skip } = readAs;
    return {
      file,
      delimiter,
      encoding,
      header,
      skip,
      bom: mark,
      blank,
      repeated,
      fields: names.length - leftOut.length,
    };
  } catch (error) {
    if (error instanceof DataError) return null;
    // The file may have gone meanwhile.
    return null;
  }
}

import { statSync, writeFileSync } from 'node:fs';
import type { ReadSettings } from '../../project/schema/readSettings.ts';
import { firstOfFile, packingOf } from './fileStart.ts';
import type { TextReading } from './readText.ts';
import { rewriteText, rewrittenDelimiter, whyRewritten } from './rewriteText.ts';

export interface CopiedStart {
  /** True when the whole file was copied. */
  whole: boolean;
  /** Number of bytes of the copy. */
  length: number;
  /** Settings that read the copy as its file is read, with other names when they are given. */
  settings: (columns: readonly string[] | null) => ReadSettings;
}

/** Most bytes of a packed file that are unpacked. */
const mostPacked = 2 << 20;

/**
 * Copies the first records of a text file as UTF-8, at most about `most` characters. Throws DataError when the file
 * cannot be read.
 */
export function copyStart(reading: TextReading, target: string, most: number): CopiedStart {
  const { file, readAs, names, leftOut } = reading;
  let whole: boolean;
  if (packingOf(file) === null) whole = rewriteText(reading, file, target, { most });
  else {
    const start = firstOfFile(file, mostPacked);
    const unpacked = `${target}.raw`;
    writeFileSync(unpacked, start.whole ? start.bytes : start.bytes.subarray(0, start.bytes.lastIndexOf(10) + 1));
    whole = rewriteText(reading, unpacked, target, { most }) && start.whole;
  }
  const isRewritten = whyRewritten(reading) !== null;
  return {
    whole,
    length: statSync(target).size,
    settings: (columns) => ({
      encoding: 'utf-8',
      delimiter: rewrittenDelimiter(readAs.delimiter),
      quotes: isRewritten && readAs.quotes !== 'none' ? 'double' : readAs.quotes,
      header: readAs.header,
      skip: readAs.skip,
      columns: columns ? [...columns] : names.filter((_, i) => !leftOut.includes(i)),
    }),
  };
}

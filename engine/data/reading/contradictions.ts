import type { ReadSettings } from '../../project/schema/readSettings.ts';
import { sourceFormat } from '../sourceFormat.ts';
import { fileStart } from './fileStart.ts';
import { delimiterText, shapeSettings } from './readAs.ts';
import { readText } from './readText.ts';

/**
 * Returns what the settings of `read` say otherwise than a file, as the ends of a sentence that starts with the file:
 * "has `;` between fields, not `,`". None when the file cannot be read without them.
 */
export function contradictions(file: string, read: ReadSettings): string[] {
  const given = shapeSettings(read);
  if (Object.keys(given).length === 0) return [];
  if (sourceFormat(file) !== 'csv')
    return [
      `is not text, so ${Object.keys(given)
        .map((key) => `\`${key}\``)
        .join(', ')} of \`read\` has no effect`,
    ];
  const marked = given.encoding === undefined ? null : markedEncoding(fileStart(file).bytes);
  if (marked !== null && marked !== given.encoding) return [`is ${marked}, not ${given.encoding}`];
  const found = unlessUnreadable(() => readText(file));
  if (found === null) return [];
  const { names, leftOut, readAs } = found;
  const wanted = given.delimiter === undefined ? null : delimiterText(given.delimiter);
  const withDelimiter = wanted === null ? null : unlessUnreadable(() => readText(file, { delimiter: wanted }));
  if (wanted !== null && wanted !== readAs.delimiter && names.length > 1 && withDelimiter?.names.length === 1)
    return [`has \`${shown(readAs.delimiter)}\` between fields, not \`${shown(wanted)}\``];
  const table = unlessUnreadable(() => readText(file, { ...given, columns: undefined })) ?? found;
  const count = table.names.length - table.leftOut.length;
  const { columns } = given;
  if (columns && columns.length !== count && columns.length !== table.names.length)
    return [`has ${count} columns, and \`columns\` lists ${columns.length}`];
  const header = names.filter((_, i) => !leftOut.includes(i));
  if (columns && readAs.header && isOtherOrder(columns, header))
    return [`has its columns in another order than \`columns\`: ${header.slice(0, 5).join(', ')}`];
  if (
    given.header === false &&
    readAs.header &&
    given.columns === undefined &&
    header.every((name) => /^\p{L}/u.test(name))
  )
    return [`has names in its first line (${header.slice(0, 5).join(', ')}), and \`header: false\` reads it as a row`];
  return [];
}

function isOtherOrder(columns: readonly string[], header: readonly string[]): boolean {
  const same = (a: readonly string[], b: readonly string[]) => a.every((name, i) => name === b[i]);
  return !same(columns, header) && same(columns.toSorted(), header.toSorted()) && columns.length === header.length;
}

function shown(delimiter: string): string {
  return delimiter === '\t' ? 'tab' : delimiter === ' ' ? 'space' : delimiter;
}

function markedEncoding(start: Buffer): string | null {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 'utf-8';
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  return start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : null;
}

/** A file that cannot be read is told as such elsewhere. */
function unlessUnreadable<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}

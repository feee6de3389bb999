import { statSync } from 'node:fs';
import type { ReadAs } from '../../protocol/start.ts';
import { whyNoFile } from '../base/readRegularFile.ts';
import { DataError } from '../base/errors.ts';
import { readText, type TextReading } from '../data/reading/readText.ts';

export interface GuessedReadAs {
  readAs: ReadAs;
  reading: TextReading;
  /** Column names in place of those in the header, which Loopwright uses itself. Null when the header is usable. */
  columns: string[] | null;
  /** Names of the columns that are read. */
  names: string[];
}

/**
 * Guesses how a text file is read as a table, as all commands read it. Values in `given` are not changed. Throws
 * DataError for a file without text.
 */
export function guessReadAs(file: string, given: Partial<ReadAs> = {}): GuessedReadAs {
  const stats = statSync(file, { throwIfNoEntry: false });
  const why = stats ? whyNoFile(stats) : null;
  if (why !== null) throw new DataError(`\`${file}\` ${why}`, { place: { file } });
  if (stats?.size === 0) throw new DataError(`${file}: the file is empty; recreate or remove it`, { place: { file } });
  const reading = readText(file, given as Parameters<typeof readText>[1]);
  const { encoding, delimiter, header, skip } = reading.readAs;
  const found = reading.names.filter((_, i) => !reading.leftOut.includes(i));
  const names = found.map(usableName);
  const same = names.every((name, i) => name === found[i]);
  return { readAs: { encoding, delimiter, header, skip }, reading, columns: same ? null : names, names };
}

/** Names that Loopwright uses itself lose their line; `${` starts a reference in loopwright.yaml. */
function usableName(name: string): string {
  const plain = name.replaceAll('${', '{');
  return /^_(file|row|reasons|split)$/i.test(plain) ? plain.slice(1) : plain;
}

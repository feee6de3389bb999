import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import type { ReadAs } from '../../protocol/start.ts';
import { firstRecord } from '../data/csvStart.ts';
import { distinctNames } from '../data/sources/csvDialect.ts';
import { DataError, messageOf } from '../base/errors.ts';
import { whyNoFile } from '../base/readRegularFile.ts';

const startBytes = 1 << 18;
/** Number of bytes to scan. A longer file is assumed to have one encoding throughout. */
const mostScanned = 256 << 20;

export interface GuessedReadAs {
  readAs: ReadAs;
  /**
   * Column names in place of those in the header, which has duplicate or blank names or does not exist. Null when the
   * header is usable.
   */
  columns: string[] | null;
  /** Column names, from the file or generated. */
  names: string[];
}

/**
 * Guesses how a text file is read as a table. Values in `given` are not changed. Throws DataError for a file without
 * text.
 */
export function guessReadAs(file: string, given: Partial<ReadAs> = {}): GuessedReadAs {
  const bytes = startOf(file);
  if (bytes.length === 0) throw new DataError(`${file}: the file is empty; recreate or remove it`, { place: { file } });
  const encoding = given.encoding ?? guessEncoding(file, bytes);
  const text = new TextDecoder(encoding).decode(bytes, { stream: true }).replace(/^\uFEFF/, '');
  if (text.includes('\0'))
    throw new DataError(`${file}: the file is not a text file; use .csv, .tsv, .json, .jsonl, .ndjson or .parquet`, {
      place: { file },
    });
  if (text.trim() === '')
    throw new DataError(`${file}: the file contains only blank lines; recreate or remove it`, { place: { file } });
  const lines = recordsOf(text, bytes.length < startBytes);
  const delimiter = given.delimiter ?? (/\.tsv(\.gz)?$/i.test(file) ? '\t' : guessDelimiterOf(lines));
  const skip = given.skip ?? guessSkip(lines, delimiter);
  const body = lines
    .slice(skip)
    .filter((line) => line.trim() !== '')
    .map((line) => firstRecord(line, delimiter));
  const first = body[0] ?? [];
  const header = given.header ?? isHeader(first, body.slice(1, 200));
  // The names are written to loopwright.yaml, where `${` starts a reference.
  const names = header
    ? distinctNames(first.map((name) => name.replaceAll('${', '{')))
    : first.map((_, i) => `column${i}`);
  const same = header && names.every((name, i) => name === (first[i] ?? '').trim());
  return { readAs: { encoding, delimiter, header, skip }, columns: same ? null : names, names };
}

function startOf(file: string): Uint8Array {
  const stats = statSync(file, { throwIfNoEntry: false });
  const why = stats ? whyNoFile(stats) : null;
  if (why !== null) throw new DataError(`\`${file}\` ${why}`, { place: { file } });
  try {
    const handle = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(startBytes);
      const start = buffer.subarray(0, readSync(handle, buffer, 0, startBytes, 0));
      return /\.gz$/i.test(file) ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new DataError(`${file}: cannot be read: ${messageOf(error)}; check its permissions and that it is complete`, {
      cause: error,
      place: { file },
    });
  }
}

function guessEncoding(file: string, start: Uint8Array): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const zeros = [0, 1].map((odd) => start.slice(0, 400).filter((byte, i) => i % 2 === odd && byte === 0).length);
  if ((zeros[1] ?? 0) > 100 && zeros[0] === 0) return 'utf-16le';
  if ((zeros[0] ?? 0) > 100 && zeros[1] === 0) return 'utf-16be';
  return isWholeUtf8(file, start) ? 'utf-8' : 'windows-1252';
}

/** Scans uncompressed files as well, since the first character outside ASCII can be a million rows down. */
function isWholeUtf8(file: string, start: Uint8Array): boolean {
  if (!isUtf8(withoutCutCharacter(start))) return false;
  if (/\.gz$/i.test(file) || start.length < startBytes) return true;
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(4 << 20);
    for (let at = 0; at < mostScanned;) {
      const bytes = readSync(handle, buffer, 0, buffer.length, at);
      if (bytes === 0) return true;
      const whole = withoutCutCharacter(buffer.subarray(0, bytes));
      if (whole.length === 0 || !isUtf8(whole)) return false;
      at += whole.length;
    }
    return true;
  } finally {
    closeSync(handle);
  }
}

/** Removes a character at the end whose bytes may be incomplete. */
function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back);
  }
  return bytes;
}

/**
 * Returns the first records. A line break inside quotes does not end one. The last record is dropped when the file
 * continues after it.
 */
function recordsOf(text: string, whole: boolean): string[] {
  const records: string[] = [];
  let record = '';
  const lines = text.split(/\r\n|\n|\r/);
  if (!whole && lines.length > 1) lines.pop();
  for (const line of lines) {
    record = record === '' ? line : `${record}\n${line}`;
    if ((record.split('"').length - 1) % 2 === 1 && record.length < 100_000) continue;
    records.push(record);
    record = '';
    if (records.length >= 500) break;
  }
  if (record !== '') records.push(...record.split('\n'));
  return records;
}

/**
 * Returns the delimiter that splits most lines into the same number of fields, more than one. A decimal comma does so
 * less evenly than the semicolon beside it, or not in the header.
 */
function guessDelimiterOf(lines: readonly string[]): string {
  const filled = lines.filter((line) => line.trim() !== '').slice(0, 200);
  let best = { mark: ',', score: 0 };
  for (const mark of [',', ';', '\t', '|']) {
    const fields = filled.map((line) => firstRecord(line, mark).length);
    const { value, share } = mostFrequent(fields);
    if (value < 2) continue;
    const header = fields.slice(0, 5).includes(value) && fields[0] === value ? 1 : 0.5;
    const score = share * header * (1 + Math.min(value, 20) / 100);
    if (score > best.score) best = { mark, score };
  }
  return best.mark;
}

function mostFrequent(numbers: readonly number[]): { value: number; share: number } {
  const counts = new Map<number, number>();
  for (const value of numbers) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = { value: 0, n: 0 };
  for (const [value, n] of counts) if (n > best.n) best = { value, n };
  return { value: best.value, share: best.n / Math.max(1, numbers.length) };
}

/**
 * Returns the number of lines before the first line with as many fields as most lines: titles, comments, `sep=;`.
 * Returns 0 when there are more than 50 of them.
 */
function guessSkip(lines: readonly string[], delimiter: string): number {
  const fields = lines.map((line) => (line.trim() === '' ? 0 : firstRecord(line, delimiter).length));
  const { value } = mostFrequent(fields.filter((n) => n > 0));
  if (value < 2) return 0;
  // A title saved by a spreadsheet has as many fields, most of them empty.
  const isFilled = (line: string) =>
    firstRecord(line, delimiter).filter((cell) => cell.trim() !== '').length >=
    Math.min(value, Math.max(2, value * 0.5));
  const first = fields.findIndex((n, i) => n === value && !/^#/.test(lines[i] ?? '') && isFilled(lines[i] ?? ''));
  const commented = fields.findIndex((n) => n === value);
  // A header behind a comment sign is used when no other line can be the header.
  const at = first > 0 && commented === first - 1 && commented === 0 ? commented : first;
  return at > 0 && at <= 50 && fields.slice(0, at).some((n) => n > 0) ? at : 0;
}

const numeric = /^\s*[-+]?[$€£]?\s*(\d{1,3}([.,]\d{3})+|\d+)?([.,]\d+)?([eE][-+]?\d+)?\s*%?\s*$/;
const isNumber = (text: string) => text.trim() !== '' && numeric.test(text);
const isYear = (text: string) => /^\s*(19|20)\d\d\s*$/.test(text);

/**
 * A first line of words above numbers is a header. A line with numbers, or with words that occur again below, is a row.
 */
function isHeader(first: readonly string[], rest: readonly string[][]): boolean {
  const filled = first.filter((cell) => cell.trim() !== '');
  if (filled.length === 0) return true;
  if (filled.some((cell) => isNumber(cell) && !isYear(cell)))
    return filled.every((cell, i) => /^\d+$/.test(cell.trim()) && Number(cell) === i) && rest.length > 0;
  if (filled.some(isYear) && !filled.some((cell) => !isYear(cell))) return true;
  if (rest.length < 2) return true;
  const numbers = first.some(
    (_, i) =>
      rest.every((row) => (row[i] ?? '').trim() === '' || isNumber(row[i] ?? '')) &&
      rest.some((row) => isNumber(row[i] ?? '')),
  );
  if (numbers) return true;
  const again = first.filter((cell, i) => cell.trim() !== '' && rest.some((row) => row[i] === cell)).length;
  return again < first.length / 2;
}

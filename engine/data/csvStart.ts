import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { DataError, messageOf } from '../base/errors.ts';

/** What the first 64 KB of a CSV file tell about how to read it. */
export interface CsvStart {
  delimiter: string;
  /** Names in the header; `column<i>` (from 0) where a name is empty. */
  header: string[];
  /** Whether quoted fields hold line breaks, which DuckDB reads only in one thread when it pads short lines. */
  multiline: boolean;
}

/** Throws DataError when the file cannot be read, has no header or names a column twice. */
export function readCsvStart(file: string): CsvStart {
  const text = startOf(file);
  const delimiter = /\.tsv(\.gz)?$/i.test(file) ? '\t' : guessDelimiter(text);
  const header = firstRecord(text, delimiter).map((name, i) => (name.trim() === '' ? `column${i}` : name.trim()));
  if (text.trim() === '')
    throw new DataError(`${file}: the file holds only blank lines; write it again or remove it`, { place: { file } });
  const repeated = header.find(
    (name, i) => header.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < i,
  );
  if (repeated !== undefined)
    throw new DataError(`${file}: the header names the column ${repeated} twice; rename one`, {
      place: { file, line: 1 },
    });
  return { delimiter, header, multiline: /"[^"\r\n]*[\r\n]/.test(text.replace(/"[^"\r\n]*"/g, '')) };
}

/**
 * The delimiter that stands most often in the header outside quotes. DuckDB's own guess turns ragged files into one
 * column.
 */
export function guessDelimiter(text: string): string {
  const header = (text.split(/\r?\n|\r/).find((line) => line.trim() !== '') ?? '').replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t', '|'].map((mark) => ({ mark, n: header.split(mark).length }));
  return counts.reduce((best, next) => (next.n > best.n ? next : best)).mark;
}

/** The fields of the first line that is not blank. */
export function firstRecord(text: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (quoted) {
      if (c !== '"') field += c;
      else if (text.charAt(i + 1) === '"') field += text.charAt(++i);
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === delimiter) {
      fields.push(field);
      field = '';
    } else if (c === '\n' || c === '\r') {
      if (fields.length > 0 || field !== '') break;
    } else field += c;
  }
  fields.push(field);
  return fields;
}

function startOf(file: string): string {
  try {
    const buffer = Buffer.alloc(65536);
    const handle = openSync(file, 'r');
    const bytes = readSync(handle, buffer, 0, buffer.length, 0);
    closeSync(handle);
    const start = buffer.subarray(0, bytes);
    // Z_SYNC_FLUSH lets a part of a gzip stream be unpacked.
    const text = /\.gz$/i.test(file) ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
    return text.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new DataError(`${file}: cannot be read: ${messageOf(error)}; check its permissions and that it is whole`, {
      cause: error,
      place: { file },
    });
  }
}

const piece = 1 << 20;
/** DuckDB passes over lines of tens of megabytes without a word when it sets lines aside. */
const longestLine = 16 << 20;
const looked = new Map<string, string>();

/**
 * Throws DataError when a file of plain text has a line of more than 16 MB. Read piece by piece, once for each state of
 * a file; small files are not read.
 */
export function checkLineLengths(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats || stats.size <= longestLine || /\.gz$/i.test(file)) return;
  const state = `${stats.size} ${stats.mtimeMs}`;
  if (looked.get(file) === state) return;
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(piece);
    let [start, at] = [0, 0];
    for (let bytes = readSync(handle, buffer, 0, piece, 0); bytes > 0; bytes = readSync(handle, buffer, 0, piece, at)) {
      const part = buffer.subarray(0, bytes);
      const first = [part.indexOf(10), part.indexOf(13)].filter((index) => index >= 0);
      const end = first.length === 0 ? at + bytes : at + Math.min(...first);
      if (end - start > longestLine)
        throw new DataError(
          `${file}: a line that starts at byte ${start.toLocaleString('en-US')} has more than 16 MB; this is no CSV, or a quote is not closed`,
          { place: { file } },
        );
      if (first.length > 0) start = at + Math.max(part.lastIndexOf(10), part.lastIndexOf(13)) + 1;
      at += bytes;
    }
  } finally {
    closeSync(handle);
  }
  looked.set(file, state);
}

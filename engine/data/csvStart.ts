import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { DataError, messageOf } from '../base/errors.ts';

/** Properties of a CSV file, from its first 64 KB. */
export interface CsvStart {
  delimiter: string;
  /** Column names in the header; `column<i>` (from 0) for an empty name. */
  header: string[];
  /** True when quoted fields contain line breaks. DuckDB reads those in one thread only when it pads short lines. */
  multiline: boolean;
}

/** Reads the start of a CSV file. Throws DataError when it cannot be read, has no header or a duplicate column name. */
export function readCsvStart(file: string): CsvStart {
  const text = startOf(file);
  const delimiter = /\.tsv(\.gz)?$/i.test(file) ? '\t' : guessDelimiter(text);
  const header = firstRecord(text, delimiter).map((name, i) => (name.trim() === '' ? `column${i}` : name.trim()));
  if (text.trim() === '')
    throw new DataError(`${file}: the file contains only blank lines; recreate or remove it`, { place: { file } });
  const repeated = header.find(
    (name, i) => header.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < i,
  );
  if (repeated !== undefined)
    throw new DataError(`${file}: the header contains the column ${repeated} twice; rename one of them`, {
      place: { file, line: 1 },
    });
  return { delimiter, header, multiline: /"[^"\r\n]*[\r\n]/.test(text.replace(/"[^"\r\n]*"/g, '')) };
}

/**
 * Returns the delimiter that occurs most often in the header outside quotes. DuckDB's own detection reads ragged files
 * as one column.
 */
export function guessDelimiter(text: string): string {
  const header = (text.split(/\r?\n|\r/).find((line) => line.trim() !== '') ?? '').replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t', '|'].map((mark) => ({ mark, n: header.split(mark).length }));
  return counts.reduce((best, next) => (next.n > best.n ? next : best)).mark;
}

/** Returns the fields of the first line that is not blank. */
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
    // With Z_SYNC_FLUSH, an incomplete gzip stream can be unpacked.
    const text = /\.gz$/i.test(file) ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
    return text.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new DataError(`${file}: cannot be read: ${messageOf(error)}; check its permissions and that it is complete`, {
      cause: error,
      place: { file },
    });
  }
}

const piece = 1 << 20;
/** Maximum length of a line. DuckDB silently skips lines of tens of megabytes when it sets lines aside. */
const longestLine = 16 << 20;
const looked = new Map<string, string>();

/**
 * Throws DataError when an uncompressed file has a line longer than 16 MB. Each version of a file is scanned once, in
 * pieces; small files are not scanned.
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
          `${file}: a line that starts at byte ${start.toLocaleString('en-US')} is longer than 16 MB; the file is not CSV, or a quote is not closed`,
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

import { closeSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { DataError, messageOf } from '../errors.ts';

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
  if (text.trim() === '') throw new DataError(`${file}: the file holds only blank lines; write it again or remove it`, { place: { file } });
  const repeated = header.find((name, i) => header.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < i);
  if (repeated !== undefined) throw new DataError(`${file}: the header names the column ${repeated} twice; rename one`, { place: { file, line: 1 } });
  return { delimiter, header, multiline: /"[^"\r\n]*[\r\n]/.test(text.replace(/"[^"\r\n]*"/g, '')) };
}

/** The delimiter that stands most often in the header outside quotes. DuckDB's own guess turns ragged files into one column. */
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
    else if (c === delimiter) { fields.push(field); field = ''; }
    else if (c === '\n' || c === '\r') {
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
    throw new DataError(`${file}: cannot be read: ${messageOf(error)}; check its permissions and that it is whole`, { cause: error, place: { file } });
  }
}

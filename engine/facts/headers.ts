import { closeSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { firstRecord, guessDelimiter } from '../data/csvStart.ts';
import { sourceFormat } from '../data/readSource.ts';
import type { HeaderFacts } from './facts.ts';

const startBytes = 65_536;

/** Reads header and encoding from the start of a CSV or TSV file. Null for other formats and for unreadable files. */
export function headerFacts(absolute: string, file: string): HeaderFacts | null {
  if (sourceFormat(file) !== 'csv') return null;
  let bytes: Buffer;
  try {
    bytes = startOf(absolute);
  } catch {
    return null;
  }
  const encoding = encodingOf(bytes);
  const text =
    encoding === 'utf-16'
      ? new TextDecoder(bytes[0] === 0xfe || (bytes[0] === 0 && bytes[1] !== 0) ? 'utf-16be' : 'utf-16le').decode(bytes)
      : bytes.toString(encoding === 'latin-1' ? 'latin1' : 'utf8');
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const content = text.replace(/^\uFEFF/, '').replace(/^[\r\n\s]+/, '');
  const delimiter = /\.tsv(\.gz)?$/i.test(file) ? '\t' : guessDelimiter(content);
  const names = firstRecord(content, delimiter).map((name) => name.trim());
  const seen = new Map<string, string>();
  const repeated = new Set<string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (name !== '' && seen.has(key)) repeated.add(name);
    seen.set(key, name);
  }
  return {
    file,
    delimiter,
    encoding,
    bom,
    blank: names.flatMap((name, i) => (name === '' ? [i + 1] : [])),
    repeated: [...repeated],
  };
}

function startOf(absolute: string): Buffer {
  const handle = openSync(absolute, 'r');
  try {
    const buffer = Buffer.alloc(startBytes);
    const start = buffer.subarray(0, readSync(handle, buffer, 0, startBytes, 0));
    return /\.gz$/i.test(absolute) ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
  } finally {
    closeSync(handle);
  }
}

function encodingOf(bytes: Buffer): HeaderFacts['encoding'] {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return 'utf-16';
  const sample = bytes.subarray(0, 4096);
  const zeros = sample.reduce((n, byte) => n + (byte === 0 ? 1 : 0), 0);
  if (sample.length >= 8 && zeros > sample.length / 4) return 'utf-16';
  // The last character can be cut off.
  const whole = bytes.length < startBytes ? bytes : bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(whole);
    return 'utf-8';
  } catch {
    return 'latin-1';
  }
}

import { closeSync, createReadStream, openSync, readSync, rmSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { DataError } from '../../base/errors.ts';
import { isLossy } from '../written/digits.ts';
import { packingOf } from './fileStart.ts';
import { JsonLevels } from './jsonLevels.ts';
import { JsonScan, type JsonPath } from './jsonScan.ts';
import { unpackFile } from './unpackFile.ts';

/** Numbers at a place of JSON objects, some of which have digits that a double does not keep. */
export interface LongNumbers {
  /** Digits in front of the decimal point, and behind it. */
  whole: number;
  fraction: number;
  /** True when all values there are numbers or null. */
  only: boolean;
}

/** Places with long numbers, by their path. */
export type LongPaths = ReadonlyMap<JsonPath, LongNumbers>;

/** Digits of a number that DuckDB keeps. */
export const mostDigits = 38;
const none: LongPaths = new Map();
const known = new Map<string, { state: string; paths: LongPaths }>();
const mostKnown = 10_000;
const piece = 4 << 20;
/** Text in which numbers of 16 and 17 digits are judged, too. Further down these are taken for prints of doubles. */
const mostJudged = 64 << 20;

/** A number with so many digits that a double may not keep them: 16, or 18 behind the first part of a file. */
const long = /(?<=[:,[\s]|^)-?(?=[\d.]*[1-9](?:\.?\d){15})\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[,}\]\s]|$)/g;
const longer = /(?<=[:,[\s]|^)-?(?=[\d.]*[1-9](?:\.?\d){17})\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[,}\]\s]|$)/g;
/** Finds most pieces without such a number at once. */
const perhaps = /[\d.]{16}/;

function stateOf(file: string): string | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.size} ${stats.mtimeMs} ${stats.ino}` : null;
}

/**
 * Looks for long numbers in JSON files, before `longPaths` is asked. Each version of a file is looked at once. Throws
 * DataError for JSON that is nested too deeply, or has a text or number that is too long.
 */
export async function findLongNumbers(files: readonly string[], signal?: AbortSignal): Promise<void> {
  for (const file of files) {
    if (!/\.(json|jsonl|ndjson)(\.(gz|zst))?$/i.test(file)) continue;
    const state = stateOf(file);
    if (state === null || known.get(file)?.state === state) continue;
    const sieve = new Sieve();
    const levels = new JsonLevels();
    for await (const part of piecesOf(file, signal)) {
      const fault = levels.next(part);
      if (fault !== null) {
        const { line } = levels;
        throw new DataError(`${file}, line ${line.toLocaleString('en-US')}: ${fault}`, { place: { file, line } });
      }
      if (sieve.next(part)) break;
    }
    if (sieve.found || sieve.isBig) longPaths(file);
    else keep(file, state, none);
  }
}

async function* piecesOf(file: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const raw = createReadStream(file, { highWaterMark: piece, ...(signal ? { signal } : {}) });
  const packing = packingOf(file);
  const stream = packing === null ? raw : raw.pipe(packing === 'gzip' ? createGunzip() : createZstdDecompress());
  raw.once('error', (error) => stream.destroy(error));
  try {
    let toUtf8: ((bytes: Buffer) => Buffer) | null = null;
    for await (const part of stream) {
      toUtf8 ??= utf8From(part as Buffer);
      yield toUtf8(part as Buffer);
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    // A file that is not whole is told when it is read.
  } finally {
    raw.destroy();
  }
}

/** The places of a JSON file with long numbers. */
export function longPaths(file: string): LongPaths {
  const state = stateOf(file);
  const before = known.get(file);
  if (state === null || before?.state === state) return before?.paths ?? none;
  const unpacked =
    packingOf(file) === null ? null : join(tmpdir(), `loopwright-json-${randomBytes(6).toString('hex')}`);
  try {
    if (unpacked !== null) unpackFile(file, unpacked);
    const paths = lookAt(unpacked ?? file);
    keep(file, state, paths);
    return paths;
  } catch {
    // What cannot be read is told by the reading itself.
    return none;
  } finally {
    if (unpacked !== null) rmSync(unpacked, { force: true });
  }
}

function keep(file: string, state: string, paths: LongPaths): void {
  if (known.size >= mostKnown) known.clear();
  known.set(file, { state, paths });
}

function lookAt(file: string): LongPaths {
  const sieve = new Sieve();
  for (const part of syncPieces(file)) if (sieve.next(part)) break;
  if (sieve.found) return placesIn(syncPieces(file)).long();
  if (!sieve.isBig) return none;
  // Large whole numbers are read as such, unless there are decimals at the same place.
  for (const first of syncPieces(file))
    return placesIn([first]).long().size > 0 ? placesIn(syncPieces(file)).long() : none;
  return none;
}

function placesIn(parts: Iterable<Buffer>): NumberPlaces {
  const found = new NumberPlaces();
  const scan = new JsonScan({ value: (path, kind, text) => found.add(path, kind, text) });
  const decoder = new StringDecoder('utf8');
  for (const part of parts) scan.next(decoder.write(part));
  scan.next(decoder.end());
  scan.end();
  return found;
}

/** The bytes of a file as UTF-8, in pieces. */
function* syncPieces(file: string): Generator<Buffer> {
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(piece);
    let toUtf8: ((bytes: Buffer) => Buffer) | null = null;
    for (let n = readSync(handle, buffer, 0, piece, null); n > 0; n = readSync(handle, buffer, 0, piece, null)) {
      const part = buffer.subarray(0, n);
      toUtf8 ??= utf8From(part);
      yield toUtf8(part);
    }
  } finally {
    closeSync(handle);
  }
}

/** A function that turns pieces of a text into UTF-8, where its first one is UTF-16. */
function utf8From(first: Buffer): (bytes: Buffer) => Buffer {
  const isBig = (first[0] === 0xfe && first[1] === 0xff) || first[0] === 0;
  if (!isBig && !(first[0] === 0xff && first[1] === 0xfe) && first[1] !== 0) return (bytes) => bytes;
  const decoder = new TextDecoder(isBig ? 'utf-16be' : 'utf-16le');
  return (bytes) => Buffer.from(decoder.decode(bytes, { stream: true }));
}

/** Tells whether a text can contain a long number, much faster than a walk through its values. */
class Sieve {
  found = false;
  /** True when there is a whole number that a double does not hold. */
  isBig = false;
  #tail = '';
  #length = 0;

  /** Returns true once there is one. */
  next(part: Buffer): boolean {
    const text = this.#tail + part.toString('latin1');
    this.#tail = text.slice(-80);
    this.#length += part.length;
    if (!perhaps.test(text)) return false;
    for (const [number] of text.matchAll(this.#length <= mostJudged ? long : longer))
      if (isLong(number) || (number.includes('.') && significant(number) > 17)) return (this.found = true);
      else this.isBig ||= /^-?\d{16,}$/.test(number) && isNoPrint(number);
    return false;
  }
}

/** Numbers at one place. */
interface Place extends LongNumbers {
  /** One is no double, and not of 64 bits. */
  isLong: boolean;
  /** One is a double with more digits than it needs: `0.1000000000000000055511151231257827`. */
  isPrint: boolean;
  hasBig: boolean;
  hasFraction: boolean;
}

/** Where numbers are, and how long they are. */
class NumberPlaces {
  readonly #places = new Map<JsonPath, Place>();

  add(path: JsonPath, kind: string, text: string): undefined {
    if (kind === 'null') return;
    let place = this.#places.get(path);
    if (!place) {
      place = { whole: 0, fraction: 0, only: true, isLong: false, isPrint: false, hasBig: false, hasFraction: false };
      this.#places.set(path, place);
    }
    if (kind !== 'number') {
      place.only = false;
      return;
    }
    const { whole, fraction } = digitsOf(text);
    place.whole = Math.max(place.whole, whole);
    place.fraction = Math.max(place.fraction, fraction);
    if (/[.eE]/.test(text)) {
      place.hasFraction = true;
      place.isLong ||= isLong(text);
      place.isPrint ||= significant(text) > 17 && Number.isFinite(Number(text));
    } else if (whole > 15) {
      // Whole numbers beside decimals are read as doubles.
      place.hasBig ||= isNoPrint(text);
      place.isLong ||= isLong(text);
    }
  }

  long(): LongPaths {
    return new Map(
      [...this.#places].filter(
        ([, place]) =>
          place.isLong ||
          (place.hasBig && place.hasFraction) ||
          (place.isPrint && (!place.only || place.whole + place.fraction <= mostDigits)),
      ),
    );
  }
}

/** Digits in front of and behind the point of a number of JSON. */
function digitsOf(text: string): { whole: number; fraction: number } {
  const [, integer = '', decimals = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const moved = Number(exponent);
  return {
    whole: Math.max(0, integer.replace(/^0+/, '').length + moved),
    fraction: Math.max(0, decimals.replace(/(?<!0)0+$/, '').length - moved),
  };
}

/** Number of digits of a number without zeros at its ends. */
function significant(text: string): number {
  const [mantissa = ''] = text.split(/[eE]/);
  return mantissa.replace(/[-.]/g, '').replace(/^0+|(?<!0)0+$/g, '').length;
}

/** True when a double, or for whole numbers one of 64 bits, does not keep the digits of a number. */
function isLong(text: string): boolean {
  if (/^-?\d+$/.test(text)) {
    if (text.length < 19) return false;
    const value = BigInt(text);
    return (value > 18_446_744_073_709_551_615n || value < -9_223_372_036_854_775_808n) && isNoPrint(text);
  }
  return /[eE]/.test(text) ? isNoPrint(text) : isLossy(text, false);
}

/** True when a number is not what any program prints for its double. */
function isNoPrint(text: string): boolean {
  const value = Number(text);
  const written = scientific(text);
  return ![value.toPrecision(17), value.toPrecision(16), String(value)].some((print) => scientific(print) === written);
}

/** Digits and exponent of a number, the same for all its spellings. */
function scientific(text: string): string {
  const [, integer = '', decimals = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${integer}${decimals}`.replace(/^0+/, '');
  const zeros = `${integer}${decimals}`.length - digits.length;
  return `${digits.replace(/(?<!0)0+$/, '')}e${integer.length - zeros + Number(exponent)}`;
}

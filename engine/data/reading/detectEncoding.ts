import { isUtf8 } from 'node:buffer';
import { DataError } from '../../base/errors.ts';

export interface FoundEncoding {
  /** A label of the WHATWG Encoding Standard. */
  encoding: string;
  /** True when the file starts with a byte order mark. */
  mark: boolean;
}

/** Encodings of more than one byte a character, and those of other alphabets: their bytes are valid in several. */
const denseCandidates = ['shift_jis', 'euc-jp', 'gb18030', 'big5', 'euc-kr', 'windows-1251', 'koi8-r', 'windows-1253'];
const sparseCandidates = ['macintosh', 'windows-1250', 'windows-1252'];
const centralCandidates = ['windows-1250', 'iso-8859-2', 'windows-1252'];

/**
 * Returns the encoding of a text by its first bytes: a byte order mark, zeros at every second byte (UTF-16), valid
 * UTF-8, otherwise windows-1252, of which Latin-1 is a part. Throws DataError with candidates and how each reads the
 * first such text when the bytes look like another alphabet.
 */
export function detectEncoding(file: string, start: Buffer, whole: boolean): FoundEncoding {
  if (start[0] === 0xff && start[1] === 0xfe) return { encoding: 'utf-16le', mark: true };
  if (start[0] === 0xfe && start[1] === 0xff) return { encoding: 'utf-16be', mark: true };
  const utf16 = withoutMark(start.subarray(0, 4096));
  if (utf16 !== null) return { encoding: utf16, mark: false };
  if (isUtf8(whole ? start : withoutCutCharacter(start)))
    return { encoding: 'utf-8', mark: start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf };
  refuseMostlyUtf8(file, whole ? start : withoutCutCharacter(start));
  return { encoding: singleByte(file, start), mark: false };
}

/** Throws DataError for UTF-8 with a few wrong bytes: another encoding would garble its other letters. */
function refuseMostlyUtf8(file: string, bytes: Buffer): void {
  let [good, bad, at] = [0, 0, -1];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte < 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    if (length > 1 && i + length <= bytes.length && isUtf8(bytes.subarray(i, i + length))) {
      good++;
      i += length - 1;
    } else {
      bad++;
      if (at === -1) at = i;
    }
  }
  if (good < bad || good === 0) return;
  const line = lineAt(bytes, at);
  throw new DataError(
    `${file}, line ${line}: the text is not UTF-8 here, and the rest of it is; repair the line and save the file as UTF-8, or give an encoding as in \`read: { encoding: windows-1252 }\` of the dataset`,
    { place: { file, line } },
  );
}

function lineAt(bytes: Buffer, at: number): number {
  return bytes.subarray(0, at).reduce((n, byte) => n + (byte === 10 ? 1 : 0), 1);
}

/** UTF-16 text has zeros at every second byte, most of the time: letters of other alphabets have none. */
function withoutMark(sample: Buffer): string | null {
  if (sample.length < 8) return null;
  const zeros = [0, 0];
  for (const [i, byte] of sample.entries()) if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const many = sample.length / 8;
  if (odd > many && even < odd / 10) return 'utf-16le';
  return even > many && odd < even / 10 ? 'utf-16be' : null;
}

/** Removes a character at the end whose bytes may be incomplete. */
export function withoutCutCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back);
  }
  return bytes;
}

/**
 * Bytes over 127 stand alone or in twos beside Latin letters in a western text (`Größe`). In other alphabets they follow
 * each other.
 * Between 128 and 159, windows-1252 has few letters; many of them there are of an older system.
 */
function singleByte(file: string, start: Buffer): string {
  let [high, paired, odd, central, euros, low] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < start.length; i++) {
    const byte = start[i] ?? 0;
    if (byte < 0x80) continue;
    high++;
    if ((start[i - 1] ?? 0) >= 0x80 || (start[i + 1] ?? 0) >= 0x80) paired += isWesternPair(start, i) ? 0 : 1;
    else if (byte < 0xa0 && isOdd(byte, start[i - 1], start[i + 1])) odd++;
    if (isCentral(byte, start[i - 1], start[i + 1])) central++;
    if (byte === 0xa4 && /[0-9 ]/.test(String.fromCharCode(start[i - 1] ?? 0))) euros++;
    if (byte < 0xa0) low++;
  }
  if (paired > high * 0.5) throw doubtful(file, start, denseCandidates);
  if (odd > high * 0.4) throw doubtful(file, start, sparseCandidates);
  if (central > high * 0.1) throw doubtful(file, start, centralCandidates);
  // The sign for any currency, which no one writes, is the euro of ISO 8859-15.
  return euros > 0 && low === 0 ? 'iso-8859-15' : 'windows-1252';
}

/** A character that windows-1252 has not inside words, or a capital letter: Mac OS writes letters there. */
function isOdd(byte: number, before = 0, after = 0): boolean {
  if (!isLetter(before) || !isLetter(after)) return false;
  return !lettersOf1252.has(byte) || (capitalsOf1252.has(byte) && isSmall(after));
}

/**
 * A byte that is a letter of Central Europe in windows-1250 inside a word, where windows-1252 has a sign, or a letter
 * that French and Italian have only at the end of words: `w³asny` is `własny`, `dùm` is `dům`.
 */
function isCentral(byte: number, before = 0, after = 0): boolean {
  const isInside = (isLetter(before) || before >= 0xc0) && (isLetter(after) || after >= 0xc0);
  return isInside && (signsOf1252.has(byte) || endsOf1252.has(byte));
}

/** True for one of exactly two bytes over 127 with a Latin letter beside them. */
function isWesternPair(start: Buffer, at: number): boolean {
  const from = (start[at - 1] ?? 0) >= 0x80 ? at - 1 : at;
  const isRun = (start[from - 1] ?? 0) >= 0x80 || (start[from + 2] ?? 0) >= 0x80;
  return !isRun && (isLetter(start[from - 1]) || isLetter(start[from + 2]));
}

/** Letters and the apostrophe of windows-1252 below 160. */
const lettersOf1252 = new Set([0x83, 0x8a, 0x8c, 0x8e, 0x92, 0x9a, 0x9c, 0x9e, 0x9f]);
const capitalsOf1252 = new Set([0x8a, 0x8e, 0x9f]);
/** `£ ¥ ¯ ³ ¹ ¾ ¿` of windows-1252: `Ł Ą Ż ł ą ľ ż` of windows-1250. */
const signsOf1252 = new Set([0xa3, 0xa5, 0xaf, 0xb3, 0xb9, 0xbe, 0xbf]);
/** `ì ù` of windows-1252: `ě ů` of windows-1250. */
const endsOf1252 = new Set([0xec, 0xf9]);
const isSmall = (byte = 0) => byte >= 97 && byte <= 122;
const isLetter = (byte = 0) => (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);

function doubtful(file: string, start: Buffer, candidates: readonly string[]): DataError {
  const at = start.findIndex((byte) => byte >= 0x80);
  const line = lineAt(start, at);
  const readings = candidates.flatMap((encoding) => {
    const text = sampleAs(start, at, encoding);
    return text === null ? [] : [`${encoding} reads “${text}”`];
  });
  return new DataError(
    `${file}, line ${line}: the text is not UTF-8, and its encoding cannot be told: ${readings.join(', ') || 'no known encoding reads it'}; give the right one, as in \`read: { encoding: ${candidates[0]} }\` of the dataset, or save the file as UTF-8`,
    { place: { file, line } },
  );
}

/** The field around the first byte over 127 in an encoding; null when its bytes are not valid in it. */
function sampleAs(start: Buffer, at: number, encoding: string): string | null {
  const isEnd = (byte = 10) => byte === 10 || byte === 13 || byte === 44 || byte === 59 || byte === 9 || byte === 34;
  let [from, to] = [at, at];
  while (from > 0 && at - from < 40 && !isEnd(start[from - 1])) from--;
  while (to < start.length && to - at < 60 && !isEnd(start[to])) to++;
  try {
    // Only the field is judged: the end of the start can cut a character.
    const text = new TextDecoder(encoding, { fatal: true }).decode(start.subarray(from, to)).trim();
    return /[\p{Cc}\p{Co}\uFFFD]/u.test(text) ? null : text.slice(0, 24);
  } catch {
    return null;
  }
}

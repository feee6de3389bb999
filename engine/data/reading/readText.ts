import { statSync } from 'node:fs';
import { DataError } from '../../base/errors.ts';
import { decodeStart, refuseBinary } from './decodeStart.ts';
import { detectEncoding, withoutCutCharacter } from './detectEncoding.ts';
import { detectShape, type TextShape } from './detectShape.ts';
import { fileStart, packingOf, type FileStart } from './fileStart.ts';
import { refuseForeignContent } from './foreignContent.ts';
import { nulNote, placeIn, placeInFile, zerosIn, type NulCharacters } from './nulCharacters.ts';
import { detectListing, isShortened, listingDelimiter, listingRows, type Listing } from './listing.ts';
import { isOddGzip } from './oddGzip.ts';
import { delimiterText, type ReadAs, type ShapeSettings } from './readAs.ts';
import { linesOf } from './records.ts';
import { scanRest, type LineEnd, type RestOfText } from './scanRest.ts';

/** How one text file is read as a table. */
export interface TextReading extends Omit<TextShape, 'readAs'> {
  file: string;
  readAs: ReadAs;
  /** True when the file starts with a byte order mark. */
  mark: boolean;
  /** The line end; `mixed` when there are several kinds outside quotes. */
  lineEnd: LineEnd | 'mixed';
  /** The table that a program printed for people, whose rows are read; null for other texts. */
  listing: Listing | null;
  /** True for a packed file that DuckDB does not read as it is. */
  odd: boolean;
}

const known = new Map<string, { state: string; reading: TextReading }>();
const mostKnown = 2000;
/** Lines of the widest tables have some megabytes. */
const mostFirstLine = 16 << 20;

/**
 * Finds how a text file is read: settings that are given, and what its content tells. Each version of a file is looked at
 * once. Throws DataError when the file cannot be read as a table.
 */
export function readText(file: string, given: ShapeSettings = {}): TextReading {
  const stats = statSync(file);
  if (stats.size === 0) throw new DataError(`${file}: the file is empty; recreate or remove it`, { place: { file } });
  const key = `${file}\0${JSON.stringify(given)}`;
  const state = `${stats.size} ${stats.mtimeMs} ${stats.ino}`;
  const before = known.get(key);
  if (before?.state === state) return { ...before.reading, odd: isOddGzip(file) };
  const reading = lookAt(file, given);
  if (known.size >= mostKnown) known.clear();
  known.set(key, { state, reading });
  return reading;
}

function lookAt(file: string, given: ShapeSettings): TextReading {
  const start = fileStart(file);
  refuseForeignContent(file, start.bytes, { isPacked: packingOf(file) !== null });
  refuseBinary(file, start.bytes);
  refuseEndlessLine(file, start);
  let { encoding, mark } = given.encoding
    ? { encoding: given.encoding, mark: detectMark(start.bytes) }
    : detectEncoding(file, start.bytes, start.whole);
  let { shape, listing } = shapeOf(file, start, encoding, given);
  let rest: RestOfText | null = null;
  if (!encoding.startsWith('utf-16') && !start.whole && packingOf(file) === null) {
    const last = shape.leftOut.length > 0 && shape.readAs.delimiter.length === 1 ? shape.readAs.delimiter : null;
    // The start can end inside a character.
    const from = withoutCutCharacter(start.bytes).length;
    rest = scanRest(file, from, last === null ? null : last.charCodeAt(0));
    if (encoding === 'utf-8' && rest.notUtf8 !== null) {
      encoding = given.encoding ?? encodingOfRest(file, start, rest.notUtf8);
      ({ shape, listing } = shapeOf(file, start, encoding, given));
    }
    if (rest.otherEnd)
      shape = { ...shape, leftOut: [], notes: shape.notes.filter((note) => !note.includes('left out')) };
  }
  const nul = nulsOf(file, encoding, start, rest);
  if (nul !== null) {
    const { delimiter, quotes } = shape.readAs;
    const quote = quotes === 'none' ? null : quotes === 'single' ? "'" : '"';
    shape = { ...shape, notes: [...shape.notes, nulNote(nul, { delimiter, quote }, shape.names)] };
  }
  return {
    ...shape,
    file,
    readAs: { encoding, ...shape.readAs },
    mark,
    lineEnd: lineEndOf(shape, rest),
    listing,
    odd: isOddGzip(file),
  };
}

/** The shape of a text. Settings of lines and quotes read a listing as it is written. */
function shapeOf(
  file: string,
  start: FileStart,
  encoding: string,
  given: ShapeSettings,
): { shape: TextShape; listing: Listing | null } {
  const text = decodeStart(file, start.bytes, encoding);
  const isGiven = given.quotes !== undefined || given.skip !== undefined || given.comment !== undefined;
  const lines = isGiven ? [] : linesOf(text);
  const found = isGiven ? null : detectListing(file, lines);
  const isOther = given.delimiter !== undefined && found?.bar !== delimiterText(given.delimiter);
  const listing = isOther ? null : found;
  if (listing === null) return { shape: detectShape(file, text, start.whole, given), listing };
  if (!start.whole) lines.pop();
  const rows = listingRows(listing);
  const read = [...lines.map(rows.next), rows.end()].filter((row) => row !== null);
  const header = given.header ?? listing.header !== null;
  const settings: ShapeSettings = { ...given, header, skip: 0, quotes: 'double', delimiter: listingDelimiter };
  const shape = detectShape(file, `${read.join('\n')}\n`, start.whole, settings);
  const notes = [
    'a table as a program prints it: rules, blanks around the values and row counts are left out',
    ...(isShortened(lines) ? ['it says itself that it shows only some of the rows'] : []),
  ];
  return { shape: { ...shape, notes: [...notes, ...shape.notes] }, listing };
}

/** NUL characters of a text; in a packed or UTF-16 file those of its start. */
function nulsOf(file: string, encoding: string, start: FileStart, rest: RestOfText | null): NulCharacters | null {
  const bytes = encoding.startsWith('utf-16')
    ? Buffer.from(decodeStart(file, start.bytes, encoding), 'utf8')
    : start.bytes;
  const { count, first } = zerosIn(bytes);
  const all = count + (rest?.zeros.count ?? 0);
  if (all === 0) return null;
  return { count: all, ...(first === -1 ? placeInFile(file, rest?.zeros.first ?? 0) : placeIn(bytes, first)) };
}

/** Another kind of line end further down is inside quoted fields, when there are such fields with line breaks. */
function lineEndOf({ ends, multiline }: TextShape, rest: RestOfText | null): LineEnd | 'mixed' {
  const [first = '\n'] = ends;
  const isMixed = ends.length > 1 || (!multiline && rest !== null && [...rest.ends].some((end) => end !== first));
  return isMixed ? 'mixed' : first;
}

function detectMark(start: Buffer): boolean {
  return (
    (start[0] === 0xef && start[1] === 0xbb) ||
    (start[0] === 0xff && start[1] === 0xfe) ||
    (start[0] === 0xfe && start[1] === 0xff)
  );
}

/** The encoding of a file whose first bytes over 127 come after its start. */
function encodingOfRest(file: string, start: FileStart, { bytes, at }: { bytes: Buffer; at: number }): string {
  if (start.bytes.some((byte) => byte >= 0x80))
    throw new DataError(
      `${file}: the text starts as UTF-8, but not all of it is: after byte ${at.toLocaleString('en-US')} there are other bytes; repair it, or give an encoding as in \`read: { encoding: windows-1252 }\` of the dataset`,
      { place: { file } },
    );
  return detectEncoding(file, bytes, false).encoding;
}

/** A first line of many megabytes is no header: its text would be the name of a column. */
function refuseEndlessLine(file: string, { bytes }: FileStart): void {
  if (bytes.length < mostFirstLine || bytes.includes(10) || bytes.includes(13)) return;
  throw new DataError(
    `${file}: its first ${mostFirstLine >> 20} MB have no line break, so it is not a table; check what wrote it`,
    { place: { file } },
  );
}

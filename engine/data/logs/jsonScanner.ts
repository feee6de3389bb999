import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import { ownFrom, type LineScanner, type ScannedType } from './lineScanner.ts';
import { isProvable, typedWithoutText } from './provableFields.ts';
import { isPlainDecimal, isPlainInteger, isPlainTime } from './plainValues.ts';
import { isTimeField } from './timeText.ts';

const [space, quote, comma, dash, zero, nine, colon, backslash] = [32, 34, 44, 45, 48, 57, 58, 92];
const [plus, letterZ] = [43, 90];
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125];
const mostDepth = 40;
/** Number of keys of a line that are compared with those of the line before. */
const mostExpected = 200;
/** The character of an escape; a line break, a tab and a return get the mark of `scannedLines.ts`. */
const escapes = new Map([
  [34, [34]],
  [92, [92]],
  [47, [47]],
  [98, [8]],
  [102, [12]],
  [110, [2, 110]],
  [114, [2, 114]],
  [116, [2, 116]],
]);

/** A key of an object that is a field, contains fields, or both. */
interface Key {
  /** Number of the column; -1 for none. */
  column: number;
  keys: Map<string, Key>;
  /** The last line that had the key. */
  seen: number;
}

const newKey = (): Key => ({ column: -1, keys: new Map(), seen: 0 });

/**
 * Scans objects whose wanted values are texts, whole numbers, decimals of up to 15 digits, true, false or null. Keys that
 * are no fields may have any value. Lines with a key twice, or with escapes by number, are left to SQL.
 */
export function jsonScanner({ timezone }: FromLogs, schema: DatasetSchema): LineScanner {
  const columns = schema.fields.map((field) => ({ name: field.name, type: typedWithoutText(schema, field) }));
  const isTime = columns.map(({ name }) => isTimeField(schema, name));
  const bounds = new Int32Array(2 * columns.length);
  const isProof = isProvable(schema, columns);
  const root = newKey();
  for (const [i, { name }] of columns.entries()) {
    keyAt(root, [name]).column = i;
    if (name.includes('.')) keyAt(root, name.split('.')).column = i;
  }
  const isSet = new Uint8Array(columns.length);
  // Lines mostly have the same keys in the same order.
  const expected: { parent: Key | null; text: Buffer; key: Key | null }[] = [];
  let next = 0;
  let line = 0;
  let own = Buffer.alloc(0);
  let ownEnd = 0;
  let bytes: Buffer = own;
  let at = 0;
  let end = 0;

  const skipSpaces = (): void => {
    while (at < end && bytes[at] === space) at++;
  };
  /** Moves behind the quote that ends a text. Returns 1 with escapes, 0 without, -1 for a text that is left to SQL. */
  const endText = (): number => {
    let escaped = 0;
    for (; at < end; at++) {
      const c = bytes[at] as number;
      if (c === quote) {
        at++;
        return escaped;
      }
      if (c < space) return -1;
      if (c === backslash) {
        escaped = 1;
        if (!escapes.has(bytes[++at] as number)) return -1;
      }
    }
    return -1;
  };
  const put = (column: number, from: number, to: number): boolean => {
    if (isSet[column] === 1) return false;
    isSet[column] = 1;
    bounds[2 * column] = from;
    bounds[2 * column + 1] = to;
    return true;
  };
  const fits = (column: number, from: number, to: number): boolean => {
    const { type } = columns[column] as { type: ScannedType };
    // Times of other forms are written as ISO 8601, and those without an offset are of the zone.
    if (isTime[column] === true)
      return isPlainTime(bytes, from, to) && (timezone === undefined || hasOffset(bytes, to));
    if (type === 'VARCHAR') return true;
    if (type === 'BIGINT') return isPlainInteger(bytes, from, to);
    if (type === 'DOUBLE') return isPlainInteger(bytes, from, to) || isPlainDecimal(bytes, from, to);
    return isLiteral(from, to, 'true') || isLiteral(from, to, 'false');
  };
  const isLiteral = (from: number, to: number, text: string): boolean => {
    if (to - from !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false;
    return true;
  };
  const readText = (column: number): boolean => {
    const from = ++at;
    const escaped = endText();
    if (escaped === -1) return false;
    if (column === -1) return true;
    const to = at - 1;
    // An empty text is missing where nothing else is asked of it.
    if (from === to) return isProof && put(column, 0, 0);
    if (escaped === 0) return fits(column, from, to) && put(column, from, to);
    if (columns[column]?.type !== 'VARCHAR') return false;
    const start = ownEnd;
    for (let i = from; i < to; i++) {
      const c = bytes[i] as number;
      if (c !== backslash) own[ownEnd++] = c;
      else for (const one of escapes.get(bytes[++i] as number) ?? []) own[ownEnd++] = one;
    }
    return put(column, ownFrom + start, ownFrom + ownEnd);
  };
  const readBare = (column: number): boolean => {
    const from = at;
    for (; at < end; at++) {
      const c = bytes[at] as number;
      if (c === comma || c === closeObject || c === closeList || c === space) break;
    }
    const c = bytes[from] as number;
    if (c === dash || (c >= zero && c <= nine)) {
      if (!isPlainInteger(bytes, from, at) && !isPlainDecimal(bytes, from, at)) return false;
    } else if (isLiteral(from, at, 'null')) return column === -1 || put(column, 0, 0);
    else if (!isLiteral(from, at, 'true') && !isLiteral(from, at, 'false')) return false;
    return column === -1 || (fits(column, from, at) && put(column, from, at));
  };
  const readList = (depth: number): boolean => {
    at++;
    skipSpaces();
    if (bytes[at] === closeList) return at++ < end;
    for (;;) {
      if (!readValue(null, depth)) return false;
      skipSpaces();
      const c = bytes[at++];
      if (at > end || (c !== comma && c !== closeList)) return false;
      if (c === closeList) return true;
      skipSpaces();
    }
  };
  const readValue = (key: Key | null, depth: number): boolean => {
    if (at >= end) return false;
    const column = key?.column ?? -1;
    const c = bytes[at];
    if (c === quote) return readText(column);
    if (c !== openObject && c !== openList) return readBare(column);
    // A field with an object or a list is its text.
    if (column !== -1 || depth >= mostDepth) return false;
    // The path to a field can count the items of a list.
    if (c === openList && key !== null && key.keys.size > 0) return false;
    return c === openObject ? readObject(key, depth + 1) : readList(depth + 1);
  };
  const keyOf = (parent: Key | null, from: number, to: number): Key | null => {
    const guess = expected[next];
    if (guess && guess.parent === parent && guess.text.length === to - from) {
      let i = 0;
      while (from + i < to && guess.text[i] === bytes[from + i]) i++;
      if (from + i === to) {
        next++;
        return guess.key;
      }
    }
    const key = parent?.keys.get(bytes.toString('utf8', from, to)) ?? null;
    if (next < mostExpected) expected[next] = { parent, text: Buffer.from(bytes.subarray(from, to)), key };
    next++;
    return key;
  };
  const readObject = (parent: Key | null, depth: number): boolean => {
    at++;
    skipSpaces();
    if (bytes[at] === closeObject) return at++ < end;
    for (;;) {
      if (at >= end || bytes[at] !== quote) return false;
      const from = ++at;
      if (endText() !== 0) return false;
      const key = keyOf(parent, from, at - 1);
      if (key) {
        if (key.seen === line) return false;
        key.seen = line;
      }
      skipSpaces();
      if (at >= end || bytes[at] !== colon) return false;
      at++;
      skipSpaces();
      if (!readValue(key, depth)) return false;
      skipSpaces();
      const c = bytes[at++];
      if (at > end || (c !== comma && c !== closeObject)) return false;
      if (c === closeObject) return true;
      skipSpaces();
    }
  };
  const scanner: LineScanner = {
    columns,
    isProof,
    accepts: (column, text) => {
      const own = Buffer.from(text);
      const before = bytes;
      bytes = own;
      const isAccepted = fits(column, 0, own.length);
      bytes = before;
      return isAccepted;
    },
    bounds,
    own,
    room: 0,
    scan: (chunk, from, to) => {
      bytes = chunk;
      at = from;
      end = to;
      line++;
      next = 0;
      ownEnd = 0;
      bounds.fill(0);
      isSet.fill(0);
      if (own.length < to - from) {
        own = Buffer.alloc(2 * (to - from));
        scanner.own = own;
      }
      skipSpaces();
      if (at >= end || bytes[at] !== openObject || !readObject(root, 1)) return false;
      skipSpaces();
      return at === end;
    },
  };
  return scanner;
}

function keyAt(root: Key, path: readonly string[]): Key {
  let key = root;
  for (const name of path) {
    const inner = key.keys.get(name) ?? newKey();
    key.keys.set(name, inner);
    key = inner;
  }
  return key;
}

/** True for a plain time with `Z`, or with an offset such as `+01:00`. */
function hasOffset(bytes: Buffer, to: number): boolean {
  return bytes[to - 1] === letterZ || bytes[to - 6] === plus || bytes[to - 6] === dash;
}

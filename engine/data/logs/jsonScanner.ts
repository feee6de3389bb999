import { viewOf } from '../../base/byteView.ts';
import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import { FieldValues, escaped } from './fieldValues.ts';
import { JsonForm, endOfBare, putBare } from './jsonForm.ts';
import type { LineScanner } from './lineScanner.ts';
import { passPlain } from './plainText.ts';

const [space, quote, comma, colon, backslash] = [32, 34, 44, 58, 92];
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125];
const mostDepth = 40;
/** Number of keys of a line that are compared with those of the line before. */
const mostExpected = 200;
/** A key of an object that is a field, contains fields, or both. */
interface Key {
  /** Number of the column; -1 for none. */
  column: number;
  keys: Map<string, Key>;
  /** The last line that had the key. */
  seen: number;
}

/** A key of the line before, with what is written around it. */
interface ExpectedKey {
  parent: Key | null;
  key: Key | null;
  /** The first key of its object. */
  isFirst: boolean;
  /** The text from the value or brace before it to its value, four bytes each; the last are those at its end. */
  words: Int32Array;
  length: number;
}

const newKey = (): Key => ({ column: -1, keys: new Map(), seen: 0 });

/**
 * Scans objects whose wanted values are texts, whole numbers, decimals of up to 15 digits, true, false or null. Keys that
 * are no fields may have any value. Lines with a key twice, or with escapes by number, are left to SQL.
 */
export function jsonScanner({ timezone }: FromLogs, schema: DatasetSchema): LineScanner {
  const values = new FieldValues(
    schema,
    schema.fields.map(({ name }) => name),
    timezone,
  );
  const { columns, isProof } = values;
  const form = new JsonForm(values);
  const root = newKey();
  for (const [i, { name }] of columns.entries()) {
    keyAt(root, [name]).column = i;
    if (name.includes('.')) keyAt(root, name.split('.')).column = i;
  }
  const isSet = new Uint8Array(columns.length);
  // Lines mostly have the same keys in the same order.
  const expected: ExpectedKey[] = [];
  let next = 0;
  let line = 0;
  let bytes: Buffer = Buffer.alloc(0);
  let view = viewOf(bytes);
  let at = 0;
  let end = 0;

  const skipSpaces = (): void => {
    while (at < end && bytes[at] === space) at++;
  };
  /** Moves behind the quote that ends a text. Returns 1 with escapes, 0 without, -1 for a text that is left to SQL. */
  const endText = (): number => {
    let found = 0;
    for (at = passPlain(view, at, end); at < end; at++) {
      const c = bytes[at] as number;
      if (c === quote) {
        at++;
        return found;
      }
      if (c < space) return -1;
      if (c === backslash) {
        found = 1;
        if (escaped[bytes[++at] as number] === 0) return -1;
      }
    }
    return -1;
  };
  /** True for the first value of a column in the line. */
  const isFirst = (column: number): boolean => {
    if (isSet[column] === 1) return false;
    isSet[column] = 1;
    return true;
  };
  const readText = (column: number): boolean => {
    const from = ++at;
    const isEscaped = endText();
    if (isEscaped === -1) return false;
    form.note(column, from - 1, at);
    if (column === -1) return true;
    const to = at - 1;
    if (!isFirst(column)) return false;
    // An empty text is missing where nothing else is asked of it.
    if (from === to) return isProof;
    return isEscaped === 1 ? values.putEscaped(bytes, column, from, to) : values.put(bytes, column, from, to);
  };
  const readBare = (column: number): boolean => {
    const from = at;
    at = endOfBare(bytes, at, end);
    form.note(column, from, at);
    return (column === -1 || isFirst(column)) && putBare(values, bytes, column, from, at);
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
  /**
   * The key that is expected at `at`, with the comma before it unless it is the first; moves to its value. Undefined for
   * another key.
   */
  const expectedKey = (parent: Key | null, isFirstKey: boolean): Key | null | undefined => {
    const guess = expected[next];
    if (!guess || guess.parent !== parent || guess.isFirst !== isFirstKey) return undefined;
    const { words, length } = guess;
    const after = at + length;
    if (after >= end) return undefined;
    const last = words.length - 1;
    if (view.getInt32(after - 4, true) !== words[last]) return undefined;
    for (let i = 0; i < last; i++) if (view.getInt32(at + 4 * i, true) !== words[i]) return undefined;
    next++;
    at = after;
    skipSpaces();
    return guess.key;
  };
  /** The key at `at`; moves to its value. Undefined where no key is, or one with escapes. */
  const readKey = (parent: Key | null, isFirstKey: boolean, start: number): Key | null | undefined => {
    if (at >= end || bytes[at] !== quote) return undefined;
    const from = ++at;
    if (endText() !== 0) return undefined;
    const key = parent?.keys.get(bytes.toString('utf8', from, at - 1)) ?? null;
    skipSpaces();
    if (at >= end || bytes[at] !== colon) return undefined;
    at++;
    skipSpaces();
    if (next < mostExpected && at - start >= 4)
      expected[next] = { parent, key, isFirst: isFirstKey, words: wordsOf(bytes, start, at), length: at - start };
    next++;
    return key;
  };
  const readObject = (parent: Key | null, depth: number): boolean => {
    at++;
    for (let isFirstKey = true; ; isFirstKey = false) {
      let key = expectedKey(parent, isFirstKey);
      if (key === undefined) {
        const start = at;
        skipSpaces();
        if (isFirstKey) {
          if (bytes[at] === closeObject) return at++ < end;
        } else {
          const c = bytes[at++];
          if (at > end || (c !== comma && c !== closeObject)) return false;
          if (c === closeObject) return true;
          skipSpaces();
        }
        key = readKey(parent, isFirstKey, start);
        if (key === undefined) return false;
      }
      if (key) {
        if (key.seen === line) return false;
        key.seen = line;
      }
      if (!readValue(key, depth)) return false;
    }
  };
  const scan = (chunk: Buffer, from: number, to: number): boolean => {
    bytes = chunk;
    view = viewOf(chunk);
    at = from;
    end = to;
    line++;
    next = 0;
    values.start(to - from);
    if (form.read(chunk, view, from, to)) return true;
    values.start(to - from);
    form.start();
    for (let i = 0; i < isSet.length; i++) isSet[i] = 0;
    skipSpaces();
    if (at >= end || bytes[at] !== openObject || !readObject(root, 1)) return false;
    skipSpaces();
    if (at !== end) return false;
    form.take(chunk, from, to);
    return true;
  };
  return values.scanner(scan);
}

/** `bytes[from, to)`, of at least four bytes, as words. */
function wordsOf(bytes: Buffer, from: number, to: number): Int32Array {
  const words = new Int32Array(Math.ceil((to - from) / 4));
  for (let i = 0; i < words.length - 1; i++) words[i] = bytes.readInt32LE(from + 4 * i);
  words[words.length - 1] = bytes.readInt32LE(to - 4);
  return words;
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

import { viewOf } from '../../base/byteView.ts';
import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import { FieldValues, escaped } from './fieldValues.ts';
import type { LineScanner } from './lineScanner.ts';
import { passPlain } from './plainText.ts';

const [space, quote, equals, backslash] = [32, 34, 61, 92];
/** Number of keys of a line that are compared with those of the line before. */
const mostExpected = 200;

/**
 * Scans lines of `key=value` pairs between blanks. Values in quotes may have escapes of one letter. Lines with control
 * characters, escapes by number, values that are not of the type of their field, or keys of fields alone are left to SQL.
 */
export function logfmtScanner({ timezone }: FromLogs, schema: DatasetSchema): LineScanner {
  const names = schema.fields.map(({ name }) => name);
  const values = new FieldValues(schema, names, timezone);
  const columnOf = new Map(names.map((name, i) => [name, i]));
  const isSet = new Uint8Array(names.length);
  // Lines mostly have the same keys in the same order.
  const expected: { text: Buffer; column: number }[] = [];

  const keyColumn = (bytes: Buffer, from: number, to: number, place: number): number => {
    const guess = expected[place];
    if (guess && guess.text.length === to - from) {
      let i = to - from - 1;
      while (i >= 0 && guess.text[i] === bytes[from + i]) i--;
      if (i < 0) return guess.column;
    }
    const column = columnOf.get(bytes.toString('utf8', from, to)) ?? -1;
    if (place < mostExpected) expected[place] = { text: Buffer.from(bytes.subarray(from, to)), column };
    return column;
  };
  const scan = (bytes: Buffer, start: number, end: number): boolean => {
    values.start(end - start);
    for (let i = 0; i < isSet.length; i++) isSet[i] = 0;
    const view = viewOf(bytes);
    let hasValue = false;
    for (let at = start, place = 0; ; place++) {
      while (at < end && bytes[at] === space) at++;
      if (at === end) return hasValue;
      const keyAt = at;
      for (; at < end; at++) {
        const c = bytes[at] as number;
        if (c === equals || c === space) break;
        if (c < space || c === quote) return false;
      }
      if (at === keyAt) return false;
      const column = keyColumn(bytes, keyAt, at, place);
      // The first value of a key that occurs twice counts.
      const isWanted = column !== -1 && isSet[column] === 0;
      if (isWanted) isSet[column] = 1;
      if (at === end || bytes[at] === space) {
        if (isWanted) return false;
        continue;
      }
      hasValue = true;
      let from = ++at;
      let to: number;
      let isEscaped = false;
      if (at < end && bytes[at] === quote) {
        from = ++at;
        for (at = passPlain(view, at, end); ; at++) {
          if (at >= end) return false;
          const c = bytes[at] as number;
          if (c === quote) break;
          if (c < space) return false;
          if (c === backslash) {
            isEscaped = true;
            if (++at >= end || escaped[bytes[at] as number] === 0) return false;
          }
        }
        to = at++;
        if (at < end && bytes[at] !== space) return false;
      } else {
        for (; at < end; at++) {
          const c = bytes[at] as number;
          if (c === space) break;
          if (c < space || c === quote) return false;
        }
        to = at;
      }
      if (!isWanted) continue;
      // An empty text is missing where nothing else is asked of it.
      if (from === to) {
        if (!values.isProof) return false;
      } else if (!(isEscaped ? values.putEscaped(bytes, column, from, to) : values.put(bytes, column, from, to)))
        return false;
    }
  };
  return values.scanner(scan);
}

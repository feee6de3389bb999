import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import { epochLength, writeEpoch } from './epochTime.ts';
import { ownFrom, type LineScanner, type ScannedType } from './lineScanner.ts';
import { isPlainDecimal, isPlainInteger, isPlainTime } from './plainValues.ts';
import { isProvable, typedWithoutText } from './provableFields.ts';
import { isTimeField } from './timeText.ts';

const [plus, dash, backslash, letterZ] = [43, 45, 92, 90];

/**
 * The values of a line by column, from texts in it, for formats that name their values. A text is a value when it has the
 * type of its field; others are left to SQL.
 */
export class FieldValues {
  readonly columns: { name: string; type: ScannedType }[];
  readonly isTime: boolean[];
  readonly isProof: boolean;
  /** Bit 1 of a column that takes any text, bit 2 of one that takes whole numbers as they are written. */
  readonly #takes: Uint8Array;
  /** As those of a `LineScanner`. */
  readonly bounds: Int32Array;
  own: Buffer = Buffer.alloc(0);
  #ownEnd = 0;
  readonly #timezone: string | undefined;

  /** `timezone` is the zone of times without an offset. */
  constructor(schema: DatasetSchema | null, names: readonly string[], timezone: string | undefined) {
    this.columns = names.map((name) => {
      const field = schema?.fields.find((candidate) => candidate.name === name);
      return { name, type: schema && field ? typedWithoutText(schema, field) : 'VARCHAR' };
    });
    this.isTime = names.map((name) => isTimeField(schema, name));
    this.isProof = isProvable(schema, this.columns);
    this.bounds = new Int32Array(2 * names.length);
    this.#takes = Uint8Array.from(this.columns, ({ type }, i) =>
      this.isTime[i] === true ? 0 : type === 'VARCHAR' ? 3 : type === 'BIGINT' || type === 'DOUBLE' ? 2 : 0,
    );
    this.#timezone = timezone;
  }

  /** Forgets the values of the line before. `length` is that of the next one. */
  start(length: number): void {
    // A call to fill takes longer than so few columns.
    const { bounds } = this;
    for (let i = 0; i < bounds.length; i++) bounds[i] = 0;
    this.#ownEnd = 0;
    const room = length + epochLength * this.columns.length;
    if (this.own.length < room) this.own = Buffer.alloc(2 * room);
  }

  /** Takes `bytes[from, to)`, which is not empty. Returns false when it is no value of the column. */
  put(bytes: Buffer, column: number, from: number, to: number): boolean {
    if (((this.#takes[column] as number) & 1) === 1 || this.fits(bytes, column, from, to)) {
      this.bounds[2 * column] = from;
      this.bounds[2 * column + 1] = to;
      return true;
    }
    if (this.isTime[column] !== true) return false;
    const end = writeEpoch(bytes, from, to, this.own, this.#ownEnd);
    return end > this.#ownEnd && this.#putOwn(column, end);
  }

  /** Takes `bytes[from, to)`, which is a plain whole number. Returns false when it is no value of the column. */
  putWhole(bytes: Buffer, column: number, from: number, to: number): boolean {
    if (((this.#takes[column] as number) & 2) === 0) return this.put(bytes, column, from, to);
    this.bounds[2 * column] = from;
    this.bounds[2 * column + 1] = to;
    return true;
  }

  /** Takes `bytes[from, to)` without its escapes, each of which has one letter. */
  putEscaped(bytes: Buffer, column: number, from: number, to: number): boolean {
    if (this.columns[column]?.type !== 'VARCHAR' || this.isTime[column] === true) return false;
    const { own } = this;
    let end = this.#ownEnd;
    for (let at = from; at < to; at++) {
      const c = bytes[at] as number;
      own[end++] = c === backslash ? (escaped[bytes[++at] as number] as number) : c;
    }
    return this.#putOwn(column, end);
  }

  #putOwn(column: number, end: number): boolean {
    this.bounds[2 * column] = ownFrom + this.#ownEnd;
    this.bounds[2 * column + 1] = ownFrom + end;
    this.#ownEnd = end;
    return true;
  }

  /** True when `bytes[from, to)` is a value of a column as it is. */
  fits(bytes: Buffer, column: number, from: number, to: number): boolean {
    const type = this.columns[column]?.type;
    // Times of other forms are written as ISO 8601, and those without an offset are of the zone.
    if (this.isTime[column] === true)
      return isPlainTime(bytes, from, to) && (this.#timezone === undefined || hasOffset(bytes, to));
    if (type === 'VARCHAR') return true;
    if (type === 'BIGINT') return isPlainInteger(bytes, from, to);
    if (type === 'DOUBLE') return isPlainInteger(bytes, from, to) || isPlainDecimal(bytes, from, to);
    return isLiteral(bytes, from, to, 'true') || isLiteral(bytes, from, to, 'false');
  }

  /** The scanner that finds these values by `scan`. */
  scanner(scan: LineScanner['scan']): LineScanner {
    const { columns, isProof, accepts, bounds } = this;
    const own = (): Buffer => this.own;
    return {
      columns,
      isProof,
      accepts,
      bounds,
      scan,
      get own() {
        return own();
      },
    };
  }

  /** True for a text from elsewhere that a column of a type other than text can hold. */
  readonly accepts = (column: number, text: string): boolean => {
    const bytes = Buffer.from(text);
    return this.fits(bytes, column, 0, bytes.length);
  };
}

/** True when `bytes[from, to)` is this ASCII text. */
export function isLiteral(bytes: Buffer, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** True for a plain time with `Z`, or with an offset such as `+01:00`. */
function hasOffset(bytes: Buffer, to: number): boolean {
  return bytes[to - 1] === letterZ || bytes[to - 6] === plus || bytes[to - 6] === dash;
}

/** The byte that an escape with this letter stands for; 0 for an escape that is left to SQL. */
export const escaped = new Uint8Array(256);
for (const pair of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'])
  escaped[pair.charCodeAt(0)] = pair.charCodeAt(1);

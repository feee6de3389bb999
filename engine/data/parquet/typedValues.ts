import type { TextColumn } from './textColumn.ts';

/** SQL types of the columns that can be written. */
export type WrittenType = 'VARCHAR' | 'TIMESTAMP' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN';

/** Values of eight bytes each, and the smallest and the largest of them, null where that is not known. */
export interface TypedValues {
  words: Int32Array<ArrayBuffer>;
  min: Buffer | null;
  max: Buffer | null;
}

const [plus, dash, dot, zero, nine, colon, blank, letterT, letterZ, atSign] = [43, 45, 46, 48, 57, 58, 32, 84, 90, 64];
/** Whole numbers of so many digits are exact as a double. */
const exactDigits = 15;

/** Returns the value of each text of a column, or null when one has not the type. */
export function typedValues(column: TextColumn, type: 'TIMESTAMP' | 'BIGINT' | 'DOUBLE'): TypedValues | null {
  const { bytes, starts, count } = column;
  const words = new Int32Array(2 * count);
  const doubles = new Float64Array(words.buffer);
  const long = new BigInt64Array(words.buffer);
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let isKnown = true;
  for (let i = 0; i < count; i++) {
    const from = (starts[i] as number) + 4;
    const to = starts[i + 1] as number;
    const value =
      type === 'DOUBLE'
        ? decimal(bytes, from, to)
        : type === 'BIGINT'
          ? whole(bytes, from, to)
          : microseconds(bytes, from, to);
    if (Number.isNaN(value)) {
      const exact = type === 'DOUBLE' ? null : longValue(bytes, from, to, type);
      if (exact === null) return null;
      long[i] = exact;
      if (Number.isSafeInteger(Number(exact))) {
        min = Math.min(min, Number(exact));
        max = Math.max(max, Number(exact));
      } else isKnown = false;
      continue;
    }
    if (type === 'DOUBLE') doubles[i] = value;
    else {
      words[2 * i] = value | 0;
      words[2 * i + 1] = Math.floor(value / 2 ** 32);
    }
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const asBytes = (value: number): Buffer | null => {
    if (!isKnown || count === 0) return null;
    const written = Buffer.alloc(8);
    if (type === 'DOUBLE') written.writeDoubleLE(value);
    else written.writeBigInt64LE(BigInt(value));
    return written;
  };
  return { words, min: asBytes(min), max: asBytes(max) };
}

/** Returns 1 and 0 for the texts `true` and `false` of a column, or null when it has others. */
export function flags(column: TextColumn): Uint8Array | null {
  const { bytes, starts, count } = column;
  const values = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const from = (starts[i] as number) + 4;
    const text = bytes.toString('latin1', from, starts[i + 1]);
    if (text !== 'true' && text !== 'false') return null;
    values[i] = text === 'true' ? 1 : 0;
  }
  return values;
}

/** True when a text is written as a value of a type. */
export function hasType(text: Buffer, type: WrittenType): boolean {
  if (type === 'VARCHAR') return true;
  if (type === 'BOOLEAN') return text.equals(yes) || text.equals(no);
  const to = text.length;
  if (type === 'DOUBLE') return !Number.isNaN(decimal(text, 0, to));
  const value = type === 'BIGINT' ? whole(text, 0, to) : microseconds(text, 0, to);
  return !Number.isNaN(value) || longValue(text, 0, to, type) !== null;
}

const [yes, no] = [Buffer.from('true'), Buffer.from('false')];

/** The number that up to 15 digits write; NaN for others. */
function whole(bytes: Buffer, from: number, to: number): number {
  const first = bytes[from] === dash ? from + 1 : from;
  if (to === first || to - first > exactDigits) return Number.NaN;
  let value = 0;
  for (let at = first; at < to; at++) {
    const c = bytes[at] as number;
    if (c < zero || c > nine) return Number.NaN;
    value = 10 * value + c - zero;
  }
  return first === from ? value : 0 - value;
}

const powers = Array.from({ length: exactDigits + 1 }, (_, i) => 10 ** i);

/** The nearest double of a decimal without exponent: both parts of a quotient are exact. NaN for other texts. */
function decimal(bytes: Buffer, from: number, to: number): number {
  const first = bytes[from] === dash ? from + 1 : from;
  let [value, point] = [0, -1];
  for (let at = first; at < to; at++) {
    const c = bytes[at] as number;
    if (c === dot && point === -1) point = at;
    else if (c < zero || c > nine) return Number.NaN;
    else value = 10 * value + c - zero;
  }
  const digits = to - first - (point === -1 ? 0 : 1);
  if (digits < 1 || point === first || point === to - 1) return Number.NaN;
  if (digits > exactDigits) return Number(bytes.toString('latin1', from, to));
  if (point !== -1) value /= powers[to - point - 1] as number;
  return first === from ? value : -value;
}

/**
 * Whole numbers of 64 bits, times so far out that their microseconds are not exact as a double, and microseconds since
 * 1970 after `@`.
 */
function longValue(bytes: Buffer, from: number, to: number, type: 'TIMESTAMP' | 'BIGINT'): bigint | null {
  if (type === 'BIGINT' || bytes[from] === atSign) {
    const text = bytes.toString('latin1', type === 'BIGINT' ? from : from + 1, to);
    if (!/^-?\d{1,19}$/.test(text)) return null;
    const value = BigInt(text);
    return BigInt.asIntN(64, value) === value ? value : null;
  }
  const parts = timeParts(bytes, from, to);
  return parts && BigInt(parts.seconds) * 1_000_000n + BigInt(parts.fraction);
}

const daysOf = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const parts = { seconds: 0, fraction: 0 };

/** Microseconds since 1970 of a time such as `2026-01-31 13:45:00.5+01:00`; NaN for others, and beyond 2^53. */
function microseconds(bytes: Buffer, from: number, to: number): number {
  const found = timeParts(bytes, from, to);
  if (found === null) return Number.NaN;
  const value = found.seconds * 1e6 + found.fraction;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** Seconds since 1970 and microseconds of a time that exists; null for others. Without an offset it is UTC. */
function timeParts(bytes: Buffer, from: number, to: number): typeof parts | null {
  if (to - from < 19 || bytes[from + 4] !== dash || bytes[from + 7] !== dash) return null;
  if ((bytes[from + 10] !== blank && bytes[from + 10] !== letterT) || bytes[from + 13] !== colon) return null;
  if (bytes[from + 16] !== colon) return null;
  const year = 100 * two(bytes, from) + two(bytes, from + 2);
  const month = two(bytes, from + 5);
  const day = two(bytes, from + 8);
  const hour = two(bytes, from + 11);
  const minute = two(bytes, from + 14);
  const second = two(bytes, from + 17);
  // NaN fails each comparison.
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && hour < 24 && minute < 60 && second < 60)) return null;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > (month === 2 && isLeap ? 29 : (daysOf[month - 1] as number))) return null;
  const first = (daysBefore[month - 1] as number) + (isLeap && month > 2 ? 1 : 0);
  const before = year - 1;
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const days = before * 365 + leaps + first + day - 1 - 719_162;
  let at = from + 19;
  let fraction = 0;
  if (at < to && bytes[at] === dot) {
    const digits = ++at;
    for (; at < to; at++) {
      const c = bytes[at] as number;
      if (c < zero || c > nine) break;
      fraction = 10 * fraction + c - zero;
    }
    if (at === digits || at - digits > 6) return null;
    fraction *= powers[6 - (at - digits)] as number;
  }
  let offset = 0;
  if (at < to && bytes[at] === letterZ) at++;
  else if (at < to) {
    const sign = bytes[at] === plus ? 1 : bytes[at] === dash ? -1 : 0;
    if (sign === 0 || to - at !== 6 || bytes[at + 3] !== colon) return null;
    const [hours, minutes] = [two(bytes, at + 1), two(bytes, at + 4)];
    if (!(hours < 15 && minutes < 60)) return null;
    offset = sign * (60 * hours + minutes);
    at += 6;
  }
  if (at !== to) return null;
  parts.seconds = days * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
  parts.fraction = fraction;
  return parts;
}

/** The number that two digits write; NaN for others. */
function two(bytes: Buffer, at: number): number {
  const a = (bytes[at] as number) - zero;
  const b = (bytes[at + 1] as number) - zero;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? 10 * a + b : Number.NaN;
}

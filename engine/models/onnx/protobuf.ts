import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The bytes are not a whole protobuf message. */
export class BrokenMessage extends Error {
  override name = 'BrokenMessage';
}

/** Bytes that can be read at any position. */
export interface Bytes {
  size: number;
  /** Returns the bytes from `start` up to `end`. They are valid until the next call. Throws BrokenMessage beyond the end. */
  slice(start: number, end: number): Buffer;
}

/** A field of a message. `start` and `end` enclose its content; `value` is the number of a field without content. */
export interface Field {
  number: number;
  /** Position of the field's tag. */
  from: number;
  start: number;
  end: number;
  wire: 'varint' | 'fixed64' | 'bytes' | 'fixed32';
  /** Varints only; as a signed number of 64 bits. */
  value: number;
}

/** Reads a file at any position through a window, so that weights that nobody asks for are not read. */
export function openBytes(path: string): Bytes & Disposable {
  const descriptor = openSync(path, 'r');
  const { size } = fstatSync(descriptor);
  let window = Buffer.alloc(0);
  let windowStart = 0;
  return {
    size,
    slice(start, end) {
      if (end > size || end < start) throw new BrokenMessage(`the file ends at byte ${size}`);
      if (start < windowStart || end > windowStart + window.length) {
        window = Buffer.allocUnsafe(Math.min(size - start, Math.max(end - start, 1 << 16)));
        windowStart = start;
        for (let at = 0; at < window.length;) {
          const count = readSync(descriptor, window, at, window.length - at, start + at);
          if (count === 0) throw new BrokenMessage(`the file ends at byte ${start + at}`);
          at += count;
        }
      }
      return window.subarray(start - windowStart, end - windowStart);
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/** The same over bytes in memory. */
export function bytesOf(buffer: Buffer): Bytes {
  return {
    size: buffer.length,
    slice(start, end) {
      if (end > buffer.length || end < start) throw new BrokenMessage(`the message ends at byte ${buffer.length}`);
      return buffer.subarray(start, end);
    },
  };
}

/** The fields of the message between two positions. Throws BrokenMessage. */
export function* fieldsOf(bytes: Bytes, start: number, end: number): Generator<Field> {
  let at = start;
  while (at < end) {
    const from = at;
    const tag = readVarint(bytes, at, end);
    at = tag.end;
    const number = Math.floor(tag.value / 8);
    if (number < 1) throw new BrokenMessage(`no field starts at byte ${from}`);
    switch (tag.value & 7) {
      case 0: {
        const { value, end: after } = readVarint(bytes, at, end);
        yield { number, from, start: at, end: after, wire: 'varint', value };
        at = after;
        break;
      }
      case 1:
        yield { number, from, start: at, end: at + 8, wire: 'fixed64', value: 0 };
        at += 8;
        break;
      case 2: {
        const length = readVarint(bytes, at, end);
        const after = length.end + length.value;
        if (length.value < 0 || after > end) throw new BrokenMessage(`the field at byte ${from} ends at byte ${after}`);
        yield { number, from, start: length.end, end: after, wire: 'bytes', value: 0 };
        at = after;
        break;
      }
      case 5:
        yield { number, from, start: at, end: at + 4, wire: 'fixed32', value: 0 };
        at += 4;
        break;
      default:
        throw new BrokenMessage(`no field starts at byte ${from}`);
    }
  }
  if (at !== end) throw new BrokenMessage(`the message ends at byte ${end}, its last field at ${at}`);
}

export function textOf(bytes: Bytes, field: Field): string {
  return bytes.slice(field.start, field.end).toString('utf8');
}

/** The numbers of a repeated field: one varint, or many that are packed. */
export function varintsOf(bytes: Bytes, field: Field): number[] {
  if (field.wire === 'varint') return [field.value];
  const values: number[] = [];
  for (let at = field.start; at < field.end;) {
    const { value, end } = readVarint(bytes, at, field.end);
    values.push(value);
    at = end;
  }
  return values;
}

/** The numbers of a repeated field: one float32, or many that are packed. */
export function floatsOf(bytes: Bytes, field: Field): number[] {
  const content = bytes.slice(field.start, field.end);
  return Array.from({ length: Math.floor(content.length / 4) }, (_, i) => content.readFloatLE(i * 4));
}

/** A field of bytes as it is written in a message. */
export function encodeBytes(number: number, content: Buffer): Buffer {
  return Buffer.concat([encodeVarint(number * 8 + 2), encodeVarint(content.length), content]);
}

/** A field of a number from 0 to 2^53 as it is written in a message. */
export function encodeNumber(number: number, value: number): Buffer {
  return Buffer.concat([encodeVarint(number * 8), encodeVarint(value)]);
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function readVarint(bytes: Bytes, start: number, end: number): { value: number; end: number } {
  const content = bytes.slice(start, Math.min(start + 10, end));
  let value = 0;
  for (let i = 0; i < content.length; i++) {
    const byte = content[i] ?? 0;
    // A number of 64 bits is negative when its last bit, the first of the tenth byte, is set.
    if (i < 7) value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128)
      return { value: i < 7 ? value : Number(longVarint(content.subarray(0, i + 1))), end: start + i + 1 };
  }
  throw new BrokenMessage(`the number at byte ${start} has no end`);
}

function longVarint(content: Buffer): bigint {
  const value = content.reduce((sum, byte, i) => sum | (BigInt(byte & 127) << BigInt(7 * i)), 0n);
  return BigInt.asIntN(64, value);
}

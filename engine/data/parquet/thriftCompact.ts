/**
 * A value of Thrift's compact protocol as it is in the bytes of a Parquet footer: enough to change some numbers and to
 * write the rest as it was.
 */
export type ThriftValue =
  | { kind: 'boolean'; value: boolean }
  | { kind: 'byte' | 'double' | 'binary'; bytes: Buffer }
  /** i16, i32 or i64 with the type number of its width. */
  | { kind: 'integer'; type: number; value: bigint }
  | { kind: 'list'; type: number; of: number; items: ThriftValue[] }
  | { kind: 'struct'; fields: Map<number, ThriftValue> };

export type ThriftStruct = Extract<ThriftValue, { kind: 'struct' }>;

const [yes, no, byte, i16, i32, i64, double, binary, list, set, struct] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12];

/** Reads a struct. Throws RangeError when the bytes are none. See Apache Thrift, "Thrift compact protocol". */
export function readThrift(bytes: Buffer): ThriftStruct {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const part = bytes.readUInt8(at++);
      value |= BigInt(part & 127) << shift;
      if (part < 128) return value;
    }
  };
  const signed = (): bigint => {
    const value = varint();
    return (value >> 1n) ^ -(value & 1n);
  };
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > bytes.length) throw new RangeError('The Parquet footer ends too early.');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const readStruct = (): ThriftStruct => {
    const fields = new Map<number, ThriftValue>();
    for (let id = 0; ;) {
      const head = bytes.readUInt8(at++);
      if (head === 0) return { kind: 'struct', fields };
      id = head >> 4 === 0 ? Number(signed()) : id + (head >> 4);
      const type = head & 15;
      fields.set(id, type === yes || type === no ? { kind: 'boolean', value: type === yes } : read(type));
    }
  };
  const read = (type: number): ThriftValue => {
    if (type === yes || type === no) return { kind: 'boolean', value: bytes.readUInt8(at++) === yes };
    if (type === byte) return { kind: 'byte', bytes: take(1) };
    if (type === double) return { kind: 'double', bytes: take(8) };
    if (type === i16 || type === i32 || type === i64) return { kind: 'integer', type, value: signed() };
    if (type === binary) return { kind: 'binary', bytes: take(Number(varint())) };
    if (type === list || type === set) {
      const head = bytes.readUInt8(at++);
      const length = head >> 4 === 15 ? Number(varint()) : head >> 4;
      return { kind: 'list', type, of: head & 15, items: Array.from({ length }, () => read(head & 15)) };
    }
    if (type === struct) return readStruct();
    throw new RangeError(`The Parquet footer has a value of the unknown type ${type}.`);
  };
  return readStruct();
}

/** Writes a struct as `readThrift` reads it. */
export function writeThrift(value: ThriftStruct): Buffer {
  const parts: Buffer[] = [];
  const put = (...numbers: number[]) => void parts.push(Buffer.from(numbers));
  const varint = (value: bigint): void => {
    const numbers: number[] = [];
    let rest = value;
    for (; rest >= 128n; rest >>= 7n) numbers.push(Number(rest & 127n) | 128);
    put(...numbers, Number(rest));
  };
  const signed = (value: bigint) => varint(value < 0n ? -value * 2n - 1n : value * 2n);
  const typeOf = (one: ThriftValue): number => {
    switch (one.kind) {
      case 'boolean':
        return one.value ? yes : no;
      case 'byte':
        return byte;
      case 'double':
        return double;
      case 'binary':
        return binary;
      case 'struct':
        return struct;
      default:
        return one.type;
    }
  };
  const write = (one: ThriftValue, inList: boolean): void => {
    switch (one.kind) {
      case 'boolean':
        if (inList) put(one.value ? yes : no);
        break;
      case 'byte':
      case 'double':
        parts.push(one.bytes);
        break;
      case 'binary':
        varint(BigInt(one.bytes.length));
        parts.push(one.bytes);
        break;
      case 'integer':
        signed(one.value);
        break;
      case 'list':
        if (one.items.length < 15) put((one.items.length << 4) | one.of);
        else {
          put(0xf0 | one.of);
          varint(BigInt(one.items.length));
        }
        for (const item of one.items) write(item, true);
        break;
      default: {
        let last = 0;
        for (const [id, field] of [...one.fields].toSorted(([a], [b]) => a - b)) {
          if (id > last && id - last < 16) put(((id - last) << 4) | typeOf(field));
          else {
            put(typeOf(field));
            signed(BigInt(id));
          }
          write(field, false);
          last = id;
        }
        put(0);
      }
    }
  };
  write(value, false);
  return Buffer.concat(parts);
}

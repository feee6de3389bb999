/** A field of a message in protobuf's wire format. Numbers of wire type 0 come as signed 64-bit integers. */
export type Field = { number: number; type: 0; value: bigint } | { number: number; type: 1 | 2 | 5; value: Uint8Array };

/** The fields of a message in order. Throws RangeError for invalid bytes. */
export function* fieldsOf(bytes: Uint8Array): Iterable<Field> {
  let at = 0;
  const varint = (): bigint => {
    // Most varints are short and read without big integers.
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('a message ends in the middle of a number');
      low += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('a message ends in the middle of a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new RangeError('a number of a message has no end');
  };
  const take = (length: number): Uint8Array => {
    if (length < 0 || at + length > bytes.length) throw new RangeError('a message ends in the middle of a field');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = Math.floor(key / 8);
    const type = key % 8;
    if (type === 0) yield { number, type, value: varint() };
    else if (type === 1) yield { number, type, value: take(8) };
    else if (type === 2) yield { number, type, value: take(Number(varint())) };
    else if (type === 5) yield { number, type, value: take(4) };
    else throw new RangeError(`a message has a field of the unknown type ${type}`);
  }
}

export function asText(field: Field): string {
  return field.type === 0 ? '' : new TextDecoder().decode(field.value);
}

export function asDouble(field: Field): number {
  return field.type === 1 ? viewOf(field.value).getFloat64(0, true) : Number.NaN;
}

export function asFloat(field: Field): number {
  return field.type === 5 ? viewOf(field.value).getFloat32(0, true) : Number.NaN;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The numbers of a repeated field, packed or not. */
export function varintsOf(field: Field): bigint[] {
  if (field.type === 0) return [field.value];
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of field.value) {
    // A number without an end would take square time.
    if (shift >= 70n) throw new RangeError('a number of a message has no end');
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(BigInt.asIntN(64, value));
    value = 0n;
    shift = 0n;
  }
  return values;
}

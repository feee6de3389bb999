import { fieldsOf, varintsOf, viewOf, type Field } from './protobuf.ts';

/**
 * The number in a TensorProto with exactly one element; null for other shapes and types. Field and type numbers:
 * tensorflow/core/framework/tensor.proto, types.proto.
 */
export function tensorScalar(bytes: Uint8Array): number | null {
  let type = 0;
  let content: Uint8Array | null = null;
  let elements = 1;
  const values: number[] = [];
  for (const field of fieldsOf(bytes)) {
    // More than one number is no scalar; a list of gigabytes is not made for it.
    if (field.type === 2 && listed.has(field.number) && field.value.length > longestNumber) return null;
    if (values.length > 1) return null;
    if (field.number === 1 && field.type === 0) type = Number(field.value);
    else if (field.number === 2 && field.type === 2) elements = elementsOf(field.value);
    else if (field.number === 4 && field.type === 2) content = field.value;
    else if (field.number === 5) values.push(...floats(field, 4));
    else if (field.number === 6) values.push(...floats(field, 8));
    else if (
      field.number === 7 ||
      field.number === 10 ||
      field.number === 11 ||
      field.number === 16 ||
      field.number === 17
    )
      values.push(...varintsOf(field).map(Number));
    else if (field.number === 13)
      values.push(
        ...varintsOf(field).map((half) => (type === bfloat16 ? fromBfloat16(Number(half)) : fromHalf(Number(half)))),
      );
  }
  if (elements !== 1) return null;
  if (content !== null && content.length > 0) return fromContent(type, content);
  return values.length === 1 ? (values[0] ?? null) : null;
}

/** Fields with the numbers of a tensor, and the most bytes of one of them. */
const listed = new Set([5, 6, 7, 10, 11, 13, 16, 17]);
const longestNumber = 16;

const bfloat16 = 14;

/** The product of the sizes of a TensorShapeProto. */
function elementsOf(shape: Uint8Array): number {
  let elements = 1;
  for (const dimension of fieldsOf(shape)) {
    if (dimension.number !== 2 || dimension.type !== 2) continue;
    let size = 0;
    for (const field of fieldsOf(dimension.value))
      if (field.number === 1 && field.type === 0) size = Number(field.value);
    elements *= size;
  }
  return elements;
}

function floats(field: Field, bytes: 4 | 8): number[] {
  if (field.type === 0) return [];
  const view = viewOf(field.value);
  return Array.from({ length: Math.floor(field.value.length / bytes) }, (_, i) =>
    bytes === 4 ? view.getFloat32(i * 4, true) : view.getFloat64(i * 8, true),
  );
}

function fromContent(type: number, content: Uint8Array): number | null {
  const view = viewOf(content);
  const sizes: Record<number, number> = {
    1: 4,
    2: 8,
    3: 4,
    4: 1,
    5: 2,
    6: 1,
    9: 8,
    10: 1,
    14: 2,
    17: 2,
    19: 2,
    22: 4,
    23: 8,
  };
  if (sizes[type] !== content.length) return null;
  switch (type) {
    case 1:
      return view.getFloat32(0, true);
    case 2:
      return view.getFloat64(0, true);
    case 3:
      return view.getInt32(0, true);
    case 4:
    case 10:
      return view.getUint8(0);
    case 5:
      return view.getInt16(0, true);
    case 6:
      return view.getInt8(0);
    case 9:
      return Number(view.getBigInt64(0, true));
    case 14:
      return fromBfloat16(view.getUint16(0, true));
    case 17:
      return view.getUint16(0, true);
    case 19:
      return fromHalf(view.getUint16(0, true));
    case 22:
      return view.getUint32(0, true);
    case 23:
      return Number(view.getBigUint64(0, true));
    default:
      return null;
  }
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a 32-bit float. */
function fromBfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, (bits & 0xffff) * 0x10000);
  return view.getFloat32(0);
}

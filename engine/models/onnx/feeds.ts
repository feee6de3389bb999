import { DataError } from '../../base/errors.ts';
import type { Column, Table } from '../../data/table.ts';
import type { TypedInput } from '../flavours/flavour.ts';
import { RowError } from '../rowError.ts';
import type { Slot } from './graphInputs.ts';
import type { TextColumn } from './textColumns.ts';

/** The elements of a tensor, in the form that ONNX Runtime takes. */
export type Elements =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | string[];

/** The elements of one input of the graph for some rows of a table. */
export interface Feed {
  name: string;
  type: Slot['element'];
  elements: Elements;
  dims: number[];
}

/** Rows `from` up to `to` of a table; where a graph takes more rows, the last one fills them. */
export interface Rows {
  from: number;
  to: number;
  /** Number of rows that the graph gets. */
  filled: number;
}

/** How values become the elements of the tensors of a model. */
export interface FeedRules {
  slots: readonly Slot[];
  /** The columns of the text inputs, by the names of the inputs. */
  texts: ReadonlyMap<string, readonly TextColumn[]>;
  /** Called once for each column whose numbers float32 cannot hold. */
  onRounded: (name: string, value: number) => void;
}

/** The columns of a table in the order of a graph's inputs. Throws DataError when their number or kind is wrong. */
export function columnsFor(slots: readonly Slot[], table: Table, inputs: readonly TypedInput[]): Column[] {
  const width = slots.reduce((sum, slot) => sum + (slot.width ?? inputs.length), 0);
  if (width !== inputs.length)
    throw new DataError(
      `The model takes ${width} columns, and ${inputs.length} are given: ${inputs.map(({ name }) => name).join(', ')}.`,
    );
  return inputs.map(({ name }) => {
    const column = table.columns[name];
    if (!column) throw new DataError(`${name}: the model reads this column, and the data does not have it`);
    return column;
  });
}

/** The tensors of some rows. `names` are those of the columns. Throws DataError naming row (from 0) and column of a value that the graph cannot take. */
export function feedsOf(rules: FeedRules, columns: readonly Column[], names: readonly string[], rows: Rows): Feed[] {
  let first = 0;
  return rules.slots.map((slot) => {
    const width = slot.width ?? columns.length;
    const elements = newElements(slot.element, rows.filled * width);
    for (let c = 0; c < width; c++) {
      const column = columns[first + c];
      const name = names[first + c] ?? '';
      if (column) fillColumn(slot, { rules, elements, name, at: c, width }, column, rows);
    }
    first += width;
    return { name: slot.name, type: slot.element, elements, dims: slot.isFlat ? [rows.filled] : [rows.filled, width] };
  });
}

interface Target {
  rules: FeedRules;
  elements: Elements;
  /** Name of the column in the table. */
  name: string;
  /** Position of the column in the input. */
  at: number;
  width: number;
}

function fillColumn(slot: Slot, target: Target, column: Column, rows: Rows): void {
  const { elements, name, at, width } = target;
  if (Array.isArray(elements)) {
    if (column.kind !== 'text') throw new DataError(`${name}: the model takes a text here, and the data holds numbers`);
    const missing = target.rules.texts.get(slot.name)?.[at]?.missing ?? null;
    fill(rows, (row, i) => {
      elements[i * width + at] = column.values[row] ?? missing ?? noText(name, row);
    });
    return;
  }
  if (column.kind !== 'number') throw new DataError(`${name}: the model takes a number here, and the data holds texts`);
  const { values } = column;
  if (elements instanceof Float64Array)
    fill(rows, (row, i) => {
      elements[i * width + at] = values[row] ?? Number.NaN;
    });
  else if (elements instanceof Float32Array) fillFloats(target, elements, values, rows);
  else {
    const [least, most] = limits[slot.element] ?? [-Infinity, Infinity];
    fill(rows, (row, i) => {
      const value = values[row] ?? Number.NaN;
      if (!Number.isInteger(value) || value < least || value > most) noInteger(name, row, value, slot.element);
      if (elements instanceof BigInt64Array) elements[i * width + at] = BigInt(value);
      else elements[i * width + at] = value;
    });
  }
}

/** Most numbers lose digits in float32, as they do when Python casts them. A lost whole number is reported. */
function fillFloats(
  { rules, name, at, width }: Target,
  elements: Float32Array,
  values: Float64Array,
  rows: Rows,
): void {
  let rounded: number | null = null;
  fill(rows, (row, i) => {
    const value = values[row] ?? Number.NaN;
    const float = Math.fround(value);
    if (float !== value && Number.isInteger(value)) {
      if (!Number.isFinite(float))
        throw new RowError(row, `${name} is ${value}, which is beyond float32, and the model takes float32`);
      rounded ??= value;
    } else if (!Number.isFinite(float) && Number.isFinite(value))
      throw new RowError(row, `${name} is ${value}, which is beyond float32, and the model takes float32`);
    elements[i * width + at] = float;
  });
  if (rounded !== null) rules.onRounded(name, rounded);
}

function fill({ from, to, filled }: Rows, set: (row: number, i: number) => void): void {
  for (let i = 0; i < filled; i++) set(Math.min(from + i, to - 1), i);
}

function noText(name: string, row: number): never {
  throw new RowError(
    row,
    `${name} is missing. The model has no text for missing values; give it an imputer for them, or replace them in the SQL that prepares the data.`,
  );
}

function noInteger(name: string, row: number, value: number, type: Slot['element']): never {
  const wanted = type === 'bool' ? 'true or false' : `a whole number (${type})`;
  throw new RowError(
    row,
    Number.isNaN(value)
      ? `${name} is missing. The model takes ${wanted} here, which cannot be missing; replace missing values in the SQL that prepares the data, or export the input as float.`
      : `${name} must be ${wanted}, not ${value}`,
  );
}

const limits: Partial<Record<Slot['element'], readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
  int64: [-(2 ** 63), 2 ** 63 - 1024],
  bool: [0, 1],
};

function newElements(type: Slot['element'], size: number): Elements {
  switch (type) {
    case 'float32':
      return new Float32Array(size);
    case 'float64':
      return new Float64Array(size);
    case 'int8':
      return new Int8Array(size);
    case 'uint8':
    case 'bool':
      return new Uint8Array(size);
    case 'int16':
      return new Int16Array(size);
    case 'uint16':
      return new Uint16Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'uint32':
      return new Uint32Array(size);
    case 'int64':
      return new BigInt64Array(size);
    case 'string':
      return Array.from({ length: size }, () => '');
  }
}

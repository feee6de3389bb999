import { DataError } from '../../base/errors.ts';
import type { Table } from '../../data/table.ts';
import type { InputType, TypedInput } from '../flavours/flavour.ts';

/** A value as JSON has it. Missing values are null: JSON has no NaN. */
export type Cell = number | string | boolean | null;

/** The values of an input of a table. Dates and times are ISO texts in UTC without a zone, as pandas reads them. */
export function cellsOf(table: Table, { name, type }: TypedInput): Cell[] {
  const column = table.columns[name];
  if (!column) throw new DataError(`The data has no column \`${name}\`, which the model takes.`);
  if (column.kind === 'text') return column.values;
  return Array.from(column.values, (value, row) => {
    if (Number.isNaN(value)) return null;
    if (!Number.isFinite(value)) throw new DataError(`row ${row}: ${name} is infinite, which JSON cannot hold`);
    return cellOf(value, type);
  });
}

function cellOf(value: number, type: InputType): Cell {
  if (type === 'boolean') return value !== 0;
  if (type === 'datetime') return new Date(value).toISOString().slice(0, -1);
  return type === 'text' ? String(value) : value;
}

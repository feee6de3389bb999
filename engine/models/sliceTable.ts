import type { Table } from '../data/table.ts';

/** Rows `from` up to `to` of a table, without copying numbers. */
export function sliceTable(table: Table, from: number, to: number): Table {
  const end = Math.min(to, table.rows);
  return {
    rows: Math.max(0, end - from),
    columns: Object.fromEntries(
      Object.entries(table.columns).map(([name, column]) => [
        name,
        column.kind === 'number'
          ? { kind: 'number', values: column.values.subarray(from, end) }
          : { kind: 'text', values: column.values.slice(from, end) },
      ]),
    ),
  };
}

import type { Table } from '../data/table.ts';
import type { Model } from './model.ts';
import type { Predictions } from '../evaluation/predictions.ts';

/** A model's predictions for a table, in the form that evaluation and serving take. */
export async function predictTable(model: Model, table: Table): Promise<Predictions> {
  const { task } = model.meta;
  if (task !== 'multiclass') return { task, values: await model.scores(table), probabilities: [] };
  const probabilities = await model.probabilities(table);
  const values = new Float64Array(table.rows);
  for (let i = 0; i < table.rows; i++) {
    let best = 0;
    for (let c = 1; c < probabilities.length; c++)
      if ((probabilities[c]?.[i] ?? 0) > (probabilities[best]?.[i] ?? 0)) best = c;
    values[i] = best;
  }
  return { task, values, probabilities };
}

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

import type { Column } from '../../data/table.ts';
import type { Tried } from './answerForm.ts';
import { labelsOf, scoreColumns } from './collectAnswers.ts';
import type { GraphInputs, Slot } from './graphInputs.ts';
import type { GraphRunner } from './runGraph.ts';
import type { TextColumn } from './textColumns.ts';

/** Numbers that are tried, so that scores show whether they are probabilities. They also warm the session up. */
const numbers = [0, 1, -1, 10, -10, 1000];

/** Outputs of made-up rows; null when the graph does not take them. */
export async function tryRows(
  runner: GraphRunner,
  { slots, width, batch }: GraphInputs,
  texts: ReadonlyMap<string, readonly TextColumn[]>,
): Promise<Tried | null> {
  if (width === null) return null;
  const rows = Math.min(batch ?? numbers.length, numbers.length);
  const columns = slots.flatMap((slot) =>
    Array.from({ length: slot.width ?? 0 }, (_, c): Column => {
      if (slot.element !== 'string')
        return { kind: 'number', values: Float64Array.from({ length: rows }, (_each, row) => number(slot, row, c)) };
      const known = texts.get(slot.name)?.[c]?.known ?? '';
      return { kind: 'text', values: Array.from({ length: rows }, () => known) };
    }),
  );
  try {
    const tried = await runner.run({ columns, names: columns.map((_, c) => String(c)) }, 0, rows);
    return { labels: labelsOf(tried), scores: scoreColumns(tried) };
  } catch {
    return null;
  }
}

function number({ element }: Slot, row: number, column: number): number {
  if (element !== 'float32' && element !== 'float64') return (row + column) % 2;
  return (numbers[row] ?? 0) * (1 + column / 7);
}

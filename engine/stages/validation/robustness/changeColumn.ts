import type { Column } from '../../../data/table.ts';
import { seededRandom } from '../../../statistics/random.ts';
import type { ColumnChange, Value } from './perturbations.ts';

/** A column after a change, and how many values are other ones. The seed and the name of the change determine it. */
export function changeColumn(
  { column: { name, column }, perturbation, how, share, change }: ColumnChange,
  seed: number,
): { column: Column; changed: number } {
  const random = seededRandom(seed ^ textNumber(`${perturbation} ${name} ${how}`));
  let changed = 0;
  const next = <V extends Value>(value: V, isMissing: boolean): Value => {
    const isDrawn = random.next() < share;
    if (isMissing || value === null || !isDrawn) return value;
    const other = change(value, random);
    if (other !== value) changed++;
    return other;
  };
  if (column.kind === 'text') {
    const values = column.values.map((value) => textOf(next(value, value === null)));
    return { column: { kind: 'text', values }, changed };
  }
  const values = column.values.map((value) => numberOf(next(value, Number.isNaN(value))));
  return { column: { kind: 'number', values }, changed };
}

const textOf = (value: Value) => (value === null ? null : String(value));
const numberOf = (value: Value) => (value === null ? Number.NaN : Number(value));

/** A number of 32 bits for a text (FNV-1a). */
function textNumber(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

import type { ColumnRow } from './columnRows.ts';

const page = 10;
const steps: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  j: 1,
  k: -1,
  PageDown: page,
  PageUp: -page,
  Home: -Infinity,
  End: Infinity,
};

/** The row that a key in the table leads to; null for a key that leads nowhere. */
export function rowAfter(
  event: Pick<KeyboardEvent, 'key'>,
  rows: readonly ColumnRow[],
  active: string | null,
): string | null {
  const step = steps[event.key];
  if (step === undefined) return null;
  const at = rows.findIndex(({ name }) => name === active);
  return rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.name ?? null;
}

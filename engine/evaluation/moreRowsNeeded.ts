import type { Interval } from './intervals.ts';

/** Beyond this many rows nobody waits for an answer. */
const most = 1e9;

/**
 * About how many more rows would settle a gate whose interval lies on both sides of a bound, if the value stays where
 * it is: the distance of an end from the value shrinks with the root of the number of rows, and must become that of the
 * bound. Null when the value lies so near to the bound that over a billion rows would be needed.
 *
 * @param n Rows behind the interval.
 */
export function moreRowsNeeded(
  value: number,
  { low, high }: Interval,
  { min, max }: { min: number | null; max: number | null },
  n: number,
): number | null {
  const meets = (min === null || value >= min) && (max === null || value <= max);
  // A value that meets its bounds needs both ends within; one that breaks a bound needs one end beyond it.
  const ratios = meets
    ? [
        min === null || low >= min ? 0 : ratio(value - low, value - min),
        max === null || high <= max ? 0 : ratio(high - value, max - value),
      ]
    : [min !== null && value < min ? ratio(high - value, min - value) : ratio(value - low, value - (max ?? value))];
  const rows = n * (Math.max(...ratios) ** 2 - 1);
  // The value itself may move, so two digits are enough.
  return rows <= most ? Math.max(1, Math.round(Number(rows.toPrecision(2)))) : null;
}

function ratio(width: number, distance: number): number {
  return distance > 0 ? width / distance : Number.POSITIVE_INFINITY;
}

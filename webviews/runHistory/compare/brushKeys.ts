import type { RunPoint } from '../../../protocol/runs.ts';
import { canBeLog, extent } from './fields.ts';
import type { Field } from './fields.ts';
import { axisCategories } from './parallel.ts';

/** The values of an axis: categories, or the numbers from the minimum to the maximum. */
export type AxisScale = { categories: string[] } | { from: number; to: number; log: boolean };

export type Interval = [number, number];

const stepShare = 0.05;
const firstShare = 0.25;
const pageSteps = 5;

/** The scale of an axis; null when it has no values to select. */
export function axisScale(field: Field, runs: readonly RunPoint[], log: boolean): AxisScale | null {
  if (!field.numeric) {
    const categories = axisCategories(field, runs);
    return categories.length === 0 ? null : { categories };
  }
  const range = extent(field, runs);
  return range === null || range[0] === range[1]
    ? null
    : { from: range[0], to: range[1], log: log && canBeLog(field, runs) };
}

/**
 * The range of an axis after a key: ↑ and ↓ move it (or create the first one, at the top or bottom), with Shift its
 * upper end, Page Up and Page Down by more, Home and End to the ends; Escape and Delete clear it (null). Undefined for
 * keys without an action.
 */
export function pressed(
  key: string,
  shift: boolean,
  part: Interval | null,
  scale: AxisScale,
): Interval | null | undefined {
  if (key === 'Escape' || key === 'Delete' || key === 'Backspace') return part === null ? undefined : null;
  const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: pageSteps, PageDown: -pageSteps, Home: -Infinity, End: Infinity }[
    key
  ];
  if (steps === undefined) return undefined;
  if ('categories' in scale)
    return moved(part, steps, shift, { first: 0, last: scale.categories.length - 1, step: 1, least: 0, length: 0 });
  const shares = part === null ? null : ([shareOf(part[0], scale), shareOf(part[1], scale)] satisfies Interval);
  const [low, high] = moved(shares, steps, shift, {
    first: 0,
    last: 1,
    step: stepShare,
    least: stepShare,
    length: firstShare,
  });
  return [valueAt(low, scale), valueAt(high, scale)];
}

interface Track {
  first: number;
  last: number;
  step: number;
  /** The minimum length of a range, and the length of a new one. */
  least: number;
  length: number;
}

function moved(
  part: Interval | null,
  steps: number,
  shift: boolean,
  { first, last, step, least, length }: Track,
): Interval {
  const inside = (at: number, from: number, to: number): number => Math.min(to, Math.max(from, at));
  if (part === null) return steps > 0 ? [last - length, last] : [first, first + length];
  const [low, high] = [inside(part[0], first, last), inside(part[1], first, last)];
  if (shift) return [low, inside(high + steps * step, Math.min(last, low + least), last)];
  const to = inside(low + steps * step, first, last - (high - low));
  return [to, to + (high - low)];
}

function shareOf(value: number, { from, to, log }: Exclude<AxisScale, { categories: string[] }>): number {
  if (!log) return (value - from) / (to - from);
  return value <= 0 ? 0 : (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from));
}

/** The ends are the values themselves, so that runs with these values are inside. */
function valueAt(share: number, { from, to, log }: Exclude<AxisScale, { categories: string[] }>): number {
  if (share < 1e-9) return from;
  if (share > 1 - 1e-9) return to;
  const value = log ? Math.exp(Math.log(from) + share * (Math.log(to) - Math.log(from))) : from + share * (to - from);
  return Number(value.toPrecision(12));
}

/** The selected range in words. */
export function partText(part: Interval | null, scale: AxisScale, field: Field): string {
  if (part === null) return 'all';
  if (!('categories' in scale))
    return `${field.text(Number(part[0].toPrecision(4)))} to ${field.text(Number(part[1].toPrecision(4)))}`;
  const chosen = scale.categories.slice(Math.ceil(part[0]), Math.floor(part[1]) + 1);
  return chosen.length > 3 ? `${chosen.length} values, ${chosen[0]} to ${chosen.at(-1)}` : chosen.join(', ');
}

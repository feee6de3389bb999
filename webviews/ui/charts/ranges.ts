import { withinBounds } from '../metricBounds.ts';
import { firstAtLeast } from './line.ts';
import type { Line } from './line.ts';

export type Range = [number, number];

/** The range of x of all lines; with `log`, only values above zero. Null when there is none. */
export function xRange(lines: readonly Line[], log: boolean): Range | null {
  let min = Infinity;
  let max = -Infinity;
  for (const { xs } of lines) {
    if (xs.length === 0) continue;
    const start = log ? firstAtLeast(xs, Number.MIN_VALUE) : 0;
    const low = xs[start];
    const high = xs[xs.length - 1];
    if (low === undefined || high === undefined) continue;
    if (low < min) min = low;
    if (high > max) max = high;
  }
  if (!(min <= max)) return null;
  return min === max ? around(min, log) : [min, max];
}

/**
 * The range of finite y between two x, with a margin but not beyond the bounds of the metric; null when there is none.
 */
export function yRange(lines: readonly Line[], [from, to]: Range, log: boolean, name = ''): Range | null {
  let min = Infinity;
  let max = -Infinity;
  const take = (xs: Float64Array, ys: Float64Array): void => {
    for (let i = firstAtLeast(xs, from); i < ys.length && (xs[i] as number) <= to; i++) {
      const y = ys[i] as number;
      if (y - y !== 0 || (log && y <= 0)) continue;
      if (y < min) min = y;
      if (y > max) max = y;
    }
  };
  for (const { xs, ys, smooth } of lines) {
    take(xs, ys);
    // An average depends on earlier points, so it may be outside the visible values.
    if (smooth) take(xs, smooth);
  }
  if (!(min <= max)) return null;
  if (min === max) return log ? around(min, log) : withinBounds(name, around(min, log), [min, max]);
  if (log) return [min / (max / min) ** 0.04, max * (max / min) ** 0.04];
  const air = (max - min) * 0.05;
  return Number.isFinite(air) ? withinBounds(name, [min - air, max + air], [min, max]) : [min, max];
}

function around(value: number, log: boolean): Range {
  if (log) return [value / 2, value * 2];
  const air = Math.abs(value) * 0.1 || 1;
  return [value - air, value + air];
}

/** About `wanted` round numbers from `min` to `max`. */
export function roundTicks(min: number, max: number, wanted: number, unit = 1): number[] {
  const rough = (max - min) / unit / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power * unit;
  if (!(step > 0) || !Number.isFinite(step)) return [min];
  const first = Math.ceil(min / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(max / step + 1e-9) - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** Powers of ten from `min` to `max`, with twos and fives in between where there are few; at most a given number. */
export function logTicks(min: number, max: number, wanted: number): number[] {
  const low = Math.floor(Math.log10(min));
  const high = Math.ceil(Math.log10(max));
  const factors = high - low <= 1 ? [1, 2, 3, 5, 7] : high - low <= 3 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((high - low) / Math.max(1, wanted)));
  const all: number[] = [];
  for (let power = Math.ceil(low / every) * every; power <= high; power += every)
    for (const factor of factors) all.push(Number(`${factor}e${power}`));
  const inside = all.filter((tick) => tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9));
  // Over less than such a step, a logarithmic axis is almost linear.
  return inside.length >= 2 ? inside : roundTicks(min, max, wanted).filter((tick) => tick > 0);
}

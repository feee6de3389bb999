import type { Curve } from '../../ui/series.ts';
import type { Line } from '../../ui/charts/line.ts';
import { positions } from './axis.ts';
import type { XAxis } from './axis.ts';
import { smoothed } from './smoothing.ts';

export interface CurveSettings {
  axis: XAxis;
  logX: boolean;
  logY: boolean;
  /** Weight of the previous average, from 0 (none) to 0.99. */
  smoothing: number;
}

/** Counts of values that cannot be drawn as points. */
export interface LeftOut {
  positive: number;
  negative: number;
  missing: number;
  /** At or below zero on a logarithmic axis. */
  notOnLog: number;
}

export interface Prepared {
  /** Ascending in x; null when the run does not have this axis. */
  line: Line | null;
  leftOut: LeftOut;
}

/** A curve prepared for drawing: ascending in x, with gaps at non-finite values, and its smoothed form. */
export function prepare(curve: Curve, settings: CurveSettings, startedAt: number, epochs: Curve | null): Prepared {
  const leftOut: LeftOut = { positive: 0, negative: 0, missing: 0, notOnLog: 0 };
  const at = positions(curve, settings.axis, startedAt, epochs);
  if (at === null) return { line: null, leftOut };
  // Smoothing follows the order of logging, before anything is sorted by time.
  const average = settings.smoothing > 0 ? smoothed(curve.values, settings.smoothing) : null;
  const order = isAscending(at) ? null : ascendingOrder(at);
  const xs = order ? picked(at, order) : at;
  const raw = order ? picked(curve.values, order) : curve.values;
  const shown = average && order ? picked(average, order) : average;
  const infinities = countInto(leftOut, xs, raw, settings);
  return { line: { xs, ys: raw, smooth: shown, infinities }, leftOut };
}

/** Counts values that cannot be drawn, and returns the infinite points as pairs of x and sign. */
function countInto(leftOut: LeftOut, xs: Float64Array, ys: Float64Array, { logX, logY }: CurveSettings): number[] {
  const infinities: number[] = [];
  for (let i = 0; i < ys.length; i++) {
    const y = ys[i] ?? Number.NaN;
    if (y - y === 0) {
      if ((logY && y <= 0) || (logX && (xs[i] ?? 0) <= 0)) leftOut.notOnLog++;
    } else if (Number.isNaN(y)) leftOut.missing++;
    else {
      if (y > 0) leftOut.positive++;
      else leftOut.negative++;
      infinities.push(xs[i] ?? 0, Math.sign(y));
    }
  }
  return infinities;
}

function isAscending(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (!((values[i - 1] ?? 0) <= (values[i] ?? 0))) return false;
  return true;
}

function ascendingOrder(values: Float64Array): Uint32Array {
  return Uint32Array.from(values, (_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
}

function picked(values: Float64Array, order: Uint32Array): Float64Array {
  const result = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) result[i] = values[order[i] ?? 0] ?? Number.NaN;
  return result;
}

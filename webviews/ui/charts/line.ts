/** The points of one run in a chart: ascending x, and y that may be NaN or infinite. */
export interface Line {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Drawn above the values, which are faint behind it. */
  readonly smooth: Float64Array | null;
  /** The infinite values as pairs of x and sign. */
  readonly infinities: readonly number[];
}

/** One curve of a chart. */
export interface ChartLine {
  id: string;
  name: string;
  line: Line;
  /** The position in the palette: a run looks the same in every chart. */
  place: number;
}

/** A range of values and the rectangle of pixels that shows it. */
export interface Frame {
  xMin: number;
  xMax: number;
  yMin: number;
  yMax: number;
  logX: boolean;
  logY: boolean;
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  /** Draws a column of points from its lowest to its highest pixel, for canvases that draw this faster than lines. */
  bar?(x: number, from: number, to: number): void;
}

/** The minimum height of a column that is drawn as a bar; lower ones are drawn as lines, which are smoother. */
const barHeight = 3;

/** Converts values to pixels. */
export function placer(min: number, max: number, log: boolean, from: number, to: number): (value: number) => number {
  const low = log ? Math.log10(min) : min;
  const scale = (to - from) / ((log ? Math.log10(max) : max) - low);
  return log ? (value) => from + (Math.log10(value) - low) * scale : (value) => from + (value - low) * scale;
}

/**
 * Draws every point of a line that a frame shows. Where many points share a column of `column` pixels, the column is
 * drawn by its first, lowest, highest and last point, which covers the same pixels: no peak is lost. Returns the number
 * of points read.
 */
export function traceLine(xs: Float64Array, ys: Float64Array, frame: Frame, column: number, pen: Pen): number {
  const [from, to] = visible(xs, frame);
  const x = placer(frame.xMin, frame.xMax, frame.logX, frame.left, frame.left + frame.width);
  const y = placer(frame.yMin, frame.yMax, frame.logY, frame.top + frame.height, frame.top);
  const { logX, logY } = frame;
  // One column: its accumulated points, and the point before it.
  let at = Number.NaN;
  let px = 0;
  let first = 0;
  let low = 0;
  let high = 0;
  let last = 0;
  let held = 0;
  let before = 0;
  /** Number of points since the last gap. */
  let drawn = 0;

  const flush = (): void => {
    if (held === 0) return;
    if (pen.bar && held > 2 && high - low > barHeight) {
      // Starts at the end of the previous column, so that there is no gap.
      pen.bar(px, drawn === 0 ? low : Math.min(low, before), drawn === 0 ? high : Math.max(high, before));
      pen.moveTo(px, last);
      drawn += held;
      before = last;
      held = 0;
      return;
    }
    if (drawn === 0) pen.moveTo(px, first);
    else pen.lineTo(px, first);
    if (held > 1) {
      if (low !== first) pen.lineTo(px, low);
      if (high !== low) pen.lineTo(px, high);
      if (last !== high) pen.lineTo(px, last);
    }
    drawn += held;
    before = last;
    held = 0;
  };
  const endStretch = (): void => {
    flush();
    // A single point between gaps would be invisible.
    if (drawn === 1) {
      pen.moveTo(px - 1.5, last);
      pen.lineTo(px + 1.5, last);
    }
    drawn = 0;
    at = Number.NaN;
  };

  for (let i = from; i < to; i++) {
    const valueX = xs[i] as number;
    const valueY = ys[i] as number;
    if (valueY - valueY !== 0 || (logY && valueY <= 0) || (logX && valueX <= 0)) {
      if (drawn > 0 || held > 0) endStretch();
      continue;
    }
    const here = x(valueX);
    const up = y(valueY);
    const cell = Math.floor(here / column);
    if (cell === at) {
      if (up < low) low = up;
      else if (up > high) high = up;
      last = up;
      held++;
      continue;
    }
    flush();
    at = cell;
    px = here;
    first = low = high = last = up;
    held = 1;
  }
  endStretch();
  return to - from;
}

/** The indices of the points in a frame, with one neighbour on each side, so that lines continue to the edge. */
export function visible(xs: Float64Array, { xMin, xMax }: { xMin: number; xMax: number }): [number, number] {
  return [Math.max(0, firstAtLeast(xs, xMin) - 1), Math.min(xs.length, firstAbove(xs, xMax) + 1)];
}

/** The index of the point nearest to an x; −1 without points. Of several points with the same x, the last. */
export function nearest(xs: Float64Array, x: number): number {
  const after = firstAbove(xs, x);
  if (after === 0) return xs.length === 0 ? -1 : 0;
  if (after === xs.length) return after - 1;
  return x - (xs[after - 1] ?? x) <= (xs[after] ?? x) - x ? after - 1 : after;
}

export function firstAtLeast(xs: Float64Array, x: number): number {
  let from = 0;
  let to = xs.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((xs[middle] as number) < x) from = middle + 1;
    else to = middle;
  }
  return from;
}

function firstAbove(xs: Float64Array, x: number): number {
  let from = 0;
  let to = xs.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((xs[middle] as number) <= x) from = middle + 1;
    else to = middle;
  }
  return from;
}

import { placer, traceLine, visible } from './line.ts';
import type { ChartLine, Frame, Line } from './line.ts';
import { markerPath } from './lineStyle.ts';
import type { LineStyle } from './lineStyle.ts';

export interface DrawOptions {
  style(place: number): LineStyle;
  /** The id of the highlighted line. */
  focus: string | null;
  /** Device pixels per CSS pixel. */
  ratio: number;
}

/** The minimum distance of points that are shown as dots. */
const dotSpace = 14;
const markerSpace = 90;

/** Draws curves into a frame on a canvas. */
export function drawLines(
  ctx: CanvasRenderingContext2D,
  lines: readonly ChartLine[],
  frame: Frame,
  { style, focus, ratio }: DrawOptions,
): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(frame.left, frame.top, frame.width, frame.height);
  ctx.clip();
  // The highlighted line is drawn last, above the others.
  const ordered =
    focus === null ? lines : [...lines.filter((one) => one.id !== focus), ...lines.filter((one) => one.id === focus)];
  for (const { id, line, place } of ordered) {
    const look = style(place);
    const apart = focus === null || focus === id;
    ctx.strokeStyle = look.color;
    ctx.fillStyle = look.color;
    ctx.lineJoin = 'bevel';
    const main = line.smooth ?? line.ys;
    if (line.smooth) {
      ctx.globalAlpha = apart ? 0.3 : 0.06;
      stroke(ctx, line.xs, line.ys, frame, look, 1, ratio);
    }
    ctx.globalAlpha = apart ? 1 : 0.15;
    stroke(ctx, line.xs, main, frame, look, focus === id ? 2.75 : 1.75, ratio);
    drawMarks(ctx, line, main, frame, look, ratio);
    drawInfinities(ctx, line, frame, ratio);
  }
  ctx.restore();
}

function stroke(
  ctx: CanvasRenderingContext2D,
  xs: Float64Array,
  ys: Float64Array,
  frame: Frame,
  look: LineStyle,
  width: number,
  ratio: number,
): void {
  const [from, to] = visible(xs, frame);
  const dense = to - from > frame.width;
  // Dashes are invisible in a column full of points, and expensive.
  ctx.setLineDash(dense ? [] : look.dash.map((part) => part * ratio));
  ctx.lineWidth = (dense ? Math.min(width, 1.25) : width) * ratio;
  const path = new Path2D();
  const half = ctx.lineWidth / 2;
  traceLine(xs, ys, frame, 1, {
    moveTo: (x, y) => path.moveTo(x, y),
    lineTo: (x, y) => path.lineTo(x, y),
    // Whole pixels need no antialiasing, and browsers fill them much faster than they stroke them.
    bar: (x, from, to) => ctx.fillRect(Math.floor(x), Math.round(from - half), 1, Math.round(to - from + 2 * half)),
  });
  ctx.stroke(path);
  ctx.setLineDash([]);
}

/** Positions of marks on a line as pairs of pixels: every point of a short line, otherwise at intervals. */
export function markPlaces(
  xs: Float64Array,
  ys: Float64Array,
  frame: Frame,
  marker: LineStyle['marker'],
  ratio: number,
): { points: [number, number][]; dots: boolean } {
  const [from, to] = visible(xs, frame);
  const dots = (to - from) * dotSpace * ratio <= frame.width;
  if (!dots && marker === 'none') return { points: [], dots };
  const x = placer(frame.xMin, frame.xMax, frame.logX, frame.left, frame.left + frame.width);
  const y = placer(frame.yMin, frame.yMax, frame.logY, frame.top + frame.height, frame.top);
  const points: [number, number][] = [];
  let before = -Infinity;
  for (let i = from; i < to; i++) {
    const at: [number, number] = [x(xs[i] ?? 0), y(ys[i] ?? Number.NaN)];
    if (!Number.isFinite(at[0]) || !Number.isFinite(at[1])) continue;
    if (!dots && at[0] - before < markerSpace * ratio) continue;
    points.push(at);
    before = at[0];
  }
  return { points, dots };
}

function drawMarks(
  ctx: CanvasRenderingContext2D,
  line: Line,
  ys: Float64Array,
  frame: Frame,
  look: LineStyle,
  ratio: number,
): void {
  const { points } = markPlaces(line.xs, ys, frame, look.marker, ratio);
  if (points.length === 0) return;
  const shape = look.marker === 'none' ? 'circle' : look.marker;
  const size = (look.marker === 'none' ? 4 : 7) * ratio;
  fillShapes(
    ctx,
    points.map(([x, y]) => markerPath(shape, x, y, size)),
  );
}

/** Triangles at the upper edge for +∞ and at the lower edge for −∞. */
function drawInfinities(ctx: CanvasRenderingContext2D, line: Line, frame: Frame, ratio: number): void {
  fillShapes(
    ctx,
    infinityPlaces(line, frame).map(([x, sign]) => infinityPath(x, sign, frame, 9 * ratio)),
  );
}

function fillShapes(ctx: CanvasRenderingContext2D, shapes: readonly string[]): void {
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas is not an array
  ctx.fill(new Path2D(shapes.join('')));
}

/** Each infinite point as the x pixel and the sign; points that share a pixel appear once. */
export function infinityPlaces(line: Line, frame: Frame): [number, number][] {
  const x = placer(frame.xMin, frame.xMax, frame.logX, frame.left, frame.left + frame.width);
  const places = new Map<string, [number, number]>();
  for (let i = 0; i < line.infinities.length; i += 2) {
    const at = x(line.infinities[i] ?? Number.NaN);
    const sign = line.infinities[i + 1] ?? 0;
    if (at >= frame.left && at <= frame.left + frame.width) places.set(`${Math.round(at)} ${sign}`, [at, sign]);
  }
  return [...places.values()];
}

export function infinityPath(x: number, sign: number, frame: Frame, size: number): string {
  const r = size / 2;
  const edge = sign > 0 ? frame.top : frame.top + frame.height;
  const base = edge + (sign > 0 ? size : -size);
  return `M${x},${edge}L${x + r},${base}L${x - r},${base}Z`;
}

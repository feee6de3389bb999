/** A part of a list; `to` is exclusive. */
export interface Slice {
  from: number;
  to: number;
}

const spareRows = 12;
const manyColumns = 24;
const sparePixels = 400;

/** The visible part of a scrolling box, in pixels. */
export interface Port {
  top: number;
  left: number;
  width: number;
  height: number;
}

export function portOf(box: HTMLElement | null): Port {
  return {
    top: box?.scrollTop ?? 0,
    left: box?.scrollLeft ?? 0,
    width: box?.clientWidth || 1200,
    height: box?.clientHeight || 800,
  };
}

/**
 * The rows to draw: the visible ones and some above and below. Their number is constant while the user scrolls, so that
 * row elements are reused.
 */
export function rowSlice(port: Port, rows: number, rowHeight: number): Slice {
  const visible = Math.ceil(port.height / rowHeight) + 1;
  const from = Math.max(0, Math.min(Math.floor(port.top / rowHeight) - spareRows, rows - visible - 2 * spareRows));
  return { from, to: Math.min(rows, from + visible + 2 * spareRows) };
}

export function visibleRows(port: Port, rows: number, rowHeight: number): Slice {
  const from = Math.min(rows, Math.floor(port.top / rowHeight));
  return { from, to: Math.min(rows, Math.ceil((port.top + port.height) / rowHeight)) };
}

/** The columns to draw, by their widths: all of them unless there are many. */
export function columnSlice(port: Port, widths: readonly number[], pinnedWidth: number): Slice {
  if (widths.length <= manyColumns) return { from: 0, to: widths.length };
  const [first, last] = [port.left - sparePixels, port.left + port.width - pinnedWidth + sparePixels];
  let at = 0;
  let from = 0;
  let to = 0;
  for (const [i, width] of widths.entries()) {
    if (at + width < first) from = i + 1;
    if (at <= last) to = i + 1;
    at += width;
  }
  return { from: Math.min(from, to), to };
}

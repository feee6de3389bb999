/** A part of a list: `to` is not in it. */
export interface Slice {
  from: number;
  to: number;
}

export const rowHeight = 28;
const spareRows = 12;
const manyColumns = 24;
const sparePixels = 400;

/** Where a scrolling box stands. */
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
 * The rows that stand in the page: those in sight and some beyond. Always as many, so that a row's element is used
 * again for another.
 */
export function rowSlice(port: Port, rows: number): Slice {
  const inSight = Math.ceil(port.height / rowHeight) + 1;
  const from = Math.max(0, Math.min(Math.floor(port.top / rowHeight) - spareRows, rows - inSight - 2 * spareRows));
  return { from, to: Math.min(rows, from + inSight + 2 * spareRows) };
}

/** The rows that a person sees now. */
export function inSight(port: Port, rows: number): Slice {
  const from = Math.min(rows, Math.floor(port.top / rowHeight));
  return { from, to: Math.min(rows, Math.ceil((port.top + port.height) / rowHeight)) };
}

/**
 * The columns that stand in the page, by their widths and how far the box is scrolled: all of them unless there are
 * many.
 */
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

/** The box that the table is scrolled in; null while there is no table. */
export function scroller(): HTMLElement | null {
  return document.querySelector<HTMLElement>('.scroller');
}

/** After the next painting, so that it is there. */
export function focusTable(): void {
  const from = document.activeElement;
  setTimeout(() => {
    // Somebody quick is in another place already, such as the box of words to search.
    const { activeElement } = document;
    if (activeElement === from || activeElement === document.body || activeElement === null)
      document.querySelector<HTMLElement>('table.runs')?.focus();
  });
}

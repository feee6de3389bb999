import { portOf, rowSlice, visibleRows } from './slices.ts';
import type { Port, Slice } from './slices.ts';

export interface VirtualTableOptions {
  /** Selector of the box that the table scrolls in. */
  scroller: string;
  /** Selector of the table, which has the focus while the keyboard moves over its rows. */
  table: string;
  /** Every row has this height in pixels. */
  rowHeight: number;
  /** Space that the head of the table takes beyond the height of a row. */
  headExtra?: number;
}

/** A table that draws only the rows near the visible part of its box. The box is found in the page each time. */
export class VirtualTable {
  readonly rowHeight: number;
  readonly #scroller: string;
  readonly #table: string;
  readonly #headExtra: number;

  constructor({ scroller, table, rowHeight, headExtra = 0 }: VirtualTableOptions) {
    this.rowHeight = rowHeight;
    this.#scroller = scroller;
    this.#table = table;
    this.#headExtra = headExtra;
  }

  /**
   * Measures the visible part. Call it before anything is written, because reading afterwards forces a second layout.
   */
  port(): Port {
    return portOf(this.#box());
  }

  slice(port: Port, rows: number): Slice {
    return rowSlice(port, rows, this.rowHeight);
  }

  visible(port: Port, rows: number): Slice {
    return visibleRows(port, rows, this.rowHeight);
  }

  /** The number of rows that Page Up and Page Down move by. */
  pageRows(): number {
    return Math.max(1, Math.floor(this.port().height / this.rowHeight) - 2);
  }

  scrollToTop(): void {
    const box = this.#box();
    if (box) box.scrollTop = 0;
  }

  /** Rows were added above: keeps the scroll position, unless the first row is visible and the new ones belong there. */
  rowsAdded(rows: number): void {
    const box = this.#box();
    if (box && box.scrollTop > 0) box.scrollTop += rows * this.rowHeight;
  }

  /** Scrolls a row into the visible part, below the head. False without a box. */
  reveal(index: number): boolean {
    const box = this.#box();
    if (!box) return false;
    const top = index * this.rowHeight;
    const bottom = top + 2 * this.rowHeight + this.#headExtra;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
    return true;
  }

  /** Focuses the table after the next painting, unless the focus has moved elsewhere by then. */
  focus(): void {
    const from = document.activeElement;
    setTimeout(() => {
      const { activeElement } = document;
      if (activeElement === from || activeElement === document.body || activeElement === null) this.focusNow();
    });
  }

  focusNow(): void {
    document.querySelector<HTMLElement>(this.#table)?.focus();
  }

  #box(): HTMLElement | null {
    return document.querySelector<HTMLElement>(this.#scroller);
  }
}

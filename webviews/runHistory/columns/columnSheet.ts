import type { Column } from './columns.ts';
import { widthOf } from './layout.ts';
import type { Layout } from './layout.ts';

/** The checkbox and the star. */
const leading = 62;
const groupedMetric = 168;

let sheet: CSSStyleSheet | undefined;
let written = '';

/** Width of each column in pixels; a metric needs room for three numbers when groups show statistics. */
export function widthsOf(columns: readonly Column[], layout: Layout, isGrouped: boolean): number[] {
  return columns.map((column) => {
    const width = widthOf(column, layout);
    return isGrouped && column.kind === 'metric' && layout.widths[column.id] === undefined
      ? Math.max(groupedMetric, width)
      : width;
  });
}

export function pinnedCount(columns: readonly Column[], layout: Layout): number {
  return columns.filter((column) => layout.pinned.includes(column.id)).length;
}

/**
 * Writes the widths and the offsets of pinned columns as rules of one style sheet: a new width is one rule for any
 * number of rows, and the Content-Security-Policy allows no style attribute.
 */
export function writeColumnSheet(widths: readonly number[], pinned: number): void {
  let left = leading;
  let pinnedWidth = leading;
  const rules = widths.map((width, i) => {
    const rule = `.runs .c${i}{width:${width}px${i < pinned ? `;left:${left}px` : ''}}`;
    left += width;
    if (i === pinned - 1) pinnedWidth = left;
    return rule;
  });
  const text = [`table.runs{width:max(100%,${left}px)}.runs .group-name{width:${pinnedWidth}px}`, ...rules].join('\n');
  if (text === written) return;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  sheet.replaceSync(text);
  written = text;
}

import type { Column } from './columns.ts';
import { fieldsOf, textsOf } from '../state/shapes.ts';

/** The arrangement of the columns. */
export interface Layout {
  /** Columns in order; null until the user changes them, so that new metrics appear automatically. */
  columns: string[] | null;
  /** Pinned columns, which do not scroll. */
  pinned: string[];
  /** Widths in pixels that the user set. */
  widths: Record<string, number>;
}

export const plainLayout: Layout = { columns: null, pinned: ['name'], widths: {} };
const narrowest = 48;
const widest = 900;
const fixedWidths: Record<string, number> = {
  name: 226,
  status: 168,
  started: 122,
  ended: 122,
  duration: 98,
  experiment: 116,
  model: 74,
  commit: 120,
};

export function readLayout(given: unknown): Layout {
  const persisted = fieldsOf(given);
  const columns = persisted.get('columns');
  const pinned = persisted.get('pinned');
  return {
    columns: Array.isArray(columns) ? textsOf(columns) : null,
    pinned: Array.isArray(pinned) ? textsOf(pinned) : plainLayout.pinned,
    widths: Object.fromEntries(
      [...fieldsOf(persisted.get('widths'))].flatMap(([id, width]) =>
        typeof width === 'number' ? [[id, within(width)]] : [],
      ),
    ),
  };
}

/** The ids of the shown columns in order, pinned ones first. The name is always included, because it opens a run. */
export function shownIds(layout: Layout, defaults: readonly string[]): string[] {
  const asked = layout.columns ?? defaults;
  const all = asked.includes('name') ? asked : ['name', ...asked];
  return [...all.filter((id) => layout.pinned.includes(id)), ...all.filter((id) => !layout.pinned.includes(id))];
}

export function withColumn(layout: Layout, shown: readonly string[], id: string, on: boolean): Layout {
  const others = shown.filter((one) => one !== id);
  return { ...layout, columns: on ? [...others, id] : others };
}

/** Moves a column to the position of another. */
export function movedTo(layout: Layout, shown: readonly string[], id: string, target: string): Layout {
  const from = shown.indexOf(id);
  const to = shown.indexOf(target);
  if (from < 0 || to < 0 || from === to) return layout;
  const columns = shown.toSpliced(from, 1).toSpliced(to, 0, id);
  // A column dropped among pinned ones becomes pinned; dropped elsewhere it does not.
  const isPinned = layout.pinned.includes(target);
  const pinned = layout.pinned.filter((one) => one !== id);
  return { ...layout, columns, pinned: isPinned ? [...pinned, id] : pinned };
}

/** Moves a column one position to the left or right. */
export function movedBy(layout: Layout, shown: readonly string[], id: string, step: -1 | 1): Layout {
  const neighbour = shown[shown.indexOf(id) + step];
  return neighbour === undefined ? layout : movedTo(layout, shown, id, neighbour);
}

export function withPin(layout: Layout, shown: readonly string[], id: string, on: boolean): Layout {
  const others = layout.pinned.filter((one) => one !== id);
  const pinned = on ? [...others, id] : others;
  return { ...layout, pinned, columns: shownIds({ ...layout, columns: [...shown], pinned }, []) };
}

export function withWidth(layout: Layout, id: string, width: number): Layout {
  return { ...layout, widths: { ...layout.widths, [id]: within(width) } };
}

/** A width that fits the title and typical values. */
export function widthOf(column: Column, layout: Layout): number {
  const chosen = layout.widths[column.id] ?? fixedWidths[column.id];
  if (chosen !== undefined) return chosen;
  const title = Math.round(column.title.length * 7.3) + 34;
  return Math.min(220, Math.max(column.kind === 'metric' ? 104 : 92, title));
}

export function within(width: number): number {
  return Math.round(Math.min(widest, Math.max(narrowest, width)));
}

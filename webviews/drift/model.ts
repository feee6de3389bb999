import type { DriftDetail, DriftReport, DriftValue, DriftWindow } from '../../protocol/drift.ts';
import type { Connection } from '../ui/connection.ts';
import type { Loadable } from '../ui/loadable.ts';

/** A cell of the heat map: one column in one window. */
export interface Cell {
  windowId: number;
  column: string;
}

export interface Kept {
  cell: Cell | null;
  metric: string | null;
  /** First and last window shown, as positions in the report; null for all. */
  period: [number, number] | null;
}

export type DriftConnection = Connection<'drift', Kept>;

export interface Model extends Kept {
  monitor: string;
  report: Loadable<DriftReport>;
  detail: Loadable<DriftDetail>;
}

export interface Does {
  select(cell: Cell): void;
  metric(name: string): void;
  monitorNow(): void;
  retrain(): void;
  openCard(version: number): void;
  openRun(runId: string): void;
  retry(): void;
  keys(event: KeyboardEvent): void;
}

export function valueAt(report: DriftReport, cell: Cell): { window: DriftWindow; value: DriftValue | undefined } | null {
  const window = report.windows.find((one) => one.id === cell.windowId);
  return window ? { window, value: window.values.find((one) => one.column === cell.column) } : null;
}

/** The cell to look at first: the strongest drift of the latest window that has one, else the latest window's strongest value. */
export function firstCell(report: DriftReport): Cell | null {
  const moved = (window: DriftWindow): boolean => window.values.some((value) => value.kind === 'drifted' || value.kind === 'broken');
  const window = report.windows.findLast(moved) ?? report.windows.findLast((one) => one.values.length > 0);
  if (!window) return null;
  const worst = window.values.toSorted((a, b) => ratio(b) - ratio(a))[0];
  return worst ? { windowId: window.id, column: worst.column } : null;
}

/** How far a value stands against its threshold; 1 is the threshold. For a p-value, small is far. */
export function ratio(value: DriftValue): number {
  if (value.value === null || value.kind === 'too few rows') return -1;
  if (value.threshold <= 0) return value.drifted ? 2 : 0;
  const share = value.value / value.threshold;
  if (!Number.isFinite(share)) return value.drifted ? 2 : 0;
  // A test that counts small values as drift (a p-value) is turned round.
  return value.drifted !== share >= 1 ? (share === 0 ? 4 : 1 / share) : share;
}

import type { DriftDetail, DriftReport, DriftValue, DriftWindow } from '../../protocol/drift.ts';
import { plural } from '../../words/numbers.ts';
import type { Connection } from '../ui/frame/connection.ts';
import type { HostActions } from '../ui/frame/hostActions.ts';
import type { Loadable } from '../ui/frame/loadable.ts';

/** A cell of the heat map: one column in one window. */
export interface Cell {
  windowId: number;
  column: string;
}

export interface PersistedState {
  cell: Cell | null;
  metric: string | null;
  /** Positions of the first and the last visible window in the report; null shows all. */
  period: [number, number] | null;
}

export type DriftConnection = Connection<'drift', PersistedState>;

export interface Model extends PersistedState {
  monitor: string;
  report: Loadable<DriftReport>;
  detail: Loadable<DriftDetail>;
}

export interface Actions extends Pick<HostActions, 'openCard' | 'openRun'> {
  select(cell: Cell): void;
  metric(name: string): void;
  monitorNow(): void;
  retrain(): void;
  /** Saves the view as one HTML file. */
  save(): void;
  retry(): void;
  keys(event: KeyboardEvent): void;
}

export function valueAt(
  report: DriftReport,
  cell: Cell,
): { window: DriftWindow; value: DriftValue | undefined } | null {
  const window = report.windows.find((one) => one.id === cell.windowId);
  return window ? { window, value: window.values.find((one) => one.column === cell.column) } : null;
}

/** The windows where the reference changes. The first known reference is no change. */
export function referenceChanges(report: DriftReport): { at: number; version: number }[] {
  let known: number | null = null;
  return report.windows.flatMap(({ referenceVersion }, at) => {
    if (referenceVersion === null || referenceVersion === known) return [];
    const isFirst = known === null;
    known = referenceVersion;
    return isFirst ? [] : [{ at, version: referenceVersion }];
  });
}

/** `test rows of v3, 30,617 rows from 1 May 2026 to 31 Oct 2026`. */
export function referenceText(report: DriftReport, version: number | null): string {
  if (version === null) return 'none';
  const known = report.references.find((one) => one.version === version);
  if (!known) return `test rows of v${version}`;
  const { rows, period } = known;
  return `test rows of v${version}, ${plural(rows, 'row')}${period === null ? '' : ` of ${period.from} to ${period.to}`}`;
}

/** The metric to draw: the chosen one if it exists, else the most important one. */
export function headlineOf(report: DriftReport, chosen: string | null): string | null {
  const names = [...new Set(report.windows.flatMap((window) => Object.keys(window.performance)))];
  return (
    [chosen, report.headlineMetric, names[0]].find(
      (name) => name !== null && name !== undefined && names.includes(name),
    ) ?? report.headlineMetric
  );
}

/**
 * The cell to select first: the strongest drift of the latest window that has drift, else the highest value of the
 * latest window.
 */
export function firstCell(report: DriftReport): Cell | null {
  const moved = (window: DriftWindow): boolean =>
    window.values.some((value) => value.kind === 'drifted' || value.kind === 'broken');
  const window = report.windows.findLast(moved) ?? report.windows.findLast((one) => one.values.length > 0);
  if (!window) return null;
  const worst = window.values.toSorted((a, b) => ratio(b) - ratio(a))[0];
  return worst ? { windowId: window.id, column: worst.column } : null;
}

/** A value relative to its threshold; 1 is the threshold, which no value passes that chance explains. For p-values, smaller values are farther. */
export function ratio({ value, pValue, threshold, drifted, kind, reason }: DriftValue): number {
  if (value === null || threshold === null || kind === 'too few rows') return -1;
  const share = value / threshold;
  if (threshold <= 0 || !Number.isFinite(share)) return drifted ? 2 : 0;
  // The value of a test is its p-value.
  if (value !== pValue) return reason === 'not significant' ? Math.min(1, share) : share;
  return share === 0 ? 4 : 1 / share;
}

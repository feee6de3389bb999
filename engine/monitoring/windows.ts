import type { DriftReason, DriftState, DriftValue, DriftWindow } from '../../protocol/drift.ts';
import type { ServingRole } from '../serving/predictionLog.ts';
import { recordEvent } from '../tracking/events.ts';
import type { Store } from '../store/store.ts';

// Only this file reads and writes the table `windows`. Times are epoch milliseconds.

/**
 * A window in the store. A change of its shape adds a format. Format 2 adds the note, the types `text` and `none`, and
 * values without a threshold; format 3 the corrected p-value, the value of chance and the reason.
 */
interface StoredWindow {
  format: 3;
  rows: number;
  modelVersions: number[];
  driftedShare: number;
  values: StoredValue[];
  performance: Record<string, number>;
  labelled: number;
  latencyP95Ms: number | null;
  errorRate: number;
}

interface StoredValue {
  column: string;
  type: DriftValue['type'];
  measure: string;
  value: number | null;
  pValue: number | null;
  adjustedP: number | null;
  chance: number | null;
  threshold: number | null;
  drifted: boolean;
  nReference: number;
  nCurrent: number;
  missingReference: number;
  missingCurrent: number;
  kind: DriftState;
  reason: DriftReason;
  note: string | null;
}

/** A window of formats 1 and 2, or from before formats. Values of format 1 have no note. */
interface OldWindow extends Omit<StoredWindow, 'format' | 'values'> {
  format?: 1 | 2;
  values: (Omit<StoredValue, 'adjustedP' | 'chance' | 'reason' | 'note'> & { note?: string | null })[];
}

interface Row {
  id: number;
  start: number;
  end: number;
  version: number | null;
  status: DriftWindow['status'];
  result: string;
}

/** The window of a monitor that a version answered in a role. */
export interface WindowKey {
  monitor: string;
  model: string;
  role: ServingRole;
}

/** Saves a window and returns its id. A window that begins to drift records an alert. */
export function saveWindow(store: Store, key: WindowKey, window: Omit<DriftWindow, 'id'>, now: number): number {
  const { sql } = store;
  return sql.write(() => {
    const before = sql.get<{ status: string }>(
      'SELECT status FROM windows WHERE monitor = ? AND start = ? AND role = ?',
      key.monitor,
      window.start,
      key.role,
    );
    sql.run(
      `INSERT INTO windows (monitor, start, end, model, version, role, status, result, evaluated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (monitor, start, role) DO UPDATE SET model = excluded.model, version = excluded.version,
         status = excluded.status, result = excluded.result, evaluated_at = excluded.evaluated_at`,
      key.monitor,
      window.start,
      window.end,
      key.model,
      window.referenceVersion,
      key.role,
      window.status,
      JSON.stringify(stored(window)),
      now,
    );
    // The shadow gets the rows of the answers, whose drift has its alert.
    if (key.role !== 'shadow' && window.status === 'drift' && before?.status !== 'drift') alert(store, key, window);
    return (
      sql.get<{ id: number }>(
        'SELECT id FROM windows WHERE monitor = ? AND start = ? AND role = ?',
        key.monitor,
        window.start,
        key.role,
      )?.id ?? 0
    );
  });
}

function alert(store: Store, { monitor, model }: WindowKey, window: Omit<DriftWindow, 'id'>): void {
  const inputs = window.values.filter(({ column, kind }) => column !== '_score' && kind !== 'not judged');
  const drifted = inputs.filter((value) => value.drifted).map(({ column }) => column);
  recordEvent(store, {
    at: window.end,
    kind: 'alert',
    monitor,
    text: `${drifted.length} of ${inputs.length} features drifted: ${drifted.join(', ')}`,
    model,
    modelVersion: window.modelVersions.at(-1) ?? null,
    runId: null,
    actor: '',
  });
}

/** The windows of a monitor as they were last judged, oldest first: of what was sent, or of the shadow. */
export function listWindows({ sql }: Pick<Store, 'sql'>, monitor: string, role: ServingRole = 'stable'): DriftWindow[] {
  return sql
    .all<Row>(
      `SELECT id, start, end, version, status, result FROM windows
       WHERE monitor = ? AND role = ? ORDER BY start`,
      monitor,
      role,
    )
    .map(read);
}

/** Starts of the windows whose labels had `delay` to arrive before they were last judged. */
export function settledWindows(
  { sql }: Pick<Store, 'sql'>,
  monitor: string,
  delay: number,
  role: ServingRole = 'stable',
): Set<number> {
  return new Set(
    sql.numbers(
      'SELECT start FROM windows WHERE monitor = ? AND role = ? AND evaluated_at >= end + ?',
      monitor,
      role,
      delay,
    ),
  );
}

/** The end of the last window of all monitors; null when there is none. */
export function lastWindowEnd({ sql }: Pick<Store, 'sql'>): number | null {
  return sql.get<{ end: number | null }>(`SELECT max(end) AS end FROM windows WHERE role <> 'shadow'`)?.end ?? null;
}

function stored(window: Omit<DriftWindow, 'id'>): StoredWindow {
  const { rows, modelVersions, driftedShare, values, performance, labelled, latencyP95Ms, errorRate } = window;
  return {
    format: 3,
    rows,
    modelVersions,
    driftedShare,
    values: values.map((value) => ({ ...value })),
    performance,
    labelled,
    latencyP95Ms,
    errorRate,
  };
}

function read({ id, start, end, version, status, result }: Row): DriftWindow {
  const { format: _, ...window } = JSON.parse(result) as StoredWindow | OldWindow;
  const values = window.values.map((value): DriftValue => ({
    adjustedP: null,
    chance: null,
    reason: 'unknown',
    note: null,
    ...value,
  }));
  return { ...window, id, start, end, status, referenceVersion: version, values };
}

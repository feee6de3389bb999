import type {
  DriftReason,
  DriftState,
  DriftValue,
  DriftWindow,
  Expectation,
  ExpectationState,
  OtherWidth,
  WindowStatus,
} from '../../protocol/drift.ts';
import { expectationText } from '../../words/expectations.ts';
import type { MonitorConfig } from '../project/schema/monitors.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { ServingRole } from '../serving/predictionLog.ts';
import { recordEvent } from '../tracking/events.ts';
import type { Store } from '../store/store.ts';
import { changedSettings, judgingSettings, settingsHash, type JudgingSettings } from './judgingSettings.ts';
import type { JudgedWindow } from './judgeWindow.ts';
import type { Span } from './sourceRequest.ts';

// Only this file reads and writes the table `windows`. Times are epoch milliseconds.

/**
 * A window in the store. A change of its shape adds a format. Format 2 adds the note, the types `text` and `none`, and
 * values without a threshold; format 3 the corrected p-value, the value of chance and the reason; format 4 the
 * settings, a verdict for each of inputs, score and expectations, intervals, and what was wrong with labels.
 */
interface StoredWindow {
  format: 4;
  settings: JudgingSettings;
  settingsHash: string;
  rows: number;
  modelVersions: number[];
  inputs: DriftWindow['inputs'];
  score: DriftWindow['score'];
  expectations: StoredExpectation[];
  driftedShare: number;
  values: StoredValue[];
  performance: Record<string, number>;
  intervals: DriftWindow['intervals'];
  labelled: number;
  /** Missing when every label counts. */
  labelFaults?: { unknown: number; examples: string[]; conflicting: number };
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

interface StoredExpectation {
  metric: string;
  min: number | null;
  max: number | null;
  state: ExpectationState;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  of: Expectation['of'];
  needed: number;
  rarer: { n: number; needed: number } | null;
}

type Format4 = 'format' | 'settings' | 'settingsHash' | 'inputs' | 'score' | 'expectations' | 'intervals' | 'values';

type AddedToValues = 'adjustedP' | 'chance' | 'reason' | 'note';

/** A window of formats 1 to 3, or from before formats. Values of format 1 have no note, those of format 2 no reason. */
interface OldWindow extends Omit<StoredWindow, Format4> {
  format?: 1 | 2 | 3;
  values: (Omit<StoredValue, AddedToValues> & Partial<Pick<StoredValue, AddedToValues>>)[];
}

interface Row {
  id: number;
  start: number;
  end: number;
  version: number | null;
  status: WindowStatus;
  result: string;
}

/** A window of the store, with the settings that judged it; null for one of an older version. */
interface ReadWindow extends Omit<DriftWindow, 'changed'> {
  settings: JudgingSettings | null;
}

/** The window of a monitor that a version answered in a role. */
export interface WindowKey {
  monitor: string;
  model: string;
  role: ServingRole;
}

/** Saves a window and returns its id. A window that begins to drift or to break an expectation records an alert. */
export function saveWindow(
  store: Store,
  key: WindowKey,
  window: JudgedWindow,
  settings: JudgingSettings,
  now: number,
): number {
  const { sql } = store;
  return sql.write(() => {
    const told = toldBefore(store, key, window);
    sql.run(
      `INSERT INTO windows (monitor, start, end, model, version, role, status, result, evaluated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (monitor, start, role) DO UPDATE SET end = excluded.end, model = excluded.model,
         version = excluded.version, status = excluded.status, result = excluded.result,
         evaluated_at = excluded.evaluated_at`,
      key.monitor,
      window.start,
      window.end,
      key.model,
      window.referenceVersion,
      key.role,
      window.status,
      JSON.stringify(stored(window, settings)),
      now,
    );
    // The shadow gets the rows of the answers, whose drift has its alert.
    if (key.role !== 'shadow') recordAlerts(store, key, window, told);
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

/**
 * The windows whose bad verdicts a window only repeats: itself as it was last judged, those of other lengths over the
 * same time, and the one before it while the reference is the same.
 */
function toldBefore(store: Store, key: WindowKey, { start, end, referenceVersion }: JudgedWindow): ReadWindow[] {
  const same = readRows(store, key, { where: 'start < ? AND end > ?', values: [end, start] });
  const last = `end = (SELECT max(end) FROM windows
    WHERE monitor = ? AND role = ? AND end <= ? AND end - start = ?) AND end - start = ?`;
  const width = end - start;
  const values = [key.monitor, key.role, start, width, width];
  const previous = readRows(store, key, { where: last, values });
  return [...same, ...previous.filter((window) => window.referenceVersion === referenceVersion)];
}

/** Records an alert for each verdict that turns bad. */
function recordAlerts(store: Store, key: WindowKey, window: JudgedWindow, told: readonly ReadWindow[]): void {
  const alert = (text: string) =>
    recordEvent(store, {
      at: window.end,
      kind: 'alert',
      monitor: key.monitor,
      text,
      model: key.model,
      modelVersion: window.modelVersions.at(-1) ?? null,
      runId: null,
      actor: '',
    });
  if (window.inputs === 'drifted' && !told.some(({ inputs }) => inputs === 'drifted')) {
    const inputs = window.values.filter(({ column, kind }) => column !== '_score' && kind !== 'not judged');
    const drifted = inputs.filter((value) => value.drifted).map(({ column }) => column);
    alert(`${drifted.length} of ${inputs.length} features drifted: ${drifted.join(', ')}`);
  }
  if (window.score === 'drifted' && !told.some(({ score }) => score === 'drifted')) alert('the score drifted');
  const broken = new Set(told.flatMap(({ expectations }) => expectations.filter(isBroken).map(({ metric }) => metric)));
  for (const expectation of window.expectations)
    if (isBroken(expectation) && !broken.has(expectation.metric)) alert(expectationText(expectation));
}

function isBroken({ state }: Expectation): boolean {
  return state === 'broken';
}

/** The rows of a window as it was last judged; 0 when it never was. */
export function rowsOfWindow(store: Pick<Store, 'sql'>, key: WindowKey, span: Span): number {
  const { start, end } = span;
  return readRows(store, key, { where: 'start = ? AND end = ?', values: [start, end] })[0]?.rows ?? 0;
}

/**
 * The windows of a monitor as they were last judged, oldest first: of what was sent, or of the shadow. They have the
 * length of now; those of another length are another series, see `otherWidths`.
 */
export function listWindows(
  store: Pick<Store, 'sql'>,
  monitor: string,
  declared: MonitorConfig,
  role: ServingRole = 'stable',
): DriftWindow[] {
  const settings = judgingSettings(declared);
  return readRows(store, { monitor, role })
    .filter(({ start, end }) => end - start === settings.window.every)
    .map(({ settings: then, ...window }) => ({
      ...window,
      changed: then === null ? ['rules'] : changedSettings(then, settings),
    }));
}

/** `listWindows` for the monitors of a project; none for a monitor that it does not declare. */
export function windowsOf(
  store: Pick<Store, 'sql'>,
  { monitors }: Pick<ProjectConfig, 'monitors'>,
): (monitor: string) => DriftWindow[] {
  return (monitor) => {
    const declared = monitors?.[monitor];
    return declared ? listWindows(store, monitor, declared) : [];
  };
}

/** The windows of other lengths whose time no window of the length of now covers, by length. */
export function otherWidths(
  store: Pick<Store, 'sql'>,
  monitor: string,
  declared: MonitorConfig,
  role: ServingRole = 'stable',
): OtherWidth[] {
  const { every } = judgingSettings(declared).window;
  const all = readRows(store, { monitor, role });
  const first = all.find(({ start, end }) => end - start === every)?.start ?? Number.POSITIVE_INFINITY;
  const others = new Map<number, OtherWidth>();
  for (const { start, end } of all) {
    const widthMs = end - start;
    if (widthMs === every || start >= first) continue;
    const known = others.get(widthMs);
    others.set(widthMs, { widthMs, windows: (known?.windows ?? 0) + 1, start: known?.start ?? start, end });
  }
  return [...others.values()];
}

/** The windows of a role that meet a condition, oldest first. */
function readRows(
  { sql }: Pick<Store, 'sql'>,
  { monitor, role }: Pick<WindowKey, 'monitor' | 'role'>,
  { where, values }: { where: string; values: (string | number)[] } = { where: 'true', values: [] },
): ReadWindow[] {
  return sql
    .all<Row>(
      `SELECT id, start, end, version, status, result FROM windows
       WHERE monitor = ? AND role = ? AND ${where} ORDER BY start`,
      monitor,
      role,
      ...values,
    )
    .map(read);
}

/** Starts of the windows that these settings judged after their labels had time to arrive. */
export function settledWindows(
  { sql }: Pick<Store, 'sql'>,
  monitor: string,
  declared: MonitorConfig,
  role: ServingRole = 'stable',
): Set<number> {
  const settings = judgingSettings(declared);
  return new Set(
    sql.numbers(
      `SELECT start FROM windows
       WHERE monitor = ? AND role = ? AND end - start = ? AND evaluated_at >= end + ?
         AND result ->> '$.settingsHash' = ?`,
      monitor,
      role,
      settings.window.every,
      settings.labels?.delay ?? 0,
      settingsHash(settings),
    ),
  );
}

/** The end of the last window of all monitors; null when there is none. */
export function lastWindowEnd({ sql }: Pick<Store, 'sql'>): number | null {
  return sql.get<{ end: number | null }>(`SELECT max(end) AS end FROM windows WHERE role <> 'shadow'`)?.end ?? null;
}

/** The end of the newest window that a monitor judged of the answers that were sent; null when there is none. */
export function lastJudgedEnd({ sql }: Pick<Store, 'sql'>, monitor: string): number | null {
  return (
    sql.get<{ end: number | null }>(
      `SELECT max(end) AS end FROM windows WHERE monitor = ? AND role <> 'shadow'`,
      monitor,
    )?.end ?? null
  );
}

function stored(window: JudgedWindow, settings: JudgingSettings): StoredWindow {
  const { rows, modelVersions, driftedShare, values, performance, labelled, latencyP95Ms, errorRate } = window;
  const { inputs, score, expectations, intervals } = window;
  return {
    format: 4,
    settings,
    settingsHash: settingsHash(settings),
    rows,
    modelVersions,
    inputs,
    score,
    expectations: expectations.map((expectation) => ({ ...expectation })),
    driftedShare,
    values: values.map((value) => ({ ...value })),
    performance,
    intervals,
    labelled,
    ...(window.labelFaults && { labelFaults: { ...window.labelFaults } }),
    latencyP95Ms,
    errorRate,
  };
}

function read({ id, start, end, version, status, result }: Row): ReadWindow {
  const found = JSON.parse(result) as StoredWindow | OldWindow;
  const of = { id, start, end, status, referenceVersion: version };
  if (found.format === 4) {
    const { format: _, settingsHash: __, ...window } = found;
    return { labelFaults: null, ...window, ...of, minRows: window.settings.window.min_rows };
  }
  const { format: _, ...window } = found;
  const values = window.values.map((value): DriftValue => ({
    adjustedP: null,
    chance: null,
    reason: 'unknown',
    note: null,
    ...value,
  }));
  const inputs = status === 'too few rows' ? 'not judged' : status === 'drift' ? 'drifted' : 'stable';
  const score = values.find(({ column }) => column === '_score');
  return {
    labelFaults: null,
    ...window,
    ...of,
    values,
    inputs,
    score: inputs === 'not judged' || !score ? 'not judged' : score.drifted ? 'drifted' : 'stable',
    expectations: [],
    intervals: {},
    minRows: null,
    settings: null,
    // Up to format 3, the time was that of the model, not of the request.
    latencyP95Ms: null,
  };
}

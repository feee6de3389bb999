import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { judgingSettings } from '../../engine/monitoring/judgingSettings.ts';
import {
  lastWindowEnd,
  listWindows,
  otherWidths,
  rowsOfWindow,
  saveWindow,
  settledWindows,
} from '../../engine/monitoring/windows.ts';
import type { DriftWindow } from '../../protocol/drift.ts';
import type { MonitorConfig } from '../../engine/project/schema/monitors.ts';
import { listEvents } from '../../engine/tracking/events.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { driftWindow, expectation } from '../helpers/driftWindow.ts';
import { makeProject } from '../helpers/makeProject.ts';

const day = 86_400_000;
const monitor: MonitorConfig = { deployment: 'd', reference: 'v', window: { every: '1d' } };
const settings = judgingSettings(monitor);
const key = { monitor: 'm', model: 'orders', role: 'stable' } as const;
const values = [
  {
    column: 'amount',
    type: 'numeric',
    measure: 'wasserstein_std',
    value: 0.4,
    pValue: 0.001,
    threshold: 0.1,
    drifted: true,
    nReference: 160,
    nCurrent: 150,
    missingReference: 0,
    missingCurrent: 0.01,
    kind: 'drifted',
    adjustedP: 0.002,
    chance: 0.11,
    reason: 'beyond threshold',
    note: null,
  },
] as const;

function openedStore(t: TestContext) {
  const store = openStore(makeProject({}));
  t.after(() => store.sql.close());
  return store;
}

test('a window is read as it was saved, with the id of its row', (t) => {
  const store = openedStore(t);
  const window = driftWindow({ status: 'drift', driftedShare: 1, values: [...values], performance: { f1: 0.5 } });
  const id = saveWindow(store, key, window, settings, day);
  assert.deepEqual(listWindows(store, 'm', monitor), [{ id, ...window, changed: [] }]);
  assert.deepEqual(listWindows(store, 'other', monitor), []);
});

test('a window that is judged again keeps its id, and drift that lasts records one alert', (t) => {
  const store = openedStore(t);
  const drifted = driftWindow({ status: 'drift', inputs: 'drifted', values: [...values] });
  const id = saveWindow(store, key, driftWindow(), settings, day);
  assert.equal(saveWindow(store, key, drifted, settings, day), id);
  assert.equal(saveWindow(store, key, drifted, settings, day), id);
  assert.deepEqual(
    listEvents(store, 'm', 'orders').map(({ kind, text }) => [kind, text]),
    [['alert', '1 of 1 features drifted: amount']],
  );
});

test('a role has windows of its own, which the monitor of the stable version does not list', (t) => {
  const store = openedStore(t);
  const id = saveWindow(store, key, driftWindow(), settings, day);
  assert.notEqual(saveWindow(store, { ...key, role: 'canary' }, driftWindow({ status: 'drift' }), settings, day), id);
  assert.deepEqual(
    listWindows(store, 'm', monitor).map(({ status }) => status),
    ['ok'],
  );
});

test('a window is settled when it was judged after its labels had time to arrive', (t) => {
  const store = openedStore(t);
  saveWindow(store, key, driftWindow({ start: 0, end: day }), settings, 3 * day);
  saveWindow(store, key, driftWindow({ start: day, end: 2 * day }), settings, 3 * day);
  assert.deepEqual([...settledWindows(store, 'm', monitor)], [0, day]);
  const later = { ...monitor, labels: { dataset: 'l', key: 'k', delay: '2d' } };
  assert.deepEqual([...settledWindows(store, 'm', later)], [], 'labels are another setting');
  saveWindow(store, key, driftWindow({ start: 0, end: day }), judgingSettings(later), 3 * day);
  saveWindow(store, key, driftWindow({ start: day, end: 2 * day }), judgingSettings(later), 3 * day);
  assert.deepEqual([...settledWindows(store, 'm', later)], [0]);
  assert.equal(lastWindowEnd(store), 2 * day);
});

test('windows of formats 1 to 3 and of before are listed, and say that older rules judged them', (t) => {
  const store = openedStore(t);
  const [{ note, adjustedP: _, chance: __, reason: ___, ...value }] = values;
  assert.equal(note, null);
  const oldValue = { ...value, adjustedP: null, chance: null, reason: 'unknown', note: null } as const;
  const window = driftWindow({ status: 'drift', inputs: 'drifted', driftedShare: 1, performance: { f1: 0.5 } });
  const { start, end, status, referenceVersion, inputs, score, expectations, minRows, intervals, ...rest } = window;
  assert.deepEqual([inputs, score, expectations, minRows, intervals], ['drifted', 'stable', [], 100, {}]);
  const insert = (from: number, result: object) =>
    store.sql.run(
      `INSERT INTO windows (monitor, start, end, model, version, role, status, result, evaluated_at)
       VALUES ('m', ?, ?, 'orders', ?, 'stable', ?, ?, 0)`,
      start + from,
      end + from,
      referenceVersion,
      status,
      JSON.stringify(result),
    );
  insert(0, { ...rest, id: 0, start, end, status, referenceVersion, values: [value] });
  insert(day, { format: 1, ...rest, values: [value] });
  insert(2 * day, { format: 2, ...rest, values: [{ ...value, note: 'too few rows' }] });
  insert(3 * day, { format: 3, ...rest, values });
  const old = { score: 'not judged', minRows: null, latencyP95Ms: null, changed: ['rules'] } as const;
  assert.deepEqual(listWindows(store, 'm', monitor), [
    { ...window, ...old, id: 1, values: [oldValue] },
    { ...window, ...old, id: 2, start: day, end: 2 * day, values: [oldValue] },
    { ...window, ...old, id: 3, start: 2 * day, end: 3 * day, values: [{ ...oldValue, note: 'too few rows' }] },
    { ...window, ...old, id: 4, start: 3 * day, end: 4 * day, values: [...values] },
  ]);
});

test('each verdict that turns bad records an alert of its own, with the value, the interval and n', (t) => {
  const store = openedStore(t);
  const bad = expectation({ state: 'broken', value: 0.489, low: 0.42, high: 0.55 });
  const alerts = () => listEvents(store, 'm', 'orders').map(({ text }) => text);
  saveWindow(store, key, driftWindow({ score: 'drifted', expectations: [expectation()] }), settings, day);
  assert.deepEqual(alerts(), ['the score drifted']);
  saveWindow(store, key, driftWindow({ score: 'drifted', expectations: [bad] }), settings, day);
  saveWindow(store, key, driftWindow({ score: 'drifted', expectations: [bad] }), settings, day);
  assert.deepEqual(alerts(), [
    'the score drifted',
    'pr_auc 0.489 (95 % interval 0.420 to 0.550, 400 labels), expected at least 0.700',
  ]);
  saveWindow(store, { ...key, role: 'shadow' }, driftWindow({ expectations: [bad] }), settings, day);
  assert.equal(alerts().length, 2, 'the shadow records none');
});

test('an unbroken drift is one alert, and another length of windows repeats none', (t) => {
  const store = openedStore(t);
  const days = (from: number, to: number, verdict: Partial<DriftWindow> = { score: 'drifted' }) =>
    saveWindow(store, key, driftWindow({ start: from * day, end: to * day, ...verdict }), settings, 30 * day);
  const alerts = () => listEvents(store, 'm', 'orders').map(({ at }) => at / day);
  days(0, 1, { score: 'stable' });
  days(1, 2);
  days(2, 3);
  days(3, 4);
  assert.deepEqual(alerts(), [2]);
  days(0, 7);
  assert.deepEqual(alerts(), [2], 'the week says what its days said');
  days(7, 14);
  assert.deepEqual(alerts(), [2]);
  days(14, 21, { score: 'stable' });
  days(21, 28);
  assert.deepEqual(alerts(), [2, 28], 'it begins again');
  days(28, 35, { score: 'drifted', referenceVersion: 2 });
  assert.deepEqual(alerts(), [2, 28, 35], 'another reference is another series');
});

test('windows name the settings that changed since they were judged', (t) => {
  const store = openedStore(t);
  saveWindow(store, key, driftWindow(), settings, day);
  const changed = (now: MonitorConfig) => listWindows(store, 'm', now).map((window) => window.changed);
  assert.deepEqual(changed({ ...monitor, window: { every: '24h', min_rows: 100 } }), [[]], 'defaults are settings too');
  assert.deepEqual(changed({ ...monitor, drift: { share: 0.2 }, window: { every: '1d', min_rows: 50 } }), [
    ['window.min_rows', 'drift.share'],
  ]);
  assert.deepEqual(changed({ ...monitor, expect: { f1: { min: 0.5 } } }), [['expect.f1']]);
  assert.deepEqual(changed({ ...monitor, deployment: 'other' }), [['deployment']]);
});

test('windows of another length are another series', (t) => {
  const store = openedStore(t);
  const weekly: MonitorConfig = { ...monitor, window: { every: '7d' } };
  for (const week of [0, 1, 2])
    saveWindow(
      store,
      key,
      driftWindow({ start: week * 7 * day, end: (week + 1) * 7 * day }),
      judgingSettings(weekly),
      30 * day,
    );
  assert.deepEqual([listWindows(store, 'm', monitor).length, listWindows(store, 'm', weekly).length], [0, 3]);
  assert.deepEqual(otherWidths(store, 'm', monitor), [{ widthMs: 7 * day, windows: 3, start: 0, end: 21 * day }]);
  saveWindow(store, key, driftWindow({ start: 7 * day, end: 8 * day }), settings, 30 * day);
  assert.equal(listWindows(store, 'm', monitor).length, 1);
  assert.deepEqual(
    otherWidths(store, 'm', monitor),
    [{ widthMs: 7 * day, windows: 1, start: 0, end: 7 * day }],
    'the day took the place of the second week, and covers the third',
  );
  assert.deepEqual(
    [
      { start: 7 * day, end: 8 * day },
      { start: 7 * day, end: 14 * day },
    ].map((span) => rowsOfWindow(store, key, span)),
    [100, 0],
  );
});

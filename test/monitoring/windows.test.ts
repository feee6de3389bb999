import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { lastWindowEnd, listWindows, saveWindow, settledWindows } from '../../engine/monitoring/windows.ts';
import { listEvents } from '../../engine/tracking/events.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { driftWindow } from '../helpers/driftWindow.ts';
import { makeProject } from '../helpers/makeProject.ts';

const day = 86_400_000;
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
  const id = saveWindow(store, key, window, day);
  assert.deepEqual(listWindows(store, 'm'), [{ id, ...window }]);
  assert.deepEqual(listWindows(store, 'other'), []);
});

test('a window that is judged again keeps its id, and drift that lasts records one alert', (t) => {
  const store = openedStore(t);
  const drifted = driftWindow({ status: 'drift', values: [...values] });
  const id = saveWindow(store, key, driftWindow(), day);
  assert.equal(saveWindow(store, key, drifted, day), id);
  assert.equal(saveWindow(store, key, drifted, day), id);
  assert.deepEqual(
    listEvents(store, 'm', 'orders').map(({ kind, text }) => [kind, text]),
    [['alert', '1 of 1 features drifted: amount']],
  );
});

test('a role has windows of its own, which the monitor of the stable version does not list', (t) => {
  const store = openedStore(t);
  const id = saveWindow(store, key, driftWindow(), day);
  assert.notEqual(saveWindow(store, { ...key, role: 'canary' }, driftWindow({ status: 'drift' }), day), id);
  assert.deepEqual(
    listWindows(store, 'm').map(({ status }) => status),
    ['ok'],
  );
});

test('a window is settled when it was judged after its labels had time to arrive', (t) => {
  const store = openedStore(t);
  saveWindow(store, key, driftWindow({ start: 0, end: day }), 3 * day);
  saveWindow(store, key, driftWindow({ start: day, end: 2 * day }), 3 * day);
  assert.deepEqual([...settledWindows(store, 'm', 2 * day)], [0]);
  assert.deepEqual([...settledWindows(store, 'm', 0)], [0, day]);
  assert.equal(lastWindowEnd(store), 2 * day);
});

test('windows of formats 1 and 2, and those of before, are listed: their values have no note or no reason', (t) => {
  const store = openedStore(t);
  const [{ note, adjustedP: _, chance: __, reason: ___, ...value }] = values;
  assert.equal(note, null);
  const old = { ...value, adjustedP: null, chance: null, reason: 'unknown' } as const;
  const window = driftWindow({ status: 'drift', driftedShare: 1, performance: { f1: 0.5 } });
  const { start, end, status, referenceVersion, ...rest } = window;
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
  assert.deepEqual(listWindows(store, 'm'), [
    { ...window, id: 1, values: [{ ...old, note: null }] },
    { ...window, id: 2, start: day, end: 2 * day, values: [{ ...old, note: null }] },
    { ...window, id: 3, start: 2 * day, end: 3 * day, values: [{ ...old, note: 'too few rows' }] },
  ]);
});

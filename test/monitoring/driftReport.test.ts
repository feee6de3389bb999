import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driftDetail, driftReport, strength } from '../../engine/monitoring/driftReport.ts';
import { headlineOf, valueAt } from '../../webviews/drift/model.ts';
import { timelineOption } from '../../webviews/drift/timeline.ts';
import { colorsOf } from '../../webviews/ui/theme.ts';
import type { DriftValue } from '../../protocol/drift.ts';
import { at, monitoredOrders } from '../helpers/monitoredOrders.ts';
import { orders } from '../helpers/ordersProject.ts';

const monitored = monitoredOrders();

test('the report of a monitor, and one column of a window in detail', async () => {
  const { evaluate, loaded, predict, store } = monitored();
  predict(orders({ rows: 150, firstDay: 101, days: 1, seed: 5, prefix: 'q' }));
  predict(orders({ rows: 150, firstDay: 102, days: 1, seed: 6, prefix: 's', shift: 60 }));
  await evaluate(at(103));
  const { config } = loaded();
  const report = driftReport(store, config, 'production');
  assert.deepEqual(
    [report.monitor, report.deployment, report.referenceRows, report.share, report.windows.length],
    ['production', 'production', 160, 0.3, 2],
  );
  assert.equal(
    report.columns.filter((column) => column !== '_score')[0],
    'amount',
    'the column that drifted most comes first',
  );
  const id = report.windows[1]?.id ?? 0;
  for (const column of ['amount', 'country', 'hour', '_score']) {
    const detail = await driftDetail(store, loaded(), 'production', id, column);
    assert.equal(detail.nCurrent, 150, column);
    for (const shares of [detail.reference, detail.current])
      assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 0.05, column);
    assert.equal(detail.reference.length, detail.type === 'numeric' ? detail.edges.length - 1 : detail.labels.length);
  }
  await assert.rejects(driftDetail(store, loaded(), 'production', id, 'none'), /column `none` is not in the reference/);
  await assert.rejects(driftDetail(store, loaded(), 'production', 999, 'amount'), /no window 999/);
  assert.throws(() => driftReport(store, config, 'none'), /There is no monitor `none`\. Declared: production/);
});

test('a window of format 1 has its place in the report, its columns and the drawing', async () => {
  const { evaluate, loaded, predict, store } = monitored();
  predict(orders({ rows: 150, firstDay: 102, days: 1, seed: 6, prefix: 's', shift: 60 }));
  await evaluate(at(103));
  const { config } = loaded();
  const before = driftReport(store, config, 'production');
  assert.equal(before.windows.length, 1);
  store.sql.run(`UPDATE windows SET result = json_set(result, '$.format', 1)`);
  for (const key of ['settings', 'settingsHash', 'inputs', 'score', 'expectations', 'intervals'])
    store.sql.run(`UPDATE windows SET result = json_remove(result, ?)`, `$.${key}`);
  for (const i of before.windows[0]?.values.keys() ?? [])
    for (const field of ['note', 'adjustedP', 'chance', 'reason'])
      store.sql.run(`UPDATE windows SET result = json_remove(result, ?)`, `$.values[${i}].${field}`);
  assert.doesNotMatch(store.sql.get<{ result: string }>('SELECT result FROM windows')?.result ?? '', /note|"format":4/);
  const report = driftReport(store, config, 'production');
  const changed = ['rules'];
  const old = { expectations: [], intervals: {}, minRows: null, latencyP95Ms: null, changed };
  assert.deepEqual(report, {
    ...before,
    windows: before.windows.map((window) => ({
      ...window,
      ...old,
      values: window.values.map((value) => ({ ...value, adjustedP: null, chance: null, reason: 'unknown' })),
    })),
    verdict: { ...before.verdict, expectations: [] },
  });
  const windowId = report.windows[0]?.id ?? 0;
  assert.equal(valueAt(report, { windowId, column: 'amount' })?.value?.kind, 'drifted');
  assert.equal((await driftDetail(store, loaded(), 'production', windowId, 'amount')).nCurrent, 150);
  const colors = colorsOf('light', (_name, otherwise) => otherwise);
  const drawn = timelineOption(report, headlineOf(report, null), null, colors, null);
  assert.ok(Array.isArray(drawn['series']) && drawn['series'].length > 0);
});

test('the distance from a threshold is the inverse for p-values, and the same for windows of too few rows', () => {
  const value = (part: Partial<DriftValue>): DriftValue => ({
    column: 'amount',
    type: 'numeric',
    measure: 'wasserstein_std',
    value: 0.23,
    pValue: 1e-9,
    adjustedP: 1e-8,
    chance: 0.1,
    threshold: 0.1,
    drifted: true,
    nReference: 160,
    nCurrent: 300,
    missingReference: 0,
    missingCurrent: 0,
    kind: 'drifted',
    reason: 'beyond threshold',
    note: null,
    ...part,
  });
  const few = { drifted: false, kind: 'too few rows' } as const;
  const p = { measure: 'ks_p', threshold: 0.05 };
  const strengths = [
    value({}),
    value(few),
    value({ ...few, value: 0.05 }),
    value({ ...p, value: 0.001, pValue: 0.001 }),
    value({ ...p, value: 0.5, pValue: 0.5, drifted: false, kind: 'stable' }),
    value({ value: null, pValue: null, kind: 'broken' }),
    value({ drifted: false, kind: 'stable', reason: 'not significant' }),
  ].map((one) => Number(strength(one).toFixed(6)));
  assert.deepEqual(strengths, [2.3, 2.3, 0.5, 50, 0.1, 1, 1]);
});

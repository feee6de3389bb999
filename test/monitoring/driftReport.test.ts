import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driftDetail, driftReport } from '../../engine/monitoring/driftReport.ts';
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
    const detail = await driftDetail(store, config, 'production', id, column);
    assert.equal(detail.nCurrent, 150, column);
    for (const shares of [detail.reference, detail.current])
      assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 0.05, column);
    assert.equal(detail.reference.length, detail.type === 'numeric' ? detail.edges.length - 1 : detail.labels.length);
  }
  await assert.rejects(driftDetail(store, config, 'production', id, 'none'), /column `none` is not in the reference/);
  await assert.rejects(driftDetail(store, config, 'production', 999, 'amount'), /no window 999/);
  assert.throws(() => driftReport(store, config, 'none'), /There is no monitor `none`\. Declared: production/);
});

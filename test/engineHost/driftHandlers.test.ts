import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, refused } from '../helpers/hostOf.ts';
import { at, monitoredOrders } from '../helpers/monitoredOrders.ts';
import { orders } from '../helpers/ordersProject.ts';
import { runCli } from '../helpers/runCli.ts';

const monitored = monitoredOrders();

test('drift has a report, and a detail for each column', async () => {
  const project = monitored();
  project.predict(orders({ rows: 150, firstDay: 70, days: 1, shift: 80 }));
  const { root } = project;
  const { ask } = hostOf(root);
  await runCli(['monitor', '--now', new Date(at(72)).toISOString()], { cwd: root });
  const report = await ask('drift/report', { monitor: 'production' });
  assert.deepEqual(
    report.windows.map(({ status }) => status),
    ['drift'],
  );
  const detail = await ask('drift/detail', {
    monitor: 'production',
    windowId: report.windows[0]?.id ?? 0,
    column: 'amount',
  });
  assert.deepEqual([detail.type, detail.nCurrent, detail.nReference], ['numeric', 150, 160]);
  await assert.rejects(ask('drift/report', { monitor: 'none' }), refused(/There is no monitor `none`/));
  assert.deepEqual(
    [report.windows[0]?.referenceVersion, report.references.map(({ version, rows }) => ({ version, rows }))],
    [1, [{ version: 1, rows: 160 }]],
  );
});

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { modelTools } from '../../engine/models/modelTools.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { openVersion } from '../../engine/registry/openVersion.ts';
import { timeRequests } from '../../engine/serving/timeRequests.ts';
import { rowsToTable } from '../../engine/models/rowsToTable.ts';
import { orders } from '../helpers/ordersProject.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';
import { until } from '../helpers/until.ts';

const trained = trainedOrders();

test('a request takes longer than the function of the model in it, and leaves nothing behind', async (t) => {
  const { root, store } = trained();
  const project = loadProject(root);
  const version = getVersion(store, 'orders', 1);
  const model = await openVersion(version, modelTools(store, configFor(project, 'default'), 'orders'));
  t.after(() => model.close());
  const sample = rowsToTable(orders({ rows: 30, firstDay: 100 }), model.meta.features);
  const slow = {
    ...model,
    async predict(...args: Parameters<typeof model.predict>) {
      const start = performance.now();
      await until('a while has passed', () => performance.now() - start > 3);
      return model.predict(...args);
    },
  };
  const time = (of: typeof model) =>
    timeRequests({
      store,
      model: of,
      report: version.report,
      schema: project.schemas.get('schemas/orders.dataset.yaml')?.value ?? null,
      sample,
      signal: new AbortController().signal,
    });
  const { request, predict } = await time(model);
  assert.deepEqual([request.length, predict.length], [200, 200]);
  for (const [i, ms] of request.entries()) assert.ok(ms > (predict[i] ?? Number.NaN), 'sorted times, one by one');
  const slowed = await time(slow);
  assert.ok((slowed.predict[0] ?? 0) > 3 && (slowed.request[0] ?? 0) > 3);
  assert.equal(store.sql.get<{ n: number }>('SELECT count(*) AS n FROM predictions')?.n, 0);
  assert.deepEqual(
    readdirSync(join(root, '.loopwright/tmp')).filter((name) => name.startsWith('timing-')),
    [],
  );
});

test('the report of a validation names both times', () => {
  const { performance } = getVersion(trained().store, 'orders', 1).report;
  for (const p of ['p50', 'p95'])
    assert.ok(
      (performance[`latency_${p}_ms`]?.value ?? 0) > (performance[`predict_${p}_ms`]?.value ?? Number.NaN),
      `the request takes longer than the model, at ${p}`,
    );
});

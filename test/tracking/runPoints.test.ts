import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { runPoints } from '../../engine/tracking/runPoints.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { fillManyRuns } from '../helpers/manyRuns.ts';
import type { RunPoint, RunQuery } from '../../protocol/runs.ts';

test('points of runs are what the table says of them, in its order, with the columns asked for alone', () => {
  const root = makeProject();
  fillManyRuns(root, 2500);
  const store = openStore(root);
  after(() => store.sql.close());
  store.sql.run("UPDATE latest SET is_nan = 1 WHERE run = 7 AND key = (SELECT id FROM metric_keys WHERE key = 'loss')");
  store.sql.run("INSERT OR REPLACE INTO params (run, key, value, json, number) VALUES (9, 'lr', '[1,2]', 1, NULL)");
  const columns = [
    'metrics.loss',
    'metrics.val/loss',
    'metrics.nobody',
    'params.lr',
    'params.optimizer',
    'tags.team',
    'duration',
  ];
  const only = <T>(all: Record<string, T>, kind: string): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([key]) => columns.includes(`${kind}.${key}`)));
  for (const query of [
    {},
    { filter: "metrics.roc_auc > 0.3 and params.optimizer = 'adam'" },
    { search: 'otter', order: [{ column: 'params.lr', descending: true }] },
    { experiment: 'experiment-3', offset: 5, limit: 20 },
    { offset: 2490 },
    { offset: 2500 },
  ] satisfies RunQuery[]) {
    const expected = listRuns(store, { limit: 5000, ...query }).runs.map(
      ({ runId, name, status, startedAt, endedAt, metrics, params, tags }): RunPoint => ({
        runId,
        name,
        status,
        startedAt,
        endedAt,
        metrics: only(metrics, 'metrics'),
        params: only(params, 'params'),
        tags: only(tags, 'tags'),
      }),
    );
    assert.deepEqual(runPoints(store, query, columns), expected, JSON.stringify(query));
  }
  assert.deepEqual(runPoints(store, { limit: 1 }, [])[0]?.metrics, {});
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { readWindow } from '../../engine/monitoring/windowRows.ts';
import { logPredictions, logRequestTimes } from '../../engine/serving/predictionLog.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { answeredRequest } from '../helpers/answeredRequest.ts';
import { makeProject } from '../helpers/makeProject.ts';

test('a request has one latency, however many rows it has', async (t) => {
  const store = openStore(makeProject({}));
  t.after(() => store.sql.close());
  const row = { at: 5, key: null, features: {}, score: 0.5, prediction: 'x', predictMs: 1, error: null };
  for (const [requestId, rows, ms] of [
    ['a', 200, 900],
    ['b', 1, 2],
    ['c', 1, 2],
  ] as const) {
    const request = { ...answeredRequest('d'), requestId };
    const logged = logPredictions(
      store,
      request,
      Array.from({ length: rows }, () => row),
    );
    logRequestTimes(store, [{ ...logged, ms }]);
  }
  const read = await readWindow(store, openDatabase, { deployment: 'd', start: 0, end: 10 }, []);
  assert.equal(read.scores.length, 202);
  assert.deepEqual([...read.latencies], [900, 2, 2]);
});

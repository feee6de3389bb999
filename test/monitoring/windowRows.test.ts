import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { readWindow } from '../../engine/monitoring/windowRows.ts';
import { logPredictionFile, logPredictions, logRequestTimes, mainVersion } from '../../engine/serving/predictionLog.ts';
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
  const read = await readWindow(store, openDatabase, { deployment: 'd', start: 0, end: 10 }, [], 1);
  assert.equal(read.scores.length, 202);
  assert.deepEqual([...read.latencies], [900, 2, 2]);
});

test('a window with two versions holds the rows of the one that answered most', async (t) => {
  const store = openStore(makeProject({}));
  t.after(() => store.sql.close());
  const row = { at: 5, key: null, features: {}, predictMs: 1, error: null };
  const rows = (n: number, score: number) => Array.from({ length: n }, () => ({ ...row, score, prediction: 'x' }));
  logPredictions(store, { ...answeredRequest('d'), version: 1 }, rows(3, 0.1));
  logPredictions(store, { ...answeredRequest('d'), version: 6 }, rows(4, 0.9));
  logPredictions(store, { ...answeredRequest('d'), version: 1 }, [
    { ...row, score: null, prediction: null, error: 'no' },
  ]);
  const span = { deployment: 'd', start: 0, end: 10 };
  assert.equal(mainVersion(store, span), 6);
  const read = await readWindow(store, openDatabase, span, [], 6);
  assert.deepEqual([...read.scores], [0.9, 0.9, 0.9, 0.9]);
  assert.equal((await readWindow(store, openDatabase, span, [], null)).scores.length, 7, 'a month counts all rows');
  assert.deepEqual(
    [...read.versions],
    [
      [1, 3],
      [6, 4],
    ],
  );
  assert.equal(read.errors, 1);
  const file = { path: 'predictions/a.parquet', from: 0, to: 19, rows: 12 };
  logPredictionFile(store, { ...answeredRequest('d'), version: 1 }, file);
  assert.equal(mainVersion(store, span), 1, 'half of the rows of the file are in the window');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLoop } from '../../engine/loop/runLoop.ts';
import { scored, watchedLog } from '../helpers/watchedLog.ts';

const serve = () => Promise.reject(new Error('a log has no deployment to serve'));

test('the loop watches a log of predictions without serving anything', async () => {
  const rows = scored({ from: 0, days: 3, rows: 900, seed: 12, shift: 60 });
  const { store, loaded } = await watchedLog(rows, 'retraining: { when: [{ monitor: theirs, drift: dataset }] }\n');
  const stop = new AbortController();
  const reasons: string[] = [];
  const outcome = await runLoop({
    project: loaded().project,
    store,
    replay: null,
    serve,
    signal: stop.signal,
    events: {
      onDecision: ({ reason }) => reasons.push(reason),
      onRetrained: () => stop.abort(),
    },
  });
  assert.equal(outcome.windows, 3);
  assert.equal(outcome.retrainings.length, 1);
  assert.equal(reasons.length, 1);
});

test('a replay needs a deployment', async () => {
  const { store, loaded } = await watchedLog(scored({ from: 0, days: 1, rows: 200, seed: 13 }));
  const replay = { path: 'log/april.csv', sql: null, from: null, to: null };
  await assert.rejects(runLoop({ project: loaded().project, store, replay, serve }), /watches a table of predictions/);
});

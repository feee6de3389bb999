import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { watchTrials } from '../../engine/runner/sweep/watchTrials.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { writePoints } from '../../engine/tracking/writeRun.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { until } from '../helpers/until.ts';

/** Trials under watch in the order of their names; `log` writes points of one as [step, loss, at]. */
function newWatch(names: readonly string[]) {
  const store = openStore(makeProject({}));
  const watch = watchTrials(store, 'loss', { direction: 'minimize', minSteps: 1, reduction: 3 });
  after(() => {
    watch.close();
    store.sql.close();
  });
  const ids = new Map(
    names.map((name) => [
      name,
      store.sql.run(
        "INSERT INTO runs (run_id, name, experiment, status, started_at) VALUES (?, ?, 'e', 'running', 0)",
        name,
        name,
      ).lastId,
    ]),
  );
  const stopped = new Map<string, string>();
  for (const [i, name] of names.entries()) watch.add(i, name, (why) => void stopped.set(name, why));
  const log = (name: string, points: readonly [number, number, number][]) =>
    writePoints(
      store,
      ids.get(name) ?? 0,
      points.map(([step, value, at]) => ({ key: 'loss', step, value, at })),
    );
  return { store, watch, stopped, log };
}

test('trials are held against what was logged before them, whichever was started first', async () => {
  const { store, stopped, log } = newWatch(['weak', 'good', 'better']);
  store.sql.write(() => {
    log('weak', [[1, 2, 200]]);
    log('good', [
      [1, 1, 100],
      [2, 0.5, 110],
      [3, 0.3, 120],
    ]);
    log('better', [
      [1, 0.9, 300],
      [2, 0.4, 310],
    ]);
  });
  await until('the weak one is stopped', () => stopped.get('weak'));
  assert.deepEqual(
    [...stopped],
    [['weak', 'loss 2 is not the best of the 2 trials that reached this step, at step 1']],
  );
});

test('the time of a step is never before that of the step before it, and NaN is stopped', async () => {
  const { store, stopped, log } = newWatch(['a', 'b', 'c']);
  store.sql.write(() => {
    log('a', [
      [1, 1, 500],
      [3, 0.5, 10],
    ]);
    log('b', [
      [1, 0.8, 400],
      [3, Number.NaN, 600],
    ]);
    log('c', [
      [1, 0.7, 700],
      [3, 0.6, 800],
    ]);
  });
  await until('two were judged', () => stopped.size === 2);
  // The third is the only one with a number at step 3.
  assert.deepEqual(Object.fromEntries(stopped), {
    a: 'loss 1 is not the best of the 2 trials that reached this step, at step 1',
    b: 'loss is NaN, at step 3',
  });
});

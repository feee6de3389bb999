import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { metricsNamed, severalText, storedMetricsNamed } from '../../engine/tracking/shortMetric.ts';
import { primaryAmong } from '../../engine/tracking/rankMetrics.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import { runStore } from '../helpers/runStore.ts';

/*
 * Tried: the name itself, the name of one stage, of a file, of several, with a name that only ends alike, beside the
 * name itself, of none; in filters, as a presence, in sort keys both ways, and as the primary metric.
 */
const runs = makeRuns(3).map((run, i) => ({
  ...run,
  metrics: {
    'us:f1': 0.1 * (i + 1),
    'uk:f1': 0.5,
    'eval:acc': 1 - i / 10,
    'out/m.json:mse': i,
    rf1: 1,
    plain: i,
    'x:plain': 9,
  },
}));

test('a metric of a stage is found by its own name when it is the only one', () => {
  const keys = Object.keys(runs[0]?.metrics ?? {});
  assert.deepEqual(metricsNamed(keys, 'acc'), ['eval:acc']);
  assert.deepEqual(metricsNamed(keys, 'mse'), ['out/m.json:mse']);
  assert.deepEqual(metricsNamed(keys, 'plain'), ['plain']);
  assert.deepEqual(metricsNamed(keys, 'f1'), ['uk:f1', 'us:f1']);
  assert.deepEqual(metricsNamed(keys, 'gone'), []);
  assert.equal(severalText('f1', ['uk:f1', 'us:f1']), 'Several metrics are called `f1`: write `uk:f1` or `us:f1`.');
});

test('filters and sort keys take the short name, and say which there are when it is not clear', () => {
  const held = runStore(runs);
  try {
    assert.deepEqual(storedMetricsNamed(held.store, 'f1'), ['uk:f1', 'us:f1']);
    const names = (query: Parameters<typeof listRuns>[1]) => listRuns(held.store, query).runs.map(({ name }) => name);
    const all = runs.map(({ name }) => name);
    assert.deepEqual(names({ filter: 'metrics.acc >= 0.9' }).toSorted(), all.slice(0, 2).toSorted());
    assert.deepEqual(names({ filter: 'metrics.mse is not null' }).length, 3);
    assert.deepEqual(names({ filter: 'metrics.plain = 9' }), []);
    assert.deepEqual(names({ filter: 'metrics.gone > 0' }), []);
    assert.deepEqual(names({ order: [{ column: 'metrics.acc', descending: false }] }), all.toReversed());
    assert.deepEqual(names({ order: [{ column: 'metrics.acc', descending: true }] }), all);
    const { problem } = listRuns(held.store, { filter: 'starred = true or metrics.f1 > 0.2' });
    assert.equal(problem?.message, 'Several metrics are called `f1`: write `uk:f1` or `us:f1`.');
    assert.equal('starred = true or metrics.f1 > 0.2'.slice(problem?.from, problem?.to).startsWith('metrics.f1'), true);
  } finally {
    held.close();
  }
});

test('the declared metric stands for runs under the name of its stage, and of each when there are several', () => {
  const logged = Object.keys(runs[0]?.metrics ?? {}).map((key) => ({ key, runs: 3 }));
  const [acc] = primaryAmong([{ name: 'acc', direction: 'maximize', why: 'primary_metric' }], logged);
  assert.deepEqual(acc, { name: 'eval:acc', direction: 'maximize', why: 'primary_metric' });
  const [uk, us] = primaryAmong([{ name: 'f1', direction: 'maximize', why: 'the first gate' }], logged);
  assert.deepEqual([uk?.name, us?.name], ['uk:f1', 'us:f1']);
  assert.equal(us?.why, 'the first gate; several stages or files report `f1`');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confusionMatrix } from '../../engine/evaluation/confusion.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { ordersProject } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';

const binary = (values: number[]) => ({
  task: 'binary' as const,
  values: Float64Array.from(values),
  probabilities: [],
});

test('truth is counted against prediction, at the threshold or by the likeliest class; missing values are left out', () => {
  assert.deepEqual(
    confusionMatrix(
      Float64Array.from([0, 0, 1, 1, 1, Number.NaN, 0]),
      binary([0.1, 0.6, 0.5, 0.4, 0.9, 0.9, Number.NaN]),
      0.5,
      ['no', 'yes'],
    ),
    {
      labels: ['no', 'yes'],
      counts: [
        [1, 1],
        [1, 2],
      ],
    },
  );
  const several = { task: 'multiclass' as const, values: Float64Array.from([0, 2, 1, 1]), probabilities: [] };
  assert.deepEqual(confusionMatrix(Float64Array.from([0, 1, 1, Number.NaN]), several, null, ['a', 'b', 'c'])?.counts, [
    [1, 0, 0],
    [0, 1, 1],
    [0, 0, 0],
  ]);
  assert.equal(confusionMatrix(Float64Array.from([1.5]), { ...several, task: 'regression' }, null, null), null);
  assert.equal(confusionMatrix(Float64Array.from([1]), binary([1]), null, ['no', 'yes']), null);
});

test('validate stores the matrix with the run, and it agrees with the metrics', async () => {
  const { run, store } = runIn(ordersProject({ rows: 400 }));
  const { runId } = await run();
  const detail = getRun(store, runId ?? '');
  assert.deepEqual(detail.confusion?.labels, ['false', 'true']);
  const [[tn = 0, fp = 0] = [], [fn = 0, tp = 0] = []] = detail.confusion?.counts ?? [];
  assert.equal(tn + fp + fn + tp, 80, 'the test rows');
  assert.deepEqual(
    [(tn + tp) / 80, tp / (tp + fp), tp / (tp + fn)],
    [detail.metrics['accuracy'], detail.metrics['precision'], detail.metrics['recall']],
  );
  assert.ok(detail.artifacts.some(({ path }) => path === 'confusion_matrix.json'));
});

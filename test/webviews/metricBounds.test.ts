import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rangeOf } from '../../webviews/ui/intervalBar.ts';
import { yRange } from '../../webviews/ui/charts/ranges.ts';
import { withinBounds } from '../../webviews/ui/metricBounds.ts';

// Names as public tools log them: scikit-learn, Keras, Lightning, Ultralytics, Hugging Face, MLflow's own and this
// project's.
const shares = [
  'pr_auc',
  'val_accuracy',
  'test_acc',
  'eval_f1',
  'train_auc',
  'metrics_recall',
  'brier',
  'error_rate',
  'equal_opportunity_difference[age_group]',
  'demographic_parity_ratio',
  'val_iou',
];
const fromZero = [
  'loss',
  'val_loss',
  'eval_loss',
  'log_loss',
  'rmse',
  'latency_p95_ms',
  'training_mean_squared_error_mse',
];
const free = ['reward', 'r2', 'pr_auc@champion', 'learning_rate_change', 'temperature', 'matthews_corrcoef'];

it('ends an axis of a share at 0 and 1', () => {
  for (const name of shares) assert.deepEqual(withinBounds(name, [-0.05, 1.05], [0, 1]), [0, 1], name);
});

it('ends an axis of what is never negative at 0', () => {
  for (const name of fromZero) assert.deepEqual(withinBounds(name, [-0.3, 3], [0, 2.5]), [0, 3], name);
});

it('leaves every other axis as it is, and follows values that a name did not expect', () => {
  for (const name of free.filter((one) => one !== 'learning_rate_change'))
    assert.deepEqual(withinBounds(name, [-0.3, 1.3], [0, 1]), [-0.3, 1.3], name);
  assert.deepEqual(withinBounds('accuracy', [70, 105], [75, 99]), [70, 105], 'in percent');
  assert.deepEqual(withinBounds('elbo_loss', [-12, 3], [-10, 1]), [-12, 3], 'a loss below zero');
});

it('holds for the drawings that use it', () => {
  assert.deepEqual(
    rangeOf('pr_auc', [0.9, 0.99]).map((end) => Number(end.toFixed(4))),
    [0.8775, 1],
  );
  assert.deepEqual(
    rangeOf('pr_auc@champion', [-0.01, 0.02]).map((end) => Number(end.toFixed(4))),
    [-0.0175, 0.0275],
  );
  const line = {
    xs: Float64Array.from([0, 1, 2]),
    ys: Float64Array.from([0.2, 0.9, 1]),
    smooth: null,
  } as unknown as Parameters<typeof yRange>[0][number];
  assert.deepEqual(
    yRange([line], [0, 2], false, 'val_accuracy')?.map((end) => Number(end.toFixed(4))),
    [0.16, 1],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLowerBetter } from '../../protocol/metricDirection.ts';
import { primaryAmong, rankMetrics } from '../../engine/tracking/rankMetrics.ts';

/*
 * The metric that stands for runs of any tool. Variations: names as mlflow.sklearn, mlflow.xgboost, mlflow.lightgbm and mlflow.keras autolog
 * write them, mlflow.evaluate, Lightning, Hugging Face's Trainer, Ultralytics, fastai, CatBoost, Stable-Baselines3,
 * dvclive and plain scripts; with progress, times, sizes and the system's metrics beside them; with a metric that few
 * runs have; with nothing that tells of quality.
 */
const first = (...keys: string[]) => {
  const [found] = rankMetrics(keys.map((key) => ({ key, runs: 3 })));
  return found ? `${found.direction} ${found.name}` : null;
};

test('the validation or test score of each tool stands for its runs, never the system or a training score', () => {
  const system = ['system/cpu_utilization_percentage', 'system/memory_mb', 'system/auc'];
  const tools: [string, string[], string | null][] = [
    [
      'sklearn autolog',
      [
        'training_accuracy_score',
        'training_f1_score',
        'training_log_loss',
        'training_precision_score',
        'training_recall_score',
        'training_roc_auc',
        'training_score',
      ],
      'maximize training_roc_auc',
    ],
    [
      'sklearn autolog, scored on test rows',
      ['training_accuracy_score', 'training_roc_auc', 'accuracy_score_X_test', 'log_loss_X_test'],
      'maximize accuracy_score_X_test',
    ],
    [
      'sklearn autolog of a regression',
      [
        'training_mean_absolute_error',
        'training_mean_squared_error',
        'training_r2_score',
        'training_root_mean_squared_error',
        'training_score',
      ],
      'minimize training_root_mean_squared_error',
    ],
    ['sklearn grid search', ['best_cv_score', 'training_accuracy_score', 'training_score'], 'maximize best_cv_score'],
    [
      'mlflow.evaluate',
      [
        'accuracy_score',
        'example_count',
        'f1_score',
        'false_negatives',
        'log_loss',
        'precision_recall_auc',
        'roc_auc',
        'true_positives',
      ],
      'maximize roc_auc',
    ],
    [
      'xgboost autolog',
      ['best_iteration', 'stopped_iteration', 'train-logloss', 'eval-logloss', 'train-auc', 'eval-auc'],
      'maximize eval-auc',
    ],
    [
      'xgboost, the scikit-learn interface',
      ['validation_0-rmse', 'validation_1-rmse', 'best_iteration'],
      'minimize validation_1-rmse',
    ],
    [
      'lightgbm autolog',
      ['training-binary_logloss', 'valid_0-binary_logloss', 'best_iteration'],
      'minimize valid_0-binary_logloss',
    ],
    [
      'keras autolog',
      ['accuracy', 'loss', 'val_accuracy', 'val_loss', 'restored_epoch', 'stopped_epoch'],
      'maximize val_accuracy',
    ],
    ['keras autolog with no other metric', ['loss', 'val_loss', 'learning_rate'], 'minimize val_loss'],
    ['keras autolog of a regression', ['loss', 'mae', 'val_loss', 'val_mae'], 'minimize val_mae'],
    ['keras autolog without validation', ['accuracy', 'loss'], 'maximize accuracy'],
    ['lightning', ['epoch', 'train_loss_step', 'train_loss_epoch', 'val_loss', 'lr-Adam'], 'minimize val_loss'],
    [
      'lightning, with slashes',
      ['epoch', 'train/loss', 'train/acc', 'val/loss', 'val/acc', 'test/acc'],
      'maximize val/acc',
    ],
    ['lightning, camel case', ['trainLoss', 'valLoss', 'valAcc'], 'maximize valAcc'],
    [
      'huggingface',
      [
        'epoch',
        'eval_loss',
        'eval_runtime',
        'eval_samples_per_second',
        'eval_steps_per_second',
        'grad_norm',
        'learning_rate',
        'loss',
        'total_flos',
        'train_loss',
        'train_runtime',
      ],
      'minimize eval_loss',
    ],
    [
      'huggingface with an accuracy',
      ['eval_accuracy', 'eval_loss', 'eval_runtime', 'train_loss', 'loss'],
      'maximize eval_accuracy',
    ],
    [
      'huggingface, as it is with slashes',
      ['eval/loss', 'eval/runtime', 'train/loss', 'train/grad_norm', 'train/global_step'],
      'minimize eval/loss',
    ],
    [
      'ultralytics',
      [
        'lr/pg0',
        'metrics/mAP50(B)',
        'metrics/precision(B)',
        'metrics/recall(B)',
        'train/box_loss',
        'val/box_loss',
        'val/cls_loss',
        'val/dfl_loss',
      ],
      'maximize metrics/mAP50(B)',
    ],
    [
      'ultralytics with both',
      ['metrics/mAP50(B)', 'metrics/mAP50-95(B)', 'val/box_loss'],
      'maximize metrics/mAP50-95(B)',
    ],
    [
      'ultralytics through mlflow',
      ['metrics/mAP50B', 'metrics/mAP50-95B', 'metrics/precisionB', 'val/box_loss'],
      'maximize metrics/mAP50-95B',
    ],
    ['fastai', ['train_loss', 'valid_loss', 'error_rate', 'time'], 'minimize valid_loss'],
    ['catboost', ['learn-Logloss', 'validation-Logloss', 'validation-AUC'], 'maximize validation-AUC'],
    [
      'stable-baselines3',
      ['eval/mean_ep_length', 'eval/mean_reward', 'rollout/ep_rew_mean', 'time/fps', 'train/loss'],
      'maximize eval/mean_reward',
    ],
    ['speech', ['eval_wer', 'eval_loss', 'train_loss'], 'minimize eval_wer'],
    ['a language model', ['eval_perplexity', 'train_loss', 'step'], 'minimize eval_perplexity'],
    ['a script of a regression', ['rmse', 'r2', 'fit_seconds'], 'minimize rmse'],
    [
      'errors turned round by scikit-learn',
      ['test_neg_mean_squared_error', 'fit_time'],
      'maximize test_neg_mean_squared_error',
    ],
    [
      'loopwright',
      ['pr_auc', 'roc_auc', 'log_loss', 'latency_p95_ms', 'model_bytes', 'loss', 'validation_loss', 'rows.orders'],
      'maximize pr_auc',
    ],
    ['nothing that tells', ['epoch', 'step', 'learning_rate', 'fit_time', 'train_samples_per_second'], null],
  ];
  for (const [tool, keys, expected] of tools) {
    assert.equal(first(...keys), expected, tool);
    assert.equal(
      first(...system, ...keys.toReversed()),
      expected,
      `${tool}, with the system's metrics and in another order`,
    );
  }
  assert.equal(first(...system), null);
});

test('a metric that few runs have does not stand for all', () => {
  assert.equal(
    rankMetrics([
      { key: 'test_auc', runs: 1 },
      { key: 'val_loss', runs: 20 },
      { key: 'train_loss', runs: 20 },
    ])[0]?.name,
    'val_loss',
  );
  assert.equal(
    rankMetrics([
      { key: 'test_auc', runs: 12 },
      { key: 'val_loss', runs: 20 },
    ])[0]?.name,
    'test_auc',
  );
});

test('what is declared stands before what was logged, where a run logged it', () => {
  const declared = [
    { name: 'cost', direction: 'minimize' as const, why: 'primary_metric' },
    { name: 'pr_auc', direction: 'maximize' as const, why: 'the first gate' },
  ];
  const names = (...keys: string[]) =>
    primaryAmong(
      declared,
      keys.map((key) => ({ key, runs: 1 })),
    ).map(({ name }) => name);
  assert.deepEqual(names('val_auc', 'cost', 'pr_auc'), ['cost', 'pr_auc', 'val_auc']);
  assert.deepEqual(names('val_auc', 'pr_auc'), ['pr_auc', 'val_auc']);
  assert.deepEqual(names('val_auc', 'train_auc'), ['val_auc', 'train_auc']);
  assert.deepEqual(names(), ['cost', 'pr_auc'], 'before any run');
});

test('a name tells which way its metric gets better', () => {
  const lower = [
    'val_loss',
    'valLoss',
    'log_loss',
    'eval-logloss',
    'multi_error',
    'mean_absolute_error',
    'rmse',
    'test/rmse',
    'MAPE',
    'smape',
    'perplexity',
    'wer',
    'latency_p95_ms',
    'fit_seconds',
    'model_bytes',
    'brier',
    'ece',
    'false_positives',
    'max_error',
    'train_mse',
    'box_loss',
    'FID',
    'demographic_parity_difference',
    'error_rate@champion',
  ];
  const higher = [
    'accuracy',
    'val_acc',
    'roc_auc',
    'f1',
    'r2',
    'explained_variance',
    'metrics/mAP50(B)',
    'dice',
    'mean_reward',
    'bleu',
    'recall',
    'neg_log_loss',
    'test_neg_mean_squared_error',
    'ndcg@10',
    'true_positives',
    'demographic_parity_ratio',
  ];
  assert.deepEqual([lower.filter((name) => !isLowerBetter(name)), higher.filter(isLowerBetter)], [[], []]);
});

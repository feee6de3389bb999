import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredMetrics } from '../../engine/project/primaryMetric.ts';
import { projectOf, edit, ordersTexts, type Texts } from '../helpers/checking.ts';
import { ordersSchema } from '../helpers/ordersProject.ts';

/*
 * The metric that the files name. Variations: named as text and with a direction, against its name; by gates of which the first are against
 * the champion, of groups, of speed and size; by the gates of a command; by the task of binary, multiclass and
 * regression models; by the objective of a sweep; by nothing.
 */
const yaml = 'loopwright.yaml';
const gates = '      roc_auc: { min: 0.6 }\n      pr_auc@champion: { min: -0.2 }\n';
const named = (over: Texts, experiment: string | null = null) =>
  declaredMetrics(projectOf({ ...ordersTexts, ...over }), experiment).map(
    ({ name, direction }) => `${direction} ${name}`,
  );
const gated = (...lines: string[]) => edit(yaml, [gates, lines.map((line) => `      ${line}\n`).join('')]);
const without = edit(yaml, [`    gates:\n${gates}`, '']);

test('primary_metric comes first, with its direction', () => {
  assert.equal(named(edit(yaml, ['seed: 3', 'primary_metric: f1\nseed: 3']))[0], 'maximize f1');
  assert.equal(
    named(edit(yaml, ['seed: 3', 'primary_metric: val_cost_of_errors\nseed: 3']))[0],
    'minimize val_cost_of_errors',
  );
  assert.equal(
    named(edit(yaml, ['seed: 3', 'primary_metric: { name: loss_avoided, direction: maximize }\nseed: 3']))[0],
    'maximize loss_avoided',
  );
  assert.equal(named(edit(yaml, ['seed: 3', 'primary_metric: { name: log_loss }\nseed: 3']))[0], 'minimize log_loss');
});

test('otherwise it is the first gate on the quality of the model itself', () => {
  assert.deepEqual(named({}), ['maximize roc_auc', 'maximize pr_auc']);
  assert.equal(
    named(
      gated(
        'pr_auc@champion: { min: 0 }',
        'latency_p95_ms: { max: 5 }',
        '"demographic_parity_difference[country]": { max: 0.1 }',
        'model_bytes: { max: 10000 }',
        'brier: { max: 0.2 }',
        'f1: { min: 0.3 }',
      ),
    )[0],
    'minimize brier',
  );
  assert.equal(named(gated('pr_auc@champion: { min: 0 }'))[0], 'maximize pr_auc', 'what is usual for the task');
  const command = (gate: string): Texts => ({
    [yaml]: `version: 1\nproject: p\nstages:\n  s: { cmd: python train.py, metrics: [m.json], gates: { ${gate} } }\n`,
  });
  assert.deepEqual(named(command('val_dice: { min: 0.5 }')), ['maximize val_dice']);
  assert.deepEqual(
    named(command('fit_seconds: { max: 5 }, churn: { max: 0.5 }')),
    ['minimize churn'],
    'the side of the bound tells the direction',
  );
  assert.deepEqual(named(command('fit_seconds: { max: 5 }')), []);
});

test('otherwise it is the usual metric of the task', () => {
  const target = 'name: late, type: boolean, constraints: { required: true }';
  const schema = (to: string): Texts => ({
    ...without,
    'schemas/orders.dataset.yaml': ordersSchema.replace(target, to),
  });
  assert.deepEqual(named(without), ['maximize pr_auc', 'maximize roc_auc']);
  assert.deepEqual(named(schema('name: late, type: string, categories: [a, b, c]')), [
    'maximize macro_f1',
    'maximize accuracy',
  ]);
  assert.deepEqual(named(schema('name: late, type: number')), ['minimize rmse', 'minimize mae']);
});

test('the objective of a sweep is the primary metric of its experiment only', () => {
  const experiment = {
    'experiments/longer.experiment.yaml':
      'sweep: { method: grid, objective: { minimize: validation_loss }, params: { epochs: { choice: [1, 2] } } }\n',
  };
  assert.deepEqual(named(experiment, 'longer'), ['minimize validation_loss', 'maximize roc_auc', 'maximize pr_auc']);
  assert.deepEqual([named(experiment, 'default')[0], named(experiment)[0]], ['maximize roc_auc', 'maximize roc_auc']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitModel, type DataShape } from '../../engine/models/fitModel.ts';
import type { InputType, ModelDescription } from '../../engine/models/flavours/flavour.ts';
import type { Field } from '../../engine/project/schema/datasetSchema.ts';

const described: ModelDescription = {
  algorithm: 'Forest',
  runtime: 'Python',
  inputs: [{ name: 'amount', type: 'number', optional: false }],
  width: null,
  kind: 'classification',
  classes: ['no', 'yes'],
  scores: 'probability',
  packages: {},
  warnings: [],
};

function shape(target: Field, columns: Record<string, InputType>, more: Partial<DataShape> = {}): DataShape {
  return {
    dataset: 'rows',
    fields: [...Object.keys(columns).flatMap((name) => (name === target.name ? [] : [{ name }])), target],
    columns: new Map(Object.entries(columns)),
    given: null,
    metrics: [],
    ...more,
  };
}
const yesNo: Field = { name: 'y', type: 'string', loopwright: { role: 'target', positive: 'yes' } };
const columns = { amount: 'number', y: 'text' } as const;

test('the positive class is the declared one, and none is guessed', () => {
  const { classes, positive, task } = fitModel('sklearn', described, shape(yesNo, columns));
  assert.deepEqual([task, classes, positive], ['binary', ['no', 'yes'], 'yes']);
  const undeclared: Field = { name: 'y', type: 'string', categories: ['no', 'yes'], loopwright: { role: 'target' } };
  assert.throws(() => fitModel('sklearn', described, shape(undeclared, columns)), /Which of `no`, `yes` is positive\?/);
  const other: Field = { ...yesNo, loopwright: { role: 'target', positive: 'maybe' } };
  assert.throws(
    () => fitModel('sklearn', described, shape(other, columns)),
    /`maybe` is the positive value .* predicts `no`, `yes`/,
  );
  const flag: Field = { name: 'y', type: 'boolean', loopwright: { role: 'target' } };
  const booleans = { ...described, classes: ['false', 'true'] };
  assert.deepEqual(fitModel('sklearn', booleans, shape(flag, { ...columns, y: 'boolean' })).classes, ['0', '1']);
});

test('a model that reads its target is refused', () => {
  const inputs = [...(described.inputs ?? []), { name: 'y', type: null, optional: false }];
  assert.throws(() => fitModel('sklearn', { ...described, inputs }, shape(yesNo, columns)), /reads `y`, the target/);
});

test('columns that differ in blanks only are named', () => {
  const inputs = [
    { name: 'mean_radius', type: null, optional: false },
    { name: 'mean_area', type: null, optional: false },
  ];
  const data = shape(yesNo, { 'mean radius': 'number', 'mean area': 'number', y: 'text' });
  assert.throws(() => fitModel('onnx', { ...described, inputs }, data), /`mean radius` for `mean_radius`/);
});

test('gates say what a model is for that does not say it itself', () => {
  const silent: ModelDescription = { ...described, kind: null, classes: null };
  const number: Field = { name: 'y', type: 'integer', loopwright: { role: 'target' } };
  const data = shape(number, { amount: 'number', y: 'integer' });
  assert.equal(fitModel('http', silent, data).task, 'regression');
  const judged = fitModel('http', silent, { ...data, metrics: ['roc_auc'] });
  assert.deepEqual([judged.task, judged.classes], ['binary', ['0', '1']]);
});

test('a model that predicts a number does not fit a class', () => {
  const regressor: ModelDescription = { ...described, kind: 'regression', classes: null, scores: 'none' };
  assert.throws(
    () => fitModel('sklearn', regressor, shape(yesNo, columns)),
    /predicts a number, and the target `y` is one of two/,
  );
});

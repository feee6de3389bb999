import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trueClass, type ClassesOfReport } from '../../engine/monitoring/trueClass.ts';
import type { DatasetSchema } from '../../engine/project/schema/datasetSchema.ts';

const binary = (classes: string[] | null, positive: string | null, schema?: DatasetSchema): ClassesOfReport => ({
  task: 'binary',
  target: 'y',
  classes,
  positive,
  data: { schema },
});

function read(report: ClassesOfReport, values: (string | number)[]): number[] {
  return values.map(trueClass(report));
}

const none = Number.NaN;

test('a file of yes and no arrives as booleans, and means the classes all the same', () => {
  assert.deepEqual(read(binary(['no', 'yes'], 'yes'), [1, 0, 'yes', 'no']), [1, 0, 1, 0]);
  assert.deepEqual(read(binary(['yes', 'no'], 'no'), [1, 0]), [0, 1], 'the positive class may be no');
  assert.deepEqual(read(binary(['N', 'Y'], 'Y'), [1, 0, 'Y']), [1, 0, 1]);
  assert.deepEqual(read(binary(['f', 't'], 't'), [1, 0]), [1, 0]);
});

test('a label of no class is none of them', () => {
  assert.deepEqual(read(binary(['no', 'yes'], 'yes'), ['Yes', ' yes', 'maybe', 2, '']), [none, none, none, none, none]);
  assert.deepEqual(read(binary(['bad', 'good'], 'good'), [1, 0, 'Good']), [none, none, none]);
});

test('booleans, 0 and 1 are the same in any spelling', () => {
  for (const classes of [
    ['false', 'true'],
    ['0', '1'],
  ])
    assert.deepEqual(
      read(binary(classes, classes[1] ?? ''), [1, 0, 'true', 'FALSE', '1', '0', 'no']),
      [1, 0, 1, 0, 1, 0, 0],
    );
  assert.deepEqual(
    read(binary(null, null), [1, 0, 'true', 'false']),
    [1, 0, 1, 0],
    'reports of before have no classes',
  );
});

test('of several values only one is positive: the others that the schema lists are negative', () => {
  const schema: DatasetSchema = { fields: [{ name: 'y', type: 'string', categories: ['late', 'in time', 'early'] }] };
  assert.deepEqual(read(binary(['in time', 'late'], 'late', schema), ['late', 'in time', 'early', 'lost']), [
    1,
    0,
    0,
    none,
  ]);
  assert.deepEqual(read(binary(['not late', 'late'], 'late'), ['late', 'anything']), [1, 0]);
});

test('several classes by name or number, and numbers of a regression', () => {
  const several: ClassesOfReport = { task: 'multiclass', target: 'y', classes: ['1', '2', '10'], positive: null };
  assert.deepEqual(read(several, ['2', 10, '10.0', 3]), [1, 2, none, none]);
  const regression: ClassesOfReport = { task: 'regression', target: 'y', classes: null, positive: null };
  assert.deepEqual(read(regression, [2.5, '3', 'x', '']), [2.5, 3, none, none]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenedModel, RawAnswers } from '../../engine/models/flavours/flavour.ts';
import { withClasses } from '../../engine/models/withClasses.ts';

function answering(answers: RawAnswers, classes: string[] | null): OpenedModel {
  return {
    description: {
      algorithm: 'Booster',
      runtime: 'Python',
      inputs: null,
      width: 1,
      kind: null,
      classes,
      scores: 'probability',
      packages: {},
      warnings: [],
    },
    answer: () => Promise.resolve(answers),
    close: () => Promise.resolve(),
  };
}
const rows = { rows: 3, columns: {} };
const names = ['Barbera', 'Barolo', 'Grignolino'];

test('numbers of a label encoder get the names of the classes', async () => {
  const labels = withClasses(answering({ kind: 'labels', values: ['2', null, '0'] }, ['0', '1', '2']), names);
  assert.deepEqual(labels.description.classes, names);
  assert.deepEqual(await labels.answer(rows, []), { kind: 'labels', values: ['Grignolino', null, 'Barbera'] });
  const numbers = withClasses(answering({ kind: 'values', values: Float64Array.of(1, Number.NaN, 2) }, null), names);
  assert.deepEqual(await numbers.answer(rows, []), { kind: 'labels', values: ['Barolo', null, 'Grignolino'] });
});

test('scores stay as they are, in the order of the classes', async () => {
  const scores: RawAnswers = { kind: 'scores', columns: [Float64Array.of(0.2), Float64Array.of(0.8)] };
  assert.equal(await withClasses(answering(scores, ['0', '1']), ['no', 'yes']).answer(rows, []), scores);
  const value: RawAnswers = { kind: 'values', values: Float64Array.of(0.73) };
  assert.equal(await withClasses(answering(value, null), ['no', 'yes']).answer(rows, []), value);
});

test('another number of classes is refused', () => {
  assert.throws(
    () => withClasses(answering({ kind: 'labels', values: [] }, ['0', '1']), names),
    /2 classes, 0, 1, and `classes` names 3/,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeSchema } from '../../engine/project/mergeSchema.ts';
import type { DatasetSchema, Field } from '../../engine/project/schema/datasetSchema.ts';
import { growsInProportion } from '../helpers/growth.ts';

/**
 * Edits of many fields are made together. Variations tried: fields in flow and block style, with and without
 * constraints, guessed and not, fields that share an anchor, new fields, new bounds and categories.
 */
const text = `# kept
fields:
  - { name: a, type: integer, constraints: { minimum: 0, maximum: 5 }, loopwright: { guessed: true } } # kept too
  - name: b
    type: string
    categories: [x, y]
  - { name: c, type: number }
  - name: d
    constraints: &bounds
      minimum: 1
      maximum: 2
    type: number
    loopwright: { guessed: true }
  - { name: e, type: number, constraints: *bounds }
`;
const inferred: DatasetSchema = {
  fields: [
    { name: 'n1', type: 'string', loopwright: { role: 'id', guessed: true } },
    {
      name: 'a',
      type: 'integer',
      constraints: { required: true, minimum: -2, maximum: 9 },
      loopwright: { role: 'feature', guessed: true },
    },
    { name: 'b', type: 'string', categories: ['x', 'z', 'w w'] },
    { name: 'c', type: 'string' },
    {
      name: 'd',
      type: 'number',
      constraints: { required: true, minimum: 0, maximum: 3 },
      loopwright: { role: 'feature', guessed: true },
    },
    { name: 'e', type: 'number', constraints: { minimum: -1, maximum: 4 } },
    { name: 'n2', type: 'date' },
  ],
  primaryKey: 'n1',
};

for (const update of [false, true])
  test(`fields together are merged as one after the other${update ? ', with update' : ''}`, () => {
    const whole = mergeSchema('a.dataset.yaml', text, inferred, { update });
    let step = text;
    for (const field of inferred.fields.filter(({ name }) => name.length === 1))
      step = mergeSchema('a.dataset.yaml', step, { fields: [field] }, { update }).text;
    for (const field of inferred.fields.filter(({ name }) => name.length > 1))
      step = mergeSchema('a.dataset.yaml', step, { ...inferred, fields: [field] }, { update }).text;
    assert.equal(whole.text, step);
    assert.deepEqual(whole.added, ['n1', 'n2']);
    assert.equal(mergeSchema('a.dataset.yaml', whole.text, inferred, { update }).text, whole.text);
    assert.match(whole.text, /^# kept\n/);
    assert.match(whole.text, /primaryKey: n1/);
  });

test('the time to merge grows with the number of fields', async () => {
  const fieldsOf = (n: number, most: number): Field[] =>
    Array.from({ length: n }, (_, i) => ({
      name: `c${i}`,
      type: 'integer',
      constraints: { minimum: 0, maximum: most },
    }));
  const written = (n: number) =>
    `fields:\n${fieldsOf(n, 5)
      .map(({ name }) => `  - { name: ${name}, type: integer, constraints: { minimum: 0, maximum: 5 } }\n`)
      .join('')}`;
  await growsInProportion(25, (n) => {
    const { text: merged } = mergeSchema(
      'a.dataset.yaml',
      written(n),
      { fields: fieldsOf(2 * n, 9) },
      { update: true },
    );
    assert.equal(merged.match(/maximum: 9/g)?.length, 2 * n);
  });
});

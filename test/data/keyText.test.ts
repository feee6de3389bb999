import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { DatasetSchema, FieldType } from '../../engine/project/schema/datasetSchema.ts';
import { openDatabase } from '../../engine/data/database.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { rounds } from '../helpers/rounds.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

/** Returns how many of the values are not in the other table. */
async function orphans(type: FieldType, own: string, theirs: string): Promise<number> {
  const schema: DatasetSchema = {
    fields: [{ name: 'k', type }],
    foreignKeys: [{ fields: 'k', reference: { resource: 'other', fields: 'their key' } }],
  };
  const result = await validateTable(db, {
    source: `(SELECT unnest([${own}]) AS k)`,
    schema,
    mode: 'typed',
    foreign: [`(SELECT unnest([${theirs}]) AS "their key")`],
  });
  await result.discard();
  return result.rules.reduce((sum, { count }) => sum + count, 0);
}

test('a key is found in the other table whatever type it has there', async () => {
  assert.equal(await orphans('integer', '1, 2, 3', '1::DOUBLE, 2, NULL'), 1);
  assert.equal(await orphans('integer', '1, 2, 3', "'1', '2.0', ' 3 '"), 0);
  assert.equal(await orphans('integer', '1, 2, 3', '1::DECIMAL(5,2), 2.5, 3'), 1);
  assert.equal(await orphans('number', '0.1, 1e3, 2', "'0.10', '1000', 'two'"), 1);
  assert.equal(await orphans('date', "DATE '2024-01-01', DATE '2024-01-02'", "TIMESTAMP '2024-01-01'"), 1);
  assert.equal(await orphans('date', "DATE '2024-01-01'", "'2024-01-01'"), 0);
  assert.equal(await orphans('string', "'1', '01', '1.0'", "'1', '01'"), 1, 'texts are compared as they are');
  assert.equal(await orphans('string', "'7', 'x'", '7::BIGINT'), 1);
});

test('whole numbers beyond 2^53 are not rounded', async () => {
  assert.equal(await orphans('integer', '9007199254740993', '9007199254740992::DOUBLE'), 1);
  assert.equal(await orphans('integer', '9007199254740993', "'9007199254740992', '9007199254740993'"), 0);
  assert.equal(await orphans('integer', '9007199254740993', '9007199254740993::HUGEINT'), 0);
});

test('orphans of 300 random pairs of columns against a plain comparison', async () => {
  const types = ['BIGINT', 'DOUBLE', 'DECIMAL(10,2)', 'VARCHAR'];
  const written = (value: number | null, type: string) => (value === null ? 'NULL' : `CAST('${value}' AS ${type})`);
  for (let seed = 1; seed <= rounds(300); seed++) {
    const random = seededRandom(seed);
    const own = Array.from({ length: 1 + random.integer(8) }, () => (random.next() < 0.2 ? null : random.integer(6)));
    const theirs = Array.from({ length: 1 + random.integer(8) }, () =>
      random.next() < 0.2 ? null : random.integer(6),
    );
    const [a = '', b = ''] = [types[random.integer(3)], types[random.integer(4)]];
    const expected = own.filter((value) => value !== null && !theirs.includes(value)).length;
    const found = await orphans(
      a === 'BIGINT' ? 'integer' : 'number',
      own.map((value) => written(value, a)).join(', '),
      theirs.map((value) => written(value, b)).join(', '),
    );
    assert.equal(found, expected, `seed ${seed}: ${a} and ${b}`);
  }
});

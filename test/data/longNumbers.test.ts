import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { diffTables } from '../../engine/data/diffTables.ts';
import { equalColumns } from '../../engine/data/equalColumns.ts';
import { columnsOf } from '../../engine/data/inspectColumns.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import type { DatasetSchema, Field } from '../../engine/project/schema/datasetSchema.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

async function broken(
  source: string,
  field: Omit<Field, 'name'>,
  mode: 'raw' | 'typed',
): Promise<Record<string, number>> {
  const schema: DatasetSchema = { fields: [{ name: 'k', ...field }] };
  const result = await validateTable(db, { source, schema, mode });
  const rules = Object.fromEntries(result.rules.map(({ rule, count }) => [rule, count]));
  await result.discard();
  return rules;
}

const unique = { constraints: { unique: true } };

// Tried: each type of more than 53 bits, as whole number and as number, in a typed column and as text. Two of the three
// values are equal as a DOUBLE; the first occurs twice.
const types: Record<string, [string, string, string]> = {
  BIGINT: ['9007199254740993', '9007199254740992', '-9223372036854775808'],
  UBIGINT: ['18446744073709551615', '18446744073709551614', '1'],
  HUGEINT: ['12345678901234567890123456789012345678', '12345678901234567890123456789012345677', '-1'],
  'DECIMAL(18,2)': ['1234567890123456.78', '1234567890123456.79', '0.01'],
  'DECIMAL(38,10)': ['1234567890123456789012345678.0000000001', '1234567890123456789012345678.0000000002', '5'],
};

for (const [sqlType, values] of Object.entries(types))
  test(`${sqlType} is compared by all digits`, async () => {
    const repeated = [...values, values[0]];
    const typed = `(SELECT unnest([${repeated.map((value) => `'${value}'::${sqlType}`).join(', ')}]) AS k)`;
    const texts = `(SELECT unnest([${repeated.map((value) => `'${value}'`).join(', ')}]) AS k)`;
    const whole = !sqlType.startsWith('DECIMAL');
    for (const type of whole ? (['integer', 'number'] as const) : (['number'] as const)) {
      assert.deepEqual(await broken(typed, { type, ...unique }, 'typed'), { unique: 1 }, type);
      assert.deepEqual(await broken(texts, { type, ...unique }, 'raw'), { unique: 1 }, `${type} as text`);
    }
    const maximum = values[whole ? 1 : 0];
    if (sqlType !== 'BIGINT')
      assert.deepEqual(await broken(typed, { type: whole ? 'integer' : 'number', constraints: { maximum } }, 'typed'), {
        maximum: whole ? 2 : 1,
      });
  });

// Tried: the same type on both sides, another type, a text, with a key and by whole rows.
test('tables are compared by all digits', async () => {
  const table = (sqlType: string, ...values: string[]) =>
    `(SELECT unnest([${values.map((value) => `'${value}'::${sqlType}`).join(', ')}]) AS k)`;
  for (const [before, after_] of [
    ['UBIGINT', 'UBIGINT'],
    ['UBIGINT', 'DECIMAL(38,0)'],
    ['DECIMAL(38,2)', 'UBIGINT'],
    ['VARCHAR', 'UBIGINT'],
  ] as const)
    for (const key of [['k'], null]) {
      const same = await diffTables(
        db,
        table(before, '18446744073709551615', '7'),
        table(after_, '18446744073709551615', '7'),
        { key },
      );
      if (before !== 'VARCHAR') assert.deepEqual([same.rows.added, same.rows.removed], [0, 0], `${before} ${after_}`);
      const other = await diffTables(db, table(before, '18446744073709551615'), table(after_, '18446744073709551614'), {
        key,
      });
      assert.deepEqual([other.rows.added, other.rows.removed], [1, 1], `${before} ${after_}`);
    }
  const source =
    "(SELECT unnest(['12345678901234567.01', '2'])::DECIMAL(20,2) AS a, unnest(['12345678901234567.02', '2'])::DECIMAL(24,4) AS b)";
  assert.deepEqual(await equalColumns(db, source, await columnsOf(db, source)), []);
});

test('the same number written in other ways is one key', async () => {
  const source =
    "(SELECT unnest(['1000', '1e3', '1000.0', '1000.000000000000000000', '+01000', '1000.000000000000000001']) AS k)";
  assert.deepEqual(await broken(source, { type: 'number', ...unique }, 'raw'), { unique: 4 });
});

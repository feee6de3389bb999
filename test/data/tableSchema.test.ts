import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { quoteIdentifier, quoteLiteral } from '../../engine/data/quote.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { validateTable, type ValidateOptions } from '../../engine/data/validateTable.ts';
import { DataError } from '../../engine/base/errors.ts';
import type { DatasetSchema, Field } from '../../engine/project/schema/datasetSchema.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 2 });
after(() => db.close());

/** The texts of a column `x` that a field refuses. */
async function refused(field: Omit<Field, 'name'>, texts: readonly string[]): Promise<string[]> {
  const source = `(SELECT unnest([${texts.map(quoteLiteral).join(', ')}]) AS x)`;
  const result = await validateTable(db, { source, schema: { fields: [{ name: 'x', ...field }] }, mode: 'raw' });
  const rows = await db.rows(`SELECT x FROM (${result.invalidSql}) ORDER BY _row`).catch(() => []);
  await result.discard();
  return rows.map((row) => String(row['x']));
}

const cases: { field: Omit<Field, 'name'>; good: string[]; bad: string[] }[] = [
  { field: { type: 'string', format: 'email' }, good: ['a@b.org'], bad: ['a@b', 'a b@c.d'] },
  { field: { type: 'string', format: 'uri' }, good: ['https://a.b/c?d'], bad: ['a.b', 'http:// x'] },
  { field: { type: 'string', format: 'uuid' }, good: ['123e4567-e89b-12d3-a456-426614174000'], bad: ['123e4567'] },
  { field: { type: 'string', format: 'binary' }, good: ['aGk=', 'aGVsbG8h', 'YQ=='], bad: ['a', 'aGk', '???'] },
  { field: { type: 'number' }, good: ['1', '-1.5e3', '+.5', ' 2 ', 'NaN'], bad: ['1,5', 'x', 'INF', '0x1'] },
  { field: { type: 'number', loopwright: { finite: false } }, good: ['1', 'INF', '-INF'], bad: ['x'] },
  {
    field: { type: 'number', decimalChar: ',', groupChar: '.' },
    good: ['1.234,5', '7,25', '12', '-1.234.567', '+1.000', '2,5e3'],
    // Read without the dot, 7.25 would be 725.
    bad: ['1,2,3', '7.25', '0.5', '1.2345', '12.34,5', '.500', '1234.567', '1..000'],
  },
  {
    field: { type: 'number', groupChar: ',' },
    good: ['1,234.5', '1,00,000', '12,345,678', '3.5'],
    bad: ['7,25', '1,2,3', '1,234,5', ',123'],
  },
  {
    field: { type: 'number', bareNumber: false, decimalChar: ',', groupChar: '.' },
    good: ['€ 1.234,50', '7,25 %', '-1.000 kg'],
    bad: ['€ 7.25', '0.5 %'],
  },
  { field: { type: 'integer', groupChar: ' ' }, good: ['1 234', '12'], bad: ['12 34', '1 2'] },
  { field: { type: 'number', groupChar: "'" }, good: ["1'234.5"], bad: ["7'25"] },
  { field: { type: 'number', bareNumber: false }, good: ['95%', 'EUR 5', '$-3.5'], bad: ['%'] },
  { field: { type: 'integer' }, good: ['1', '-7', '3.0'], bad: ['1.5', 'x', '9'.repeat(39)] },
  {
    field: { type: 'integer' },
    good: ['18446744073709551615', '-170141183460469231731687303715884105728'.slice(0, 39)],
    bad: ['1e20'],
  },
  {
    field: { type: 'number', loopwright: { decimals: 2 } },
    good: ['12345678901234567890.12', '1.5', '-3', '1.500'],
    bad: ['1.234', 'x', '1e3'],
  },
  {
    field: { type: 'number', bareNumber: false },
    good: ['(5)', '5-', '-$5', '$.50', 'inf'].slice(0, 4),
    bad: ['(5', '5)', 'inf'],
  },
  { field: { type: 'date' }, good: ['2024-01-31', '2024/01/31'], bad: ['04/07/20', '20-01-31', '31'] },
  { field: { type: 'date', format: '%d/%m/%Y' }, good: ['04/07/2020'], bad: ['04/07/20', '04/07/020'] },
  {
    field: { type: 'date', format: '%d/%m/%Y', categories: ['01/02/2009', '2009-02-03'] },
    good: ['01/02/2009', '03/02/2009'],
    bad: ['02/02/2009'],
  },
  {
    field: { type: 'date', format: '%d/%m/%Y', constraints: { minimum: '01/02/2009', maximum: '2009-03-01' } },
    good: ['28/02/2009'],
    bad: ['31/01/2009', '02/03/2009'],
  },
  { field: { type: 'boolean' }, good: ['true', 'False', '1', '0'], bad: ['yes', 'tRuE', '2'] },
  { field: { type: 'boolean', trueValues: ['ja'], falseValues: ['nein'] }, good: ['ja', 'nein'], bad: ['true'] },
  { field: { type: 'object' }, good: ['{}', '{"a": 1}'], bad: ['[]', '{', '1'] },
  { field: { type: 'object', constraints: { minLength: 1 } }, good: ['{"a": 1}'], bad: ['{}'] },
  { field: { type: 'array' }, good: ['[]', '[1, "a"]'], bad: ['{}', '[1', 'a'] },
  {
    field: { type: 'array', constraints: { minLength: 1, maxLength: 2 } },
    good: ['[1]', '[1, 2]'],
    bad: ['[]', '[1, 2, 3]'],
  },
  { field: { type: 'list' }, good: ['a,b', 'a'], bad: [] },
  {
    field: { type: 'list', itemType: 'integer', delimiter: ';' },
    good: ['1;2;3', '1', '1; 2'],
    bad: ['1;x', '1,2', '1;;2'],
  },
  {
    field: { type: 'list', itemType: 'date', constraints: { maxLength: 2 } },
    good: ['2026-01-01,2026-01-02'],
    bad: ['2026-01-01,2026-13-01', '2026-01-01,2026-01-02,2026-01-03'],
  },
  {
    field: { type: 'datetime' },
    good: ['2026-01-31T13:45:00Z', '2026-01-31 13:45:00', '2026-01-31T13:45:00+02:00'],
    bad: ['31.01.2026', '2026-02-30T00:00:00Z', '1700000000'],
  },
  {
    field: { type: 'datetime', format: '%d.%m.%Y %H:%M' },
    good: ['31.01.2026 13:45'],
    bad: ['2026-01-31T13:45:00Z', '32.01.2026 13:45'],
  },
  { field: { type: 'date' }, good: ['2026-02-28'], bad: ['2026-02-29', '28/02/2026', '2026'] },
  { field: { type: 'date', format: '%m/%d/%Y' }, good: ['02/28/2026'], bad: ['2026-02-28'] },
  { field: { type: 'time' }, good: ['23:59:59', '07:30:00.5'], bad: ['24:30:00', '7h'] },
  { field: { type: 'year' }, good: ['2026', '-0044'], bad: ['26', '20x6'] },
  { field: { type: 'yearmonth' }, good: ['2026-12'], bad: ['2026-13', '2026'] },
  {
    field: { type: 'duration' },
    good: ['P1Y2M3DT4H5M6.7S', 'PT5M', '-P3D', 'P2W'],
    bad: ['P', 'PT', '5M', 'P1H', 'P1D5M'],
  },
  { field: { type: 'geopoint' }, good: ['90.50, 45.50', '-180,90'], bad: ['181,0', '0,91', '1', '1,2,3', 'a,b'] },
  {
    field: { type: 'geopoint', format: 'array' },
    good: ['[90.5, 45.5]'],
    bad: ['90.5, 45.5', '[1]', '[181, 0]', '{"lon": 1, "lat": 2}'],
  },
  {
    field: { type: 'geopoint', format: 'object' },
    good: ['{"lon": 90.5, "lat": 45.5}'],
    bad: ['[90.5, 45.5]', '{"lon": 90.5}'],
  },
  {
    field: { type: 'geojson' },
    good: ['{"type": "Point", "coordinates": [1, 2]}'],
    bad: ['{"type": "Topology"}', '{}', 'Point'],
  },
  { field: { type: 'geojson', format: 'topojson' }, good: ['{"type": "Topology"}'], bad: ['{"type": "Point"}'] },
  { field: { type: 'any' }, good: ['a', '1', '{'], bad: [] },
  { field: { type: 'any', constraints: { enum: ['a', 1] } }, good: ['a', '1'], bad: ['b'] },
  {
    field: { type: 'number', constraints: { exclusiveMinimum: 0, exclusiveMaximum: 1 } },
    good: ['0.5'],
    bad: ['0', '1'],
  },
  {
    field: { type: 'date', constraints: { minimum: '2026-01-01', maximum: '2026-12-31' } },
    good: ['2026-06-01'],
    bad: ['2025-12-31', '2027-01-01'],
  },
  {
    field: { type: 'string', constraints: { pattern: '[A-Z]{2}', minLength: 2 } },
    good: ['DE'],
    bad: ['D', 'DEU', 'de'],
  },
  {
    field: {
      type: 'integer',
      categories: [
        { value: 1, label: 'low' },
        { value: 2, label: 'high' },
      ],
      categoriesOrdered: true,
    },
    good: ['1', '2'],
    bad: ['3'],
  },
  {
    field: {
      type: 'integer',
      missingValues: ['-', { value: '-99', label: 'not asked' }],
      constraints: { required: true },
    },
    good: ['1'],
    bad: ['-', '-99'],
  },
  {
    field: {
      type: 'object',
      constraints: { jsonSchema: { required: ['a'], properties: { a: { type: 'integer', minimum: 2 } } } },
    },
    good: ['{"a": 2}'],
    bad: ['{}', '{"a": 1}', '{"a": "2"}'],
  },
  { field: { type: 'any', constraints: { jsonSchema: { type: 'string' } } }, good: ['text', '"text"'], bad: ['1'] },
];

for (const { field, good, bad } of cases) {
  const { type, ...rest } = field;
  test(`${type}${Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : ''}`, async () => {
    assert.deepEqual(await refused(field, [...good, ...bad]), bad);
  });
}

test('an invalid JSON Schema is reported before it is used', async () => {
  await assert.rejects(
    refused({ type: 'object', constraints: { jsonSchema: { type: 'nothing' } } }, ['{}']),
    (error: unknown) => error instanceof DataError && /x: the constraint jsonSchema cannot be used/.test(error.message),
  );
});

test('nested Parquet columns are objects, arrays and maps, checked by their contents', async () => {
  const file = join(folder, 'nested.parquet');
  await db.run(
    `COPY (SELECT {'a': i, 'b': {'c': 'x' || i}} AS o, [i, i + 1] AS l, MAP {'k': i} AS m, [{'z': i}] AS ls FROM range(1, 4) t(i)) TO ${quoteLiteral(file)} (FORMAT parquet)`,
  );
  const schema: DatasetSchema = {
    fields: [
      { name: 'o', type: 'object', constraints: { jsonSchema: { properties: { a: { maximum: 2 } } } } },
      { name: 'l', type: 'array', constraints: { maxLength: 2 } },
      { name: 'm', type: 'object', constraints: { required: true } },
      { name: 'ls', type: 'array', constraints: { minLength: 1 } },
    ],
  };
  const result = await validateTable(db, { source: sourceSql([file], { withFile: true }), schema, mode: 'typed' });
  assert.deepEqual(
    result.rules.map(({ field, rule, count, firstRow, firstValue }) => ({ field, rule, count, firstRow, firstValue })),
    [{ field: 'o', rule: 'jsonSchema', count: 1, firstRow: 3, firstValue: '{"a":3,"b":{"c":"x3"}}' }],
  );
  assert.deepEqual(await db.rows(`SELECT typeof(o) AS o, typeof(l) AS l FROM (${result.validSql}) LIMIT 1`), [
    { o: 'STRUCT(a BIGINT, b STRUCT(c VARCHAR))', l: 'BIGINT[]' },
  ]);
  await result.discard();
});

async function validate(
  rows: string,
  fields: Field[],
  options: Partial<ValidateOptions> & { table?: Partial<DatasetSchema> } = {},
) {
  const path = join(folder, `v${Math.random().toString(36).slice(2)}.csv`);
  writeFileSync(path, rows);
  const { table = {}, ...rest } = options;
  const result = await validateTable(db, {
    source: sourceSql([path], { allText: true, rejects: true }),
    schema: { fields, ...table },
    mode: 'raw',
    rejects: true,
    ...rest,
  });
  return { result, valid: await db.rows(result.validSql), invalid: await db.rows(result.invalidSql) };
}

test('a rule has its own handling of rows; the others use that of the stage', async () => {
  const fields: Field[] = [
    {
      name: 'a',
      type: 'integer',
      constraints: { minimum: 0, maximum: 9 },
      loopwright: { invalid: { minimum: 'warn', maximum: 'fail' } },
    },
    { name: 'b', type: 'string', constraints: { required: true }, loopwright: { invalid: 'warn' } },
    { name: 'c', type: 'integer' },
  ];
  const { result, valid, invalid } = await validate('a,b,c\n-1,x,1\n10,x,2\n5,,3\n6,y,z\n', fields);
  assert.deepEqual(
    result.rules.map(({ field, rule, mode, severity }) => [field, rule, mode, severity]),
    [
      ['a', 'minimum', 'warn', 'warning'],
      ['a', 'maximum', 'fail', 'error'],
      ['b', 'required', 'warn', 'warning'],
      ['c', 'type', 'quarantine', 'error'],
    ],
  );
  assert.deepEqual([result.validRows, result.invalidRows], [2, 2]);
  assert.deepEqual(valid, [
    { a: -1, b: 'x', c: 1 },
    { a: 5, b: null, c: 3 },
  ]);
  assert.deepEqual(
    invalid.map((row) => row['_row']),
    [2, 4],
  );
});

test('with warn every row stays, and values of another type are NULL', async () => {
  const { result, valid } = await validate(
    'a\n1\nx\n3\n',
    [{ name: 'a', type: 'integer', constraints: { maximum: 2 } }],
    { invalid: 'warn' },
  );
  assert.deepEqual(
    [result.validRows, result.invalidRows, result.rules.map(({ mode, severity, count }) => [mode, severity, count])],
    [
      3,
      0,
      [
        ['warn', 'error', 1],
        ['warn', 'error', 1],
      ],
    ],
  );
  assert.deepEqual(valid, [{ a: 1 }, { a: null }, { a: 3 }]);
});

test('a column outside beta and production may be absent, and its broken rules are warnings', async () => {
  const fields: Field[] = [
    { name: 'a', type: 'integer' },
    { name: 'b', type: 'integer', loopwright: { stage: 'debug' } },
    { name: 'gone', type: 'integer', constraints: { required: true }, loopwright: { stage: 'planned' } },
  ];
  const { result } = await validate('a,b\n1,x\n', fields);
  assert.deepEqual(
    [result.validRows, result.tableProblems, result.rules.map(({ field, severity }) => [field, severity])],
    [1, [], [['b', 'warning']]],
  );
});

test('foreign keys refer to another table or to the table itself', async () => {
  const fields: Field[] = [
    { name: 'id', type: 'integer' },
    { name: 'parent', type: 'integer' },
    { name: 'country', type: 'string' },
  ];
  const table = {
    foreignKeys: [
      { fields: 'country', reference: { resource: 'countries', fields: 'code' } },
      { fields: 'parent', reference: { fields: 'id' } },
    ],
  };
  const { result, valid, invalid } = await validate('id,parent,country\n1,,DE\n2,1,XX\n3,9,FR\n4,2,\n', fields, {
    table,
    foreign: [`(SELECT unnest(['DE', 'FR']) AS code)`, null],
  });
  assert.deepEqual(
    result.rules.map(({ message }) => message),
    [
      'country: not in countries.code in 1 row, first in row 2 (found XX)',
      'parent: not in the table.id in 1 row, first in row 3 (found 9)',
    ],
  );
  assert.deepEqual(
    valid.map((row) => row['id']),
    [1, 4],
  );
  assert.deepEqual(
    invalid.map((row) => row['_reasons']),
    ['country: not in countries.code (found XX)', 'parent: not in the table.id (found 9)'],
  );
  await assert.rejects(
    validate('id,parent,country\n1,,DE\n', fields, { table, foreign: ['(SELECT 1 AS other)', null] }),
    /refers to the column code, which is not in the other table; its columns are other/,
  );
});

test('valid rows keep their order when duplicate keys are removed from a large table', async () => {
  const result = await validateTable(db, {
    source: '(SELECT CASE WHEN range % 1000 = 7 THEN 7 ELSE range END AS k, range AS n FROM range(300000))',
    schema: {
      fields: [
        { name: 'k', type: 'integer' },
        { name: 'n', type: 'integer' },
      ],
      primaryKey: 'k',
    },
    mode: 'typed',
  });
  assert.deepEqual([result.validRows, result.invalidRows], [299_701, 299]);
  const file = join(folder, 'order.parquet');
  await db.run(`COPY (${result.validSql}) TO ${quoteLiteral(file)} (FORMAT parquet)`);
  assert.deepEqual(
    await db.rows(
      `SELECT count(*) AS n FROM (SELECT n, lag(n) OVER () AS before FROM ${sourceSql([file])}) WHERE before >= n`,
    ),
    [{ n: 0 }],
  );
  await result.discard();
});

test('names of columns hold SQL, quotes, dots, spaces and emoji, in every rule', async () => {
  const names = [`a"b'; DROP TABLE x; --`, 'with space', 'dot.ted', '🦊', 'select', '%s $1 ?', `"`];
  const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
  const fields: Field[] = names.map((name) => ({
    name,
    type: 'integer',
    constraints: { required: true, unique: true, minimum: 0, maximum: 9, enum: [1, 2, 3] },
    categories: [1, 2, 3],
  }));
  const { result, valid, invalid } = await validate(
    `${header}\n${names.map(() => 1).join(',')}\n${names.map(() => 1).join(',')}\n${names.map(() => 'x').join(',')}\n`,
    fields,
    {
      table: {
        primaryKey: names,
        uniqueKeys: [names.slice(0, 2)],
        foreignKeys: [{ fields: names[0] ?? '', reference: { fields: names[1] ?? '' } }],
      },
    },
  );
  assert.deepEqual([result.validRows, result.invalidRows], [1, 2]);
  assert.deepEqual(Object.keys(valid[0] ?? {}), names);
  assert.ok(
    names.every((name) => name in (invalid[0] ?? {}) && result.rules.some((rule) => rule.field === name)),
    quoteIdentifier('a"b'),
  );
});

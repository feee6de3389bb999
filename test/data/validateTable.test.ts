import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { DataError } from '../../engine/base/errors.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import type { DatasetSchema } from '../../engine/project/schema/datasetSchema.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 2 });
after(() => db.close());

const schema: DatasetSchema = {
  fields: [
    { name: 'id', type: 'string', constraints: { required: true, unique: true, pattern: 't[0-9]+' } },
    { name: 'at', type: 'datetime', constraints: { required: true, minimum: '2026-01-01T00:00:00Z' } },
    { name: 'amount', type: 'number', constraints: { minimum: 0, maximum: 100 } },
    { name: 'hour', type: 'integer', constraints: { minimum: 0, maximum: 23 } },
    { name: 'kind', type: 'string', categories: ['a', { value: 'b', label: 'Bee' }] },
    { name: 'flag', type: 'boolean', trueValues: ['yes'], falseValues: ['no'] },
    { name: 'label', type: 'boolean', constraints: { required: true }, loopwright: { environments: ['training'] } },
  ],
  missingValues: ['', 'NA'],
};

let n = 0;
function csv(text: string): string {
  const path = join(folder, `f${n++}.csv`);
  writeFileSync(path, text);
  return path;
}

const header = 'id,at,amount,hour,kind,flag,label,extra\n';
const good = 't1,2026-01-02T10:00:00+01:00,5.5,3,a,yes,true,x\n';

test('valid rows are typed, with other columns only on request', async () => {
  const source = sourceSql([csv(`${header}${good}t2,2026-01-02,NA,3.0,b,no,1,y\n`)], { allText: true });
  const result = await validateTable(db, { source, schema, mode: 'raw', alsoKeep: ['extra'] });
  assert.deepEqual(
    [result.rows, result.validRows, result.invalidRows, result.rules, result.tableProblems],
    [2, 2, 0, [], []],
  );
  assert.deepEqual(await db.rows(result.validSql), [
    { id: 't1', at: Date.UTC(2026, 0, 2, 9), amount: 5.5, hour: 3, kind: 'a', flag: true, label: true, extra: 'x' },
    { id: 't2', at: Date.UTC(2026, 0, 2), amount: null, hour: 3, kind: 'b', flag: false, label: true, extra: 'y' },
  ]);
  await result.discard();
});

test('invalid rows have all reasons, their file and row', async () => {
  const first = csv(header + good);
  const second = csv(
    `${header}t2,2026-01-02,-5,24,c,maybe,true,\n,2025-01-02,abc,1.5,a,,true,\nx9,yesterday,1e3,1,a,yes,true,\nt1,2026-01-03,1,1,a,yes,true,\n`,
  );
  const result = await validateTable(db, {
    source: sourceSql([first, second], { allText: true }),
    schema,
    mode: 'raw',
  });
  assert.deepEqual([result.rows, result.validRows, result.invalidRows], [5, 1, 4]);
  const rows = await db.rows(`SELECT _row, _file, _reasons, amount FROM (${result.invalidSql})`);
  assert.deepEqual(
    rows.map((row) => [row['_row'], row['_file'], row['_reasons']]),
    [
      [
        1,
        second,
        'amount: below minimum 0 (found -5); hour: above maximum 23 (found 24); kind: not one of a, b (found c); flag: not a boolean (found maybe)',
      ],
      [
        2,
        second,
        'id: missing but required; at: below minimum 2026-01-01T00:00:00Z (found 2025-01-02); amount: not a number (found abc); hour: not an integer (found 1.5)',
      ],
      [
        3,
        second,
        'id: does not match t[0-9]+ (found x9); at: not a datetime such as 2026-01-31T13:45:00Z (found yesterday); amount: above maximum 100 (found 1e3)',
      ],
      [4, second, 'id: value occurs in another row (found t1)'],
    ],
  );
  assert.equal(rows[1]?.['amount'], 'abc');
  const minimum = result.rules.find(({ field, rule }) => field === 'amount' && rule === 'minimum');
  assert.deepEqual(minimum, {
    field: 'amount',
    rule: 'minimum',
    severity: 'error',
    mode: 'quarantine',
    count: 1,
    examples: [{ row: 1, file: second, value: '-5' }],
    firstRow: 1,
    firstFile: second,
    firstValue: '-5',
    message: 'amount: below minimum 0 in 1 row, first in row 1 (found -5)',
  });
});

test('of duplicate keys, the first otherwise valid row stays', async () => {
  const source = sourceSql([csv(`${header}t1,2026-01-02,-1,1,a,yes,true,\n${good}t1,2026-01-05,1,1,a,yes,true,\n`)], {
    allText: true,
  });
  const result = await validateTable(db, { source, schema, mode: 'raw' });
  assert.deepEqual(
    (await db.rows(result.validSql)).map((row) => row['amount']),
    [5.5],
  );
  const keyed = await validateTable(db, {
    source,
    schema: { fields: [{ name: 'id' }, { name: 'hour', type: 'integer' }], primaryKey: ['id', 'hour'] },
    mode: 'raw',
  });
  assert.deepEqual(
    keyed.rules.map(({ field, rule, count }) => [field, rule, count]),
    [['id + hour', 'primaryKey', 1]],
  );
});

test('fields of another environment may be missing', async () => {
  const source = sourceSql([csv('id,at,amount,hour,kind,flag\nt1,2026-01-02,1,1,a,yes\n')], { allText: true });
  const serving = await validateTable(db, { source, schema, mode: 'raw', environment: 'serving' });
  assert.deepEqual([serving.validRows, serving.tableProblems], [1, []]);
  const training = await validateTable(db, { source, schema, mode: 'raw', environment: 'training' });
  assert.deepEqual(
    training.tableProblems.map(({ field, rule }) => [field, rule]),
    [['label', 'missing column']],
  );
});

test('shares and sizes are checked for the whole table', async () => {
  const bounds: DatasetSchema = {
    fields: [
      { name: 'a', type: 'number', loopwright: { presence: 0.9 } },
      { name: 'b', type: 'string', categories: ['x'], loopwright: { domainMass: 0.9 } },
    ],
    loopwright: { rows: { min: 10 } },
    fieldsMatch: 'equal',
  };
  const result = await validateTable(db, {
    source:
      "(SELECT CASE WHEN i > 0 THEN i END AS a, CASE WHEN i = 1 THEN 'z' ELSE 'x' END AS b, 1 AS c FROM range(4) t(i))",
    schema: bounds,
    mode: 'typed',
  });
  assert.deepEqual(
    [result.validRows, result.tableProblems.map(({ rule }) => rule)],
    [4, ['unknown column', 'rows', 'presence', 'domainMass']],
  );
  assert.deepEqual(
    result.rules.map(({ rule, severity, count }) => [rule, severity, count]),
    [['categories', 'warning', 1]],
  );
});

test('typed data: NaN is missing, NA is Namibia, types are kept or read', async () => {
  const fields: DatasetSchema['fields'] = [
    { name: 'x', type: 'number', constraints: { required: true } },
    { name: 'country', type: 'string' },
    { name: 'when', type: 'datetime' },
    { name: 'n', type: 'integer' },
    { name: 'any', type: 'any' },
    { name: 'list', type: 'array' },
  ];
  const source =
    "(SELECT * FROM (VALUES ('nan'::DOUBLE, 'NA', DATE '2026-01-01', 1.0, 'q', [1]), (2, 'DE', NULL, 1.5, NULL, [1, 2]), ('inf'::DOUBLE, 'FR', NULL, NULL, NULL, NULL)) t(x, country, \"when\", n, \"any\", list))";
  const result = await validateTable(db, { source, schema: { fields, missingValues: ['NA'] }, mode: 'typed' });
  const reasons = (await db.rows(result.invalidSql)).map((row) => [row['_row'], row['_reasons'], row['country']]);
  assert.deepEqual(reasons, [
    [1, 'x: missing but required', 'NA'],
    [2, 'n: not an integer (found 1.5)', 'DE'],
    [3, 'x: not a number (found inf)', 'FR'],
  ]);
});

test('typed data: missingValues of a field are missing', async () => {
  const source = "(SELECT * FROM (VALUES ('.'), ('MALE'), (NULL)) t(sex))";
  const result = await validateTable(db, {
    source,
    schema: { fields: [{ name: 'sex', type: 'string', categories: ['MALE'], missingValues: ['.'] }] },
    mode: 'typed',
  });
  assert.deepEqual(
    (await db.rows(result.validSql)).map((row) => row['sex']),
    [null, 'MALE', null],
  );
});

test('formats, lengths, lists, numbers with symbols', async () => {
  const fields: DatasetSchema['fields'] = [
    { name: 'mail', type: 'string', format: 'email' },
    { name: 'day', type: 'date', format: '%d.%m.%Y' },
    { name: 'price', type: 'number', bareNumber: false, decimalChar: ',', groupChar: '.' },
    { name: 'code', type: 'string', constraints: { minLength: 2, maxLength: 3 } },
    { name: 'grade', type: 'integer', constraints: { enum: [1, 2] } },
    { name: 'json', type: 'object' },
    { name: 'month', type: 'yearmonth' },
  ];
  const path = csv(
    'mail,day,price,code,grade,json,month\na@b.de,31.01.2026,"1.234,5 €",abc,2,"{""a"":1}",2026-01\nab.de,2026-01-31,x,a,3,[1],2026-13\n',
  );
  const result = await validateTable(db, {
    source: sourceSql([path], { allText: true }),
    schema: { fields },
    mode: 'raw',
  });
  assert.deepEqual(await db.rows(result.validSql), [
    { mail: 'a@b.de', day: '2026-01-31', price: 1234.5, code: 'abc', grade: 2, json: '{"a":1}', month: '2026-01' },
  ]);
  assert.deepEqual(
    result.rules.map(({ field, rule }) => `${field} ${rule}`),
    ['mail type', 'day type', 'price type', 'code minLength', 'grade enum', 'json type', 'month type'],
  );
});

test('names with quotes and an empty table are valid', async () => {
  const odd = csv('"we ""ird; col",b\n');
  const result = await validateTable(db, {
    source: sourceSql([odd], { allText: true }),
    schema: {
      fields: [{ name: 'we "ird; col', type: 'number', constraints: { required: true } }],
      primaryKey: 'we "ird; col',
    },
    mode: 'raw',
  });
  assert.deepEqual([result.rows, result.rules, await db.rows(result.invalidSql)], [0, [], []]);
});

test('columns can have any name', async () => {
  const names = ['r', 't0', 'v0', 'k0_0', 'c', 'u0', 'rowid', 'select', '_reasons'];
  const source = `(SELECT ${names.map((name) => `'${name}' AS "${name}"`).join(', ')} FROM range(2))`;
  const result = await validateTable(db, {
    source,
    schema: {
      fields: names.map((name) => ({ name, type: 'string', constraints: { maxLength: 6 } })),
      primaryKey: ['rowid', 'v0'],
    },
    mode: 'typed',
  });
  assert.deepEqual(await db.rows(`SELECT _row, _reasons, rowid FROM (${result.invalidSql})`), [
    { _row: 1, _reasons: '_reasons: longer than 6 characters (found _reasons)', rowid: 'rowid' },
    {
      _row: 2,
      _reasons:
        '_reasons: longer than 6 characters (found _reasons); rowid + v0: primary key occurs in another row (found rowid, v0)',
      rowid: 'rowid',
    },
  ]);
});

test('an unusable constraint is reported before the rows are read', async () => {
  const says = (about: RegExp) => (error: unknown) => error instanceof DataError && about.test(error.message);
  const check = (constraints: NonNullable<DatasetSchema['fields'][number]['constraints']>, type: 'string' | 'number') =>
    validateTable(db, {
      source: '(SELECT 1 AS a)',
      schema: { fields: [{ name: 'a', type, constraints }] },
      mode: 'typed',
    });
  await assert.rejects(check({ pattern: '(?=x)a' }, 'string'), says(/a: the constraint pattern .*lookahead/));
  await assert.rejects(check({ minimum: 'abc' }, 'number'), says(/a: the constraint minimum .*not of the type/));
});

test('a table of 300 columns with allowed values is validated in the default memory', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `c${i}`);
  const path = csv(`${names.join(',')}\n${names.map(() => 'red').join(',')}\n${names.map(() => 'n/a').join(',')}\n`);
  const values = 'abcdefghijklm'.split('').concat('red');
  const wide: DatasetSchema = {
    fields: names.map((name) => ({ name, type: 'string', constraints: { enum: values } })),
    missingValues: ['', 'n/a', 'NA', 'NULL', '-', '?', 'missing', 'none', 'N/A', 'nan'],
  };
  const small = await openDatabase({ threads: 1, memoryLimit: '500MB' });
  try {
    const result = await validateTable(small, {
      source: sourceSql([path], { allText: true }),
      schema: wide,
      mode: 'raw',
    });
    assert.deepEqual([result.rows, result.validRows, result.invalidRows], [2, 2, 0]);
  } finally {
    small.close();
  }
});

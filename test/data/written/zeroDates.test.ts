/**
 * Dates of zeros and leap seconds. Tried: MySQL's zero dates with and without a time, SAP's eight and fourteen zeros, with
 * dots and slashes, behind the rows from which the reading is proposed, among numbers and codes, alone; leap seconds with
 * and without a zone, in zones of half an hour, with a form, far down, in no leap minute.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { parseField } from '../../../engine/data/parseField.ts';
import { quoteIdentifier, quoteLiteral } from '../../../engine/data/quote.ts';
import { writtenSchema } from '../../../engine/data/written/writtenSchema.ts';
import { parseTime } from '../../../engine/project/parseTime.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

async function one(texts: readonly string[], name = 'x') {
  const column = quoteIdentifier(name);
  await db.run(
    `CREATE OR REPLACE TEMP TABLE texts AS SELECT unnest([${texts.map(quoteLiteral).join(', ')}]) AS ${column}`,
  );
  const { schema, columns } = await writtenSchema(db, 'texts', [name], { delimiter: ',' });
  const [field] = schema.fields;
  const [told] = columns;
  assert.ok(field && told);
  const { value } = parseField(field, schema, 'VARCHAR', 'raw');
  const values = await db.rows(`SELECT CAST(${value} AS VARCHAR) AS v FROM texts`);
  return { field, told, values: values.map(({ v }) => v) };
}

const zeros: [string[], string, string, unknown[]][] = [
  [['2024-01-31', '0000-00-00', '2024-02-01'], 'date', '0000-00-00', ['2024-01-31', null, '2024-02-01']],
  [['2024-01-31 10:00:00', '0000-00-00 00:00:00'], 'datetime', '0000-00-00 00:00:00', ['2024-01-31 10:00:00', null]],
  [
    ['2024-01-31T10:00:00.5Z', '0000-00-00T00:00:00.0Z'],
    'datetime',
    '0000-00-00T00:00:00.0Z',
    ['2024-01-31 10:00:00.5', null],
  ],
  [['20240131', '00000000', '20240201'], 'date', '00000000', ['2024-01-31', null, '2024-02-01']],
  [['20240131', '00000000', '99991231'], 'date', '00000000', ['2024-01-31', null, '9999-12-31']],
  [['31.01.2024', '00.00.0000'], 'date', '00.00.0000', ['2024-01-31', null]],
  [['01/31/2024', '00/00/0000', '02/01/2024'], 'date', '00/00/0000', ['2024-01-31', null, '2024-02-01']],
  [['20240131101500', '00000000000000'], 'integer', '00000000000000', ['20240131101500', null]],
];
for (const [texts, type, marker, values] of zeros)
  test(`no date: ${texts.join(' | ')}`, async () => {
    const found = await one(texts);
    assert.deepEqual([found.field.type, found.values], [type, values]);
    assert.deepEqual(found.field.missingValues, ['', marker]);
    assert.deepEqual(found.told.markers, [{ text: marker, rows: 1, missing: true }]);
    assert.deepEqual([found.told.strays, found.told.question], [[], null]);
  });

test('zeros far down the file, and zeros that are no dates', async () => {
  const days = Array.from({ length: 3000 }, (_, i) => `202401${String((i % 28) + 1).padStart(2, '0')}`);
  const down = await one([...days, '00000000', '00000000']);
  assert.deepEqual([down.field.type, down.values.at(-1)], ['date', null]);
  assert.deepEqual(down.told.markers, [{ text: '00000000', rows: 2, missing: true }]);
  const numbers = await one([...Array.from({ length: 3000 }, (_, i) => String(i)), '00000000']);
  assert.deepEqual([numbers.field.type, numbers.values.at(-1)], ['string', '00000000']);
  const codes = await one(['12345678', '00000000', '99999999']);
  assert.deepEqual([codes.field.type, codes.values], ['string', ['12345678', '00000000', '99999999']]);
  const partial = await one(['2024-01-31', '2024-00-00', '2024-02-01', '0000-00-00']);
  assert.equal(partial.field.type, 'string', 'a day that is partly zero is no missing value');
  assert.deepEqual((await one(['0000-00-00', '0000-00-00'])).values.filter((value) => value !== null).length, 2);
});

const leaps: [string, string, string?][] = [
  ['2016-12-31 23:59:60', '2017-01-01 00:00:00'],
  ['2016-12-31T23:59:60Z', '2017-01-01 00:00:00'],
  ['2016-12-31T23:59:60.25Z', '2017-01-01 00:00:00.25'],
  ['2017-01-01T08:59:60+09:00', '2017-01-01 00:00:00'],
  ['2017-01-01T05:29:60+05:30', '2017-01-01 00:00:00'],
  ['31/Dec/2016:23:59:60 +0000', '2017-01-01 00:00:00', '30/Dec/2016:10:00:00 +0000'],
  ['31.12.2016 23:59:60', '2017-01-01 00:00:00', '30.12.2016 10:00:00'],
];
for (const [text, value, other = '2016-12-30 10:00:00'] of leaps)
  test(`leap second ${text}`, async () => {
    const { field, values, told } = await one([other, text]);
    assert.deepEqual([field.type, values], ['datetime', ['2016-12-30 10:00:00', value]]);
    assert.match(told.notes.join('; '), /the leap second `.*` is read as the second after it/);
    assert.deepEqual(told.strays, []);
  });

test('leap seconds far down, in no leap minute, and of one value', async () => {
  const moments = Array.from({ length: 3000 }, (_, i) => `2016-12-31 10:${String(i % 60).padStart(2, '0')}:00`);
  const down = await one([...moments, '2016-12-31 23:59:60']);
  assert.deepEqual([down.field.type, down.values.at(-1)], ['datetime', '2017-01-01 00:00:00']);
  assert.match(down.told.notes.join('; '), /leap second/);
  const wrong = await one([...moments, '2016-12-31 23:12:60']);
  assert.deepEqual(wrong.told.strays, [{ text: '2016-12-31 23:12:60', rows: 1 }]);
  assert.equal(parseTime('2016-12-31T23:59:60Z'), Date.UTC(2017, 0, 1));
  assert.equal(parseTime('2016-12-31T23:12:60Z'), null);
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { parseField } from '../../engine/data/parseField.ts';
import { quoteIdentifier, quoteLiteral } from '../../engine/data/quote.ts';
import { writtenSchema, type ColumnNotes } from '../../engine/data/written/writtenSchema.ts';
import type { Field } from '../../engine/project/schema/datasetSchema.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

/** How columns of texts are read: the field, the values as text, and what is told. */
async function read(columns: Record<string, readonly string[]>, delimiter = ',') {
  const names = Object.keys(columns);
  const length = Math.max(...Object.values(columns).map((texts) => texts.length));
  await db.run(
    `CREATE OR REPLACE TEMP TABLE texts (${names.map((name) => `${quoteIdentifier(name)} VARCHAR`).join(', ')})`,
  );
  const rows = Array.from(
    { length },
    (_, i) => `(${names.map((name) => quoteLiteral(columns[name]?.[i] ?? '')).join(', ')})`,
  );
  await db.run(`INSERT INTO texts VALUES ${rows.join(', ')}`);
  const { schema, columns: told } = await writtenSchema(db, 'texts', names, { delimiter });
  const found: { field: Field; values: (string | null)[]; told: ColumnNotes }[] = [];
  for (const [i, field] of schema.fields.entries()) {
    const { value } = parseField(field, schema, 'VARCHAR', 'raw');
    const values = await db.rows(`SELECT CAST(${value} AS VARCHAR) AS v FROM texts`);
    found.push({ field, values: values.map(({ v }) => (v === null ? null : String(v))), told: told[i] as ColumnNotes });
  }
  return found;
}

async function one(texts: readonly string[], { name = 'x', delimiter = ',' } = {}) {
  const [found] = await read({ [name]: texts }, delimiter);
  assert.ok(found);
  return found;
}

// Numbers. Tried: decimal comma and point; `.` `,` space, no-break and thin space, apostrophe and typographic
// apostrophe, underscore and Indian groups between thousands; per cent and per mille; currency before and after, as a
// sign and as a code, also with a minus before, between and behind; brackets; plus; exponents; infinity; currencies in
// letters with and without a dot (`kr.`, `Rs.`, `руб.`), and without a part (yen, won, forint).
const numbers: { texts: string[]; values: number[]; keys?: Partial<Field>; delimiter?: string }[] = [
  { texts: ['12,50', '1.234,00', '7,25'], values: [12.5, 1234, 7.25], keys: { decimalChar: ',', groupChar: '.' } },
  { texts: ['1.234.567', '12', '999'], values: [1234567, 12, 999], keys: { groupChar: '.' } },
  { texts: ['1,234.5', '7', '12,345,678.25'], values: [1234.5, 7, 12345678.25], keys: { groupChar: ',' } },
  { texts: ['1,00,000', '12,34,567', '5'], values: [100000, 1234567, 5], keys: { groupChar: ',' } },
  {
    texts: ['1 234,5', '12 345,75', '7,25'],
    values: [1234.5, 12345.75, 7.25],
    keys: { decimalChar: ',', groupChar: ' ' },
  },
  { texts: ['1\u00a0234,5', '1\u202f234,5', '1\u2009234,5'], values: [1234.5, 1234.5, 1234.5] },
  { texts: ["1'234.5", '12’345.75', '7'], values: [1234.5, 12345.75, 7], keys: { groupChar: "'" } },
  { texts: ['1_234', '1_234_567', '7'], values: [1234, 1234567, 7] },
  { texts: ['12 %', '7.5 %', '0%'], values: [12, 7.5, 0], keys: { bareNumber: false } },
  { texts: ['12,5 %', '7,25%'], values: [12.5, 7.25], keys: { decimalChar: ',' } },
  { texts: ['$5', '-$3.50', '$-2', '$1,234.50'], values: [5, -3.5, -2, 1234.5] },
  { texts: ['12,50 €', '-3,00 €', '1.234,00 €'], values: [12.5, -3, 1234] },
  { texts: ['EUR 5', 'EUR -7.5', '(EUR 3)'], values: [5, -7.5, -3] },
  { texts: ['Rs. 1,234', 'Rs 5.50', 'Rs. 1,00,000'], values: [1234, 5.5, 100000] },
  { texts: ['1.234,50 kr.', '5,00 kr', '-7,25 kr.'], values: [1234.5, 5, -7.25] },
  { texts: ['1 234,50 руб.', '5 руб.'], values: [1234.5, 5] },
  { texts: ['1.234,50 TL', '5,25 TL'], values: [1234.5, 5.25] },
  { texts: ['7,50 Euro', '1.000,00 Euro'], values: [7.5, 1000] },
  { texts: ['Fr. 1’234.50', 'Fr. 5.00'], values: [1234.5, 5] },
  { texts: ['￥1,234.50', '¥5'], values: [1234.5, 5] },
  { texts: ['5 CHF', '1’200 CHF', '7.50 CHF'], values: [5, 1200, 7.5] },
  { texts: ['(1,234.56)', '7.00', '(5)'], values: [-1234.56, 7, -5] },
  { texts: ['123-', '7', '1.5-'], values: [-123, 7, -1.5] },
  { texts: ['−5', '3.25'], values: [-5, 3.25] },
  { texts: ['+5', '-3', '0'], values: [5, -3, 0] },
  { texts: ['1e3', '2.5E-4', '-1E+2'], values: [1000, 0.00025, -100] },
  { texts: ['1,5E+03', '2,25'], values: [1500, 2.25] },
  { texts: ['.5', '5.', '-.25'], values: [0.5, 5, -0.25] },
  { texts: [' 5', '7 ', '\u00a08'], values: [5, 7, 8] },
  { texts: ['inf', '2.5', '5'], values: [Infinity, 2.5, 5] },
  { texts: ['2.5', '-Infinity', '5', 'INF', '+inf'], values: [2.5, -Infinity, 5, Infinity, Infinity] },
  { texts: ['1.234', '1.5'], values: [1.234, 1.5] },
  { texts: ['1.234', '0.512'], values: [1.234, 0.512], delimiter: ';' },
];

for (const { texts, values, keys = {}, delimiter = ',' } of numbers)
  test(`numbers ${texts.join(' | ')}`, async () => {
    const { field, values: found, told } = await one(texts, { delimiter });
    assert.match(String(field.type), /number|integer/);
    assert.deepEqual(
      found.map((value) => (value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value))),
      values,
    );
    for (const [key, value] of Object.entries(keys)) assert.equal(field[key as keyof Field], value, key);
    assert.deepEqual([told.question, told.strays], [null, []]);
  });

// Zero as Excel's accounting formats write it. Tried: with the currency before, behind and as a code; without blanks; an
// en dash; all rows; blanks only around the dash, in columns with a currency or brackets; a dash without blanks.
test('a dash in an accounting format is zero', async () => {
  for (const [texts, values, told] of [
    [['$1,234.50', '($12.00)', ' $ -   ', '($1,000,000.00)'], [1234.5, -12, 0, -1000000], '`$ -` is read as 0'],
    [['1.234,50 €', '-12,00 €', '- €', ' -   € '], [1234.5, -12, 0, 0], '`- €` is read as 0'],
    [['EUR 5.25', 'EUR -', '(EUR 3)'], [5.25, 0, -3], '`EUR -` is read as 0'],
    [['$-', '$ –', '$5.25'], [0, 0, 5.25], '`$-` is read as 0'],
    [['$ -', '$ -'], [0, 0], '`$ -` is read as 0'],
    [[' $12.50 ', ' -   ', ' $(3.00)'], [12.5, 0, -3], '`-` is read as 0'],
    [[' 1,234.50 ', ' (12.00)', ' -   ', '-  '], [1234.5, -12, 0, 0], '`-` is read as 0'],
    [['5,-', '7,50', '€ 12,--'], [5, 7.5, 12], '`€` is left out'],
  ] as const) {
    const found = await one(texts);
    assert.deepEqual(found.values.map(Number), values, texts.join('|'));
    assert.ok(found.told.notes.includes(told), found.told.notes.join('; '));
    assert.deepEqual([found.told.strays, found.told.markers], [[], []]);
  }
  const bare = await one(['$5', '-', ' -   ', '$7']);
  assert.deepEqual(bare.values, ['5.0', null, null, '7.0']);
  assert.deepEqual(bare.told.markers, [{ text: '-', rows: 2, missing: true }]);
  assert.deepEqual((await one(['5', ' -   ', '7'])).values, ['5', null, '7']);
  const long = await one([...Array.from({ length: 2500 }, () => '$5.25'), '$ -', ' -   ']);
  assert.deepEqual([long.values.at(-2), long.values.at(-1), long.told.markers], ['0.0', '0.0', []]);
  assert.equal((await one(['ABC -', 'ABC 5'])).field.type, 'string');
});

// Codes stay text. Tried: leading zeros, an exponent too large, product codes like numbers with an exponent, telephone
// numbers, card numbers in groups of four, versions, addresses of IPv4, mixed currencies, units in letters.
const codes: Record<string, string[]> = {
  padded: ['01234', '99999'],
  huge: ['1e500', '5'],
  product: ['1E5', '12E3', '77'],
  phone: ['+491701234567', '+4930123456'],
  phone2: ['0170 1234567', '030 123456'],
  card: ['4111 1111 1111 1111', '5500 0000 0000 0004'],
  version: ['1.2.3', '1.10.0'],
  ip: ['10.0.0.1', '192.168.100.200'],
  currencies: ['$5', '€5'],
  units: ['5 kg', '5 lb'],
  digits: ['1'.repeat(39), '2'.repeat(40)],
  words: ['1', 'two', '3'],
};

test('codes stay text', async () => {
  for (const { field, values } of await read(codes)) {
    assert.equal(field.type, 'string', field.name);
    assert.deepEqual(
      values.filter((value) => value !== null),
      codes[field.name],
    );
  }
});

test('an ambiguous number is decided by the column, the file, the delimiter, or asked', async () => {
  const decided = await read({ a: ['1.234', '2.345'], b: ['1,5', '2,25'] }, '\t');
  assert.deepEqual([decided[0]?.values, decided[0]?.field.decimalChar], [['1234.0', '2345.0'], ',']);
  const points = await read({ a: ['1,234', '2,345'], b: ['1.5', '2.25'] }, '\t');
  assert.deepEqual(points[0]?.values, ['1234.0', '2345.0']);
  assert.deepEqual((await one(['1.234', '2.345'], { delimiter: ';' })).values, ['1234.0', '2345.0']);
  assert.deepEqual((await one(['1,234', '2,345'], { delimiter: ';' })).values, ['1.234', '2.345']);
  const open = await one(['1.234', '2.345'], { delimiter: '\t' });
  assert.deepEqual(open.values, ['1.234', '2.345']);
  assert.match(open.told.question ?? '', /`1\.234` can be 1\.234 or 1234: read as 1\.234/);
});

// Tried: the value that decides is behind the rows from which the reading is proposed.
test('rows far down the file decide too', async () => {
  const long = (text: string, last: string) => [...Array.from({ length: 3000 }, () => text), last];
  const [number, date, marker, infinite, big] = await read({
    number: long('1.234', '1.234.567'),
    date: long('04/07/2020', '04/25/2020'),
    marker: long('5', 'NA'),
    infinite: long('2.5', '-inf'),
    big: long('5', '18446744073709551615'),
  });
  assert.deepEqual([number?.values[0], number?.told.question], ['1234.0', null]);
  assert.deepEqual([date?.field.format, date?.values[0], date?.told.question], ['%m/%d/%Y', '2020-04-07', null]);
  assert.deepEqual(marker?.field, { name: 'marker', type: 'integer', missingValues: ['', 'NA'] });
  assert.equal(infinite?.values.at(-1), '-inf');
  assert.deepEqual([big?.field.loopwright?.decimals, big?.values.at(-1)], [0, '18446744073709551615']);
});

// Tried: beyond 2^53, 2^63, uint64, hugeint, 38 digits; decimals of 20 and 38 digits; doubles of 17 digits stay doubles.
test('digits are kept', async () => {
  const exact: Record<string, string[]> = {
    int54: ['9007199254740993', '9007199254740992'],
    uint64: ['18446744073709551615', '18446744073709551614'],
    hugeint: ['170141183460469231731687303715884105727', '-1'].map((text) => text.slice(0, 38)),
    decimal: ['12345678901234567890.12', '12345678901234567890.13'],
    small: ['0.1234567890123456789012345678901234567', '1.5'],
  };
  for (const { field, values } of await read(exact)) {
    const plain = (value: string | null) =>
      String(value)
        .replace(/(\.[0-9]*?)0+$/, '$1')
        .replace(/\.$/, '');
    assert.deepEqual(values.map(plain), exact[field.name], field.name);
  }
  const double = await one(['0.30000000000000004', '0.1', '12345.678901234567']);
  assert.deepEqual(double.field, { name: 'x', type: 'number' });
});

// Tried: each marker of R, SQL, pandas, Excel and Kaggle among numbers; blanks; among words; among codes; alone.
test('missing markers are proposed and told', async () => {
  for (const marker of [
    'NA',
    'N/A',
    'n/a',
    '#N/A',
    'NULL',
    'null',
    'None',
    'nan',
    'NaN',
    '?',
    '.',
    '-',
    '--',
    '\\N',
    '(null)',
    '#NV',
    'k.A.',
    '<NA>',
    'NaT',
    '#DIV/0!',
    'missing',
    // Excel in other languages, Eurostat, laboratories, pivot tables, DBeaver.
    '#SPILL!',
    '#¡DIV/0!',
    '#N/D',
    '#VALEUR!',
    '#ДЕЛ/0!',
    ':',
    '*',
    '…',
    'ND',
    'n.d.',
    's/d',
    'keine Angabe',
    '(blank)',
    '(Leer)',
    '[NULL]',
    '{null}',
  ]) {
    const { field, told, values } = await one(['1', marker, '5', marker]);
    assert.deepEqual([field.type, field.missingValues, values[1]], ['integer', ['', marker], null], marker);
    assert.deepEqual(told.markers, [{ text: marker, rows: 2, missing: true }], marker);
  }
  const [blank, words, countries, category, dates, only] = await read({
    blank: ['1', '  ', '3', ''],
    words: ['Köln', 'NA', 'Bonn', 'N/A'],
    countries: ['DE', 'NA', 'US', 'FR'],
    category: ['Gold', 'None', 'Silver', '\\N'],
    dates: ['2024-01-31', '0000-00-00', 'NULL', '2024-02-01'],
    only: ['NULL', 'NULL', '', 'NULL'],
  });
  assert.deepEqual(blank?.values, ['1', null, '3', null]);
  assert.deepEqual(words?.field.missingValues, ['', 'N/A', 'NA']);
  assert.deepEqual([countries?.field.missingValues, countries?.values[1]], [undefined, 'NA']);
  assert.match(countries?.told.question ?? '', /`NA` can be a word or a missing value: read as text/);
  assert.deepEqual([category?.field.missingValues, category?.values[1]], [['', '\\N'], 'None']);
  assert.deepEqual(dates?.values, ['2024-01-31', null, null, '2024-02-01']);
  assert.deepEqual(only?.values, [null, null, null, null]);
  const states = await one(['ND', 'SD', 'TX']);
  assert.deepEqual([states.values[0], states.told.question], ['ND', null]);
  const sentinel = await one(['12', '35', '-999', '44', '-999', '51', '18']);
  assert.match(sentinel.told.question ?? '', /-999 is far from all other values/);
  assert.equal(sentinel.field.missingValues, undefined);
});

test('a few stray words among numbers are told, and are not missing', async () => {
  const { field, told } = await one([...Array.from({ length: 40 }, (_, i) => String(i)), 'broken']);
  assert.deepEqual([field, told.strays], [{ name: 'x', type: 'integer' }, [{ text: 'broken', rows: 1 }]]);
  assert.equal((await one(['1', '2', 'broken'])).field.type, 'string');
});

test('an amount of a currency without a part has thousands', async () => {
  for (const texts of [
    ['¥1,234', '￥5'],
    ['₩1,234', '₩5'],
    ['JPY 1,234', 'JPY 5'],
  ]) {
    const found = await one(texts, { delimiter: ';' });
    assert.deepEqual(found.values.map(Number), [1234, 5], texts.join());
  }
});

// Dates. Tried: four and two digits, day and month first, dots, slashes, dashes, months by name in any case, 12-hour
// clocks, offsets and Z (also behind a blank), weekdays, access logs, SAS and Stata, packed; times of a day, also with
// AM and PM; C, Java and Twitter; DB2, Oracle, SQL Server; a comma before milliseconds; zones by name; Hungary, Korea,
// Japan; `Uhr`.
const dates: { texts: string[]; type: string; format?: string; first: string }[] = [
  { texts: ['04/07/20', '13/07/20'], type: 'date', format: '%d/%m/%y', first: '2020-07-04' },
  { texts: ['04/07/20', '07/13/20'], type: 'date', format: '%m/%d/%y', first: '2020-04-07' },
  { texts: ['31.12.09', '01.02.09'], type: 'date', format: '%d.%m.%y', first: '2009-12-31' },
  { texts: ['01.02.1999', '1.2.2000'], type: 'date', format: '%d.%m.%Y', first: '1999-02-01' },
  { texts: ['31-12-2024', '1-2-2024'], type: 'date', format: '%d-%m-%Y', first: '2024-12-31' },
  { texts: ['2024/01/31', '2024/2/1'], type: 'date', format: '%Y/%m/%d', first: '2024-01-31' },
  { texts: ['99-12-31', '24-01-02'], type: 'date', format: '%y-%m-%d', first: '1999-12-31' },
  { texts: ['2024-01-31', '2024-02-01'], type: 'date', first: '2024-01-31' },
  { texts: ['2024-01-31T00:00', '2024-02-01T10:30'], type: 'datetime', first: '2024-01-31 00:00:00' },
  { texts: ['2024-01-31T10:00:00Z', '2024-02-01T10:30:00.123Z'], type: 'datetime', first: '2024-01-31 10:00:00' },
  { texts: ['2024-01-31 10:00:00+02:00', '2024-02-01 10:30:00-0500'], type: 'datetime', first: '2024-01-31 08:00:00' },
  { texts: ['2024-02-29 12:00:00 +0100', '2024-03-01 00:30:00 +0100'], type: 'datetime', first: '2024-02-29 11:00:00' },
  {
    texts: ['2024-02-29 12:00:00.5 -0500', '2024-02-29 12:00 +01:00'],
    type: 'datetime',
    first: '2024-02-29 17:00:00.5',
  },
  { texts: ['2024-02-29T12:00+01:00', '2024-02-29T12:00Z'], type: 'datetime', first: '2024-02-29 11:00:00' },
  { texts: ['2024-02-29 12:00:00 +05', '2024-02-29T12:00:00 Z'], type: 'datetime', first: '2024-02-29 07:00:00' },
  { texts: ['2024-02-29 12:00:00 UTC', '2024-02-29 12:00:00 -0500'], type: 'datetime', first: '2024-02-29 12:00:00' },
  { texts: ['31DEC2023', '29FEB2024', '1jan1970'], type: 'date', format: '%d%b%Y', first: '2023-12-31' },
  { texts: ['31dec23', '29Feb24'], type: 'date', format: '%d%b%y', first: '2023-12-31' },
  {
    texts: ['31DEC2023:23:59:59', '29feb2024:00:00:00'],
    type: 'datetime',
    format: '%d%b%Y:%H:%M:%S',
    first: '2023-12-31 23:59:59',
  },
  {
    texts: ['31dec2023 23:59:59.5', '29Feb2024 00:00:00.25'],
    type: 'datetime',
    format: '%d%b%Y %H:%M:%S.%f',
    first: '2023-12-31 23:59:59.5',
  },
  { texts: ['2024-01-31', '2024-02-01 10:30:00'], type: 'datetime', first: '2024-01-31 00:00:00' },
  {
    texts: ['13/07/20 23:59', '04/07/20 10:30'],
    type: 'datetime',
    format: '%d/%m/%y %H:%M',
    first: '2020-07-13 23:59:00',
  },
  {
    texts: ['1/31/2024 1:30 PM', '2/1/2024 12:00 AM'],
    type: 'datetime',
    format: '%m/%d/%Y %I:%M %p',
    first: '2024-01-31 13:30:00',
  },
  {
    texts: ['31.01.2024 10:00:00.5', '01.02.2024 10:00:00.25'],
    type: 'datetime',
    format: '%d.%m.%Y %H:%M:%S.%f',
    first: '2024-01-31 10:00:00.5',
  },
  {
    texts: ['31.01.2024 10:00 +0200', '01.02.2024 10:00 +0000'],
    type: 'datetime',
    format: '%d.%m.%Y %H:%M %z',
    first: '2024-01-31 08:00:00',
  },
  {
    texts: ['31.01.2024 10:00Z', '01.02.2024 10:00Z'],
    type: 'datetime',
    format: '%d.%m.%Y %H:%MZ',
    first: '2024-01-31 10:00:00',
  },
  { texts: ['4 Jan 2024', '31 DEC 2023'], type: 'date', format: '%d %b %Y', first: '2024-01-04' },
  { texts: ['04-Jan-24', '31-dec-23'], type: 'date', format: '%d-%b-%y', first: '2024-01-04' },
  { texts: ['January 4, 2024', 'MARCH 31, 2023'], type: 'date', format: '%B %d, %Y', first: '2024-01-04' },
  { texts: ['May 4, 2024', 'Jun 30, 2024'], type: 'date', format: '%b %d, %Y', first: '2024-05-04' },
  {
    texts: ['Mon, 01 Jan 2024 10:00:00 GMT', 'Tue, 02 Jan 2024 10:00:00 GMT'],
    type: 'datetime',
    format: '%a, %d %b %Y %H:%M:%S GMT',
    first: '2024-01-01 10:00:00',
  },
  {
    texts: ['01/Jan/2024:10:00:00 +0100', '02/Jan/2024:10:00:00 +0100'],
    type: 'datetime',
    format: '%d/%b/%Y:%H:%M:%S %z',
    first: '2024-01-01 09:00:00',
  },
  { texts: ['10:30', '23:59:59'], type: 'time', first: '10:30:00' },
  { texts: ['1:05 PM', '11:30 AM'], type: 'time', format: '%I:%M %p', first: '13:05:00' },
  {
    texts: ['Mon Jan 29 10:00:00 2024', 'Thu Feb  1 11:00:00 2024'],
    type: 'datetime',
    format: '%a %b %d %H:%M:%S %Y',
    first: '2024-01-29 10:00:00',
  },
  {
    texts: ['Mon Jan 29 10:00:00 +0100 2024', 'Tue Jan 30 10:00:00 +0000 2024'],
    type: 'datetime',
    format: '%a %b %d %H:%M:%S %z %Y',
    first: '2024-01-29 09:00:00',
  },
  {
    texts: ['2024-01-31 10:00:00 CET', '2024-02-01 10:00:00 CET'],
    type: 'datetime',
    format: '%Y-%m-%d %H:%M:%S %Z',
    first: '2024-01-31 09:00:00',
  },
  {
    texts: ['2024-01-31 10:00:00,123', '2024-02-01 10:00:00,5'],
    type: 'datetime',
    format: '%Y-%m-%d %H:%M:%S,%f',
    first: '2024-01-31 10:00:00.123',
  },
  {
    texts: ['2024-01-31-10.00.00.123456', '2024-02-13-23.59.59.000001'],
    type: 'datetime',
    format: '%Y-%m-%d-%H.%M.%S.%f',
    first: '2024-01-31 10:00:00.123456',
  },
  {
    texts: ['31-JAN-24 10.00.00.5 PM', '01-FEB-24 11.30.00.25 AM'],
    type: 'datetime',
    format: '%d-%b-%y %I.%M.%S.%f %p',
    first: '2024-01-31 22:00:00.5',
  },
  {
    texts: ['Jan 31 2024 10:00AM', 'Feb  1 2024 11:00PM'],
    type: 'datetime',
    format: '%b %d %Y %I:%M%p',
    first: '2024-01-31 10:00:00',
  },
  {
    texts: ['20240131T100000Z', '20240201T235959Z'],
    type: 'datetime',
    format: '%Y%m%dT%H%M%SZ',
    first: '2024-01-31 10:00:00',
  },
  {
    texts: ['31.01.2024 10:00 Uhr', '01.02.2024 11:30 Uhr'],
    type: 'datetime',
    format: '%d.%m.%Y %H:%M Uhr',
    first: '2024-01-31 10:00:00',
  },
  { texts: ['2024.01.31.', '2024.02.01.'], type: 'date', format: '%Y.%m.%d.', first: '2024-01-31' },
  { texts: ['2024. 1. 31.', '2024. 2. 1.'], type: 'date', format: '%Y. %m. %d.', first: '2024-01-31' },
  { texts: ['2024年1月31日', '2024年12月1日'], type: 'date', format: '%Y年%m月%d日', first: '2024-01-31' },
];

for (const { texts, type, format, first } of dates)
  test(`dates ${texts.join(' | ')}`, async () => {
    const { field, values, told } = await one(texts);
    assert.deepEqual([field.type, field.format, values[0]], [type, format, first]);
    assert.deepEqual([told.question, told.strays], [null, []]);
  });

test('a time with an offset is told to be read in UTC', async () => {
  for (const text of ['2024-02-29 12:00:00+01:00', '2024-02-29 12:00:00 -0500', '31.01.2024 10:00 +0200'])
    assert.ok((await one([text])).told.notes.includes('times with an offset are read in UTC'), text);
});

test('a date whose day and month can be exchanged is asked, or decided by another column', async () => {
  const open = await one(['04/07/2024', '05/07/2024']);
  assert.equal(open.field.format, '%d/%m/%Y');
  assert.match(
    open.told.question ?? '',
    /whether the day or the month is first: read with the day first.*"%m\/%d\/%Y"/,
  );
  const year = await one(['24-12-31', '24-01-02', '24-11-30']);
  assert.deepEqual(
    [year.field.format, /the year or the day is first/.test(year.told.question ?? '')],
    ['%y-%m-%d', true],
  );
  const [decided] = await read({ a: ['04/07/2024', '05/07/2024'], b: ['12/31/2024', '01/15/2024'] });
  assert.equal(decided?.field.format, '%m/%d/%Y');
});

// Tried: mixed forms, packed days by name and by number, epoch times, serial numbers of Excel, names of other languages.
test('what is no single form of a date is told', async () => {
  const mixed = await one(['2024-01-31', '31.01.2024', '30.01.2024']);
  assert.equal(mixed.field.type, 'string');
  assert.match(mixed.told.notes.join(), /dates in 2 forms, kept as text: %d\.%m\.%Y \(2, .*\), ISO 8601 \(1, /);
  assert.equal((await one(['20240131', '20240201'], { name: 'date' })).field.format, '%Y%m%d');
  assert.equal((await one(['20240131', '20240201'])).field.type, 'integer');
  const epoch = await one(['1700000000', '1700003600']);
  assert.deepEqual(
    [epoch.field.type, epoch.told.notes],
    ['integer', ['looks like seconds since 1970; read as a number']],
  );
  assert.equal((await one(['45292', '45293'], { name: 'date' })).field.type, 'integer');
  assert.match((await one(['12. März 2024', '1. Mai 2024'])).told.notes.join(), /names of months that are not English/);
  assert.match(
    (await one(['31.12.45', '01.02.70'])).told.notes.join(),
    /00 to 68 are 2000 to 2068, 69 to 99 are 1969 to 1999/,
  );
});

// Tried: names of date columns of SAP and others, few days in other columns, days of 1970, times in digits alone, numbers
// that are no days, ten days and more.
test('days in digits alone are dates by name, and told elsewhere', async () => {
  const days = ['20240229', '20231231', '19700101'];
  for (const name of ['BUDAT', 'dt', 'order_date', 'Datum', 'data', 'start_dt', 'yyyymmdd']) {
    const { field, values, told } = await one(days, { name });
    assert.deepEqual([field.type, field.format, values[2]], ['date', '%Y%m%d', '1970-01-01'], name);
    assert.deepEqual(told.notes, ['dates are read as %Y%m%d']);
  }
  const other = await one(days, { name: 'posted' });
  assert.equal(other.field.type, 'integer');
  assert.match(
    other.told.notes.join(),
    /looks like days written as %Y%m%d; read as a number. `dates: "%Y%m%d"` of `read:`/,
  );
  assert.match((await one(['20240229123000', '20231231235959'])).told.notes.join(), /times written as %Y%m%d%H%M%S/);
  for (const texts of [['20240230', '20231231'], ['20241301'], ['18991231', '20240101'], ['2024022', '20240101']])
    assert.deepEqual((await one(texts)).told.notes, [], texts.join());
  const many = await one(Array.from({ length: 12 }, (_, i) => String(20240101 + i)));
  assert.deepEqual([many.field.type, many.told.notes], ['date', ['dates are read as %Y%m%d']]);
});

// Tried: both dates far down the file and among the first rows, with slashes and dashes, two-digit years and times; one
// against many.
test('dates with the day first and with the month first are told as a contradiction', async () => {
  const open = (n: number, text: string) => Array.from({ length: n }, () => text);
  for (const [ambiguous, own, other] of [
    ['04/07/2024', '13/07/2024', '07/13/2024'],
    ['04-07-24', '13-07-24', '07-13-24'],
    ['04/07/2024 10:30', '13/07/2024 10:30', '07/13/2024 10:30'],
  ] as const)
    for (const texts of [
      [...open(2001, ambiguous), own, other],
      [...open(2001, ambiguous), other, own],
      [own, ...open(60, ambiguous), other],
    ]) {
      const { field, told } = await one(texts);
      assert.match(field.format ?? '', /^%d.%m/);
      assert.ok(
        told.question?.includes(
          `dates contradict each other: \`${own}\` has the day first, \`${other}\` the month. Read with the day first`,
        ),
        told.question ?? 'no question',
      );
      assert.deepEqual(told.strays, [{ text: other, rows: 1 }]);
    }
  const many = await one([...Array.from({ length: 60 }, (_, i) => `07/${13 + (i % 18)}/2024`), '13/07/2024']);
  assert.match(many.told.question ?? '', /`07\/13\/2024` has the month first, `13\/07\/2024` the day/);
  const dots = await one([...open(60, '04.07.2024'), '13.07.2024']);
  assert.equal(dots.told.question, null);
});

// Tried: decimal commas and points, one unit written in two ways, before and behind; too large numbers alone, among
// others and among infinities; names of months of eight languages, short and long, with hyphens, blanks and dots, some
// of them English too.
test('numbers and dates that stay text are told', async () => {
  for (const [texts, told] of [
    [['1,5', '2.5', '3.75'], /two ways, kept as text: decimal comma \(1, such as `1,5`\), decimal point \(2, /],
    [['1.234,50', '1,234.50'], /decimal comma \(1, such as `1\.234,50`\), decimal point \(1, /],
    [['€5,00', 'EUR 5,00'], /several units, kept as text: `€` \(1, such as `€5,00`\), `EUR` \(1, /],
    [['$5.00', '5.00 USD'], /several units.*`\$`.*`USD`/],
    [['1E400', '2.5'], /`1E400` is more than a number can hold: kept as text/],
    [['-1.5e309', '2'], /`-1\.5e309` is more/],
    [['1'.repeat(60), '2.5'], /`1{50}…` is more/],
    [['01-Mrz-2024', '02-Feb-2024'], /names of months that are not English/],
    [['3 gen 2024', '4 feb 2024', '1 apr 2024'], /not English, such as 3 gen 2024/],
    [['12 févr. 2024', '1 août 2024'], /not English/],
    [['12 de março de 2024', '1 de abril de 2024'], /not English/],
    [['3/dic/24', '4/ene/24'], /not English/],
    [['1 okt 2024 10:30', '2 maj 2024 10:30'], /not English/],
    [['2024-Mär-01', '2024-Dez-24'], /not English/],
    [['1', '2', 'a'], /^most values are numbers; kept as text because of `a` \(1\)/],
    [['2024-01-31', 'open', '2024-02-01'], /^most values are dates; kept as text because of `open` \(1\)/],
    [['1st Jan 2024', '2nd Feb 2024'], /in a form that strptime does not read, such as `1st Jan 2024`/],
    [['31/01/2024 1:30 p. m.', '01/02/2024 1:30 a. m.'], /strptime does not read/],
    [['2024-01-31T10:00:00+01:00[Europe/Berlin]'], /strptime does not read/],
    [['2024-01', '2024-02'], /months, kept as text; `dates: "%Y-%m"` of `read:`/],
    [['Jan-24', 'Feb-24'], /months, kept as text; `dates: "%b-%y"`/],
    [['2024-Q1', '2024-Q2'], /quarters or weeks/],
    [['∞', '2.5'], /`∞`, which is not read as infinite/],
    [['1.#INF', '2.5', '3'], /`1\.#INF`, which is not read as infinite/],
    [['1'.repeat(39), '1'], /is more than a number can hold/],
    [['$1.2M', '$3.4M'], /with the unit `M`/],
  ] as const) {
    const found = await one(texts);
    assert.deepEqual([found.field.type, found.values], ['string', texts]);
    assert.match(found.told.notes.join(), told);
  }
  for (const texts of [
    ['1.2.3', '1.10.0'],
    ['10.0.0.1', '1.1.1.1'],
    ['mag 3', 'set 4'],
    ['out', 'set'],
    ['7', 'a'],
  ])
    assert.deepEqual((await one(texts)).told.notes, [], texts.join());
});

test('months are days where it is said so', async () => {
  await db.run(`CREATE OR REPLACE TEMP TABLE texts (m VARCHAR)`);
  await db.run(`INSERT INTO texts VALUES ('2024-01'), ('2024-02')`);
  const { schema } = await writtenSchema(db, 'texts', ['m'], { delimiter: ',', read: { dates: '%Y-%m' } });
  assert.deepEqual(schema.fields[0]?.type, 'date');
});

test('many strays, and strays among few rows, are told', async () => {
  const texts = Array.from({ length: 200 }, (_, i) => (i % 40 === 0 ? `word${i}` : String(i)));
  const { field, told } = await one(texts);
  assert.equal(field.type, 'string');
  assert.match(
    told.notes.join(),
    /`word0` \(1\), `word40` \(1\), `word80` \(1\), `word120` \(1\), `word160` \(1\)\. Correct/,
  );
});

test('more than 38 digits are told when they are lost', async () => {
  const { field, told } = await one([`0.${'123456789'.repeat(4)}12`, '5.5']);
  assert.equal(field.type, 'number');
  assert.match(told.notes.join(), /more digits than the 38 that can be kept: read as floating-point numbers/);
});

// Tried: the day first and last, a time behind, a pivot year that is given, and years that are near.
test('a year of two digits far in the future is asked about', async () => {
  for (const texts of [
    ['01.02.45', '31.12.60'],
    ['1/31/45', '12/31/60'],
    ['01-Feb-45 10:00', '02-Feb-46 11:00'],
  ])
    assert.match(
      (await one(texts)).told.question ?? '',
      /is read as a day of 20\d\d\. Set `pivotYear: \d+`/,
      texts.join(),
    );
  assert.equal((await one(['31.12.24', '31.12.99'])).told.question, null);
});

// Tried: beside `.` and alone, small letters of Stata, the underscore, decimals that start with a point.
test('special missing values of SAS and Stata are proposed', async () => {
  const { field, told, values } = await one(['1', '.A', '.', '.Z', '.b', '._', '.5']);
  assert.deepEqual([field.type, field.missingValues], ['number', ['', '.', '.A', '.Z', '._', '.b']]);
  assert.deepEqual(values, ['1.0', null, null, null, null, null, '0.5']);
  assert.equal(told.markers.length, 5);
  assert.ok(told.markers.every(({ missing }) => missing));
});

// Tried: days that the calendar does not have among few and many rows, in ISO and with the day first; times of day 24.
test('days that do not exist are strays when they are few, and told when they are many', async () => {
  const days = (n: number, form: (day: number) => string) => Array.from({ length: n }, (_, i) => form(1 + (i % 28)));
  for (const form of [
    (day: number) => `2024-02-${String(day).padStart(2, '0')}`,
    (day: number) => `${String(day).padStart(2, '0')}.02.2024`,
  ]) {
    const few = await one([...days(60, form), form(30), form(31)]);
    assert.deepEqual([few.field.type, few.told.strays.map(({ rows }) => rows)], ['date', [1, 1]]);
    const many = await one([...days(20, form), form(30), form(31), form(30), form(31), form(30)]);
    assert.equal(many.field.type, 'string');
  }
});

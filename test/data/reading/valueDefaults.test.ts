// The keys of `read:` about values. Each with a field that says nothing, with a field that says something else, and
// without a schema. Tried: decimal comma and point; `.`, `,`, blank and apostrophe between thousands; one form of dates,
// several, with a time, two-digit years with and without `pivotYear`, day or month first, forms that nothing else proposes; words for no value.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import { inferFiles } from '../../../engine/data/inferFiles.ts';
import { rawSource, tableSql } from '../../../engine/data/typedSource.ts';
import { validateTable } from '../../../engine/data/validateTable.ts';
import type { DatasetSchema, Field } from '../../../engine/project/schema/datasetSchema.ts';
import type { ReadSettings } from '../../../engine/project/schema/readSettings.ts';
import { withRead } from '../../../engine/project/schemaOfDataset.ts';
import { makeProject, writeFiles } from '../../helpers/makeProject.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());
const folder = makeProject();
let files = 0;

/** The values of a column as text, with a second column of numbers from 0. */
async function values(texts: readonly string[], read: ReadSettings, field: Field | null): Promise<(string | null)[]> {
  const name = `${++files}.csv`;
  writeFiles(folder, { [name]: `x|i\n${texts.map((text, i) => `${text}|${i}\n`).join('')}` });
  const schema: DatasetSchema | null = field && withRead({ fields: [field] }, read);
  const source = await tableSql(db, [join(folder, name)], schema, { read });
  return (await db.rows(`SELECT CAST(x AS VARCHAR) AS x FROM ${source}`)).map(({ x }) =>
    x === null ? null : String(x),
  );
}

const cases: {
  read: ReadSettings;
  type: Field['type'];
  texts: string[];
  values: (string | null)[];
  open?: false;
  dates?: string;
}[] = [
  { read: { decimal: ',' }, type: 'number', texts: ['1,234', '2,5'], values: ['1.234', '2.5'] },
  { read: { decimal: '.' }, type: 'number', texts: ['1.234', '2.345'], values: ['1.234', '2.345'] },
  { read: { decimal: ',', thousands: '.' }, type: 'number', texts: ['1.234,5', '7'], values: ['1234.5', '7.0'] },
  { read: { decimal: ',', thousands: '.' }, type: 'number', texts: ['1.234', '2.345'], values: ['1234.0', '2345.0'] },
  { read: { thousands: '.' }, type: 'number', texts: ['1.234', '2,5'], values: ['1234.0', '2.5'] },
  { read: { thousands: '.' }, type: 'number', texts: ['1.234', '2.345'], values: ['1234.0', '2345.0'] },
  { read: { thousands: ',' }, type: 'number', texts: ['1,234', '2,345'], values: ['1234.0', '2345.0'] },
  { read: { thousands: ' ' }, type: 'number', texts: ['1 234.5', '7.25'], values: ['1234.5', '7.25'] },
  { read: { thousands: "'" }, type: 'number', texts: ["1'234.5", '7.25'], values: ['1234.5', '7.25'] },
  { read: { dates: '%d/%m/%y' }, type: 'date', texts: ['03/04/24', '05/06/24'], values: ['2024-04-03', '2024-06-05'] },
  { read: { dates: '%m/%d/%y' }, type: 'date', texts: ['03/04/24', '05/06/24'], values: ['2024-03-04', '2024-05-06'] },
  {
    read: { dates: '%Y_%m_%d' },
    type: 'date',
    texts: ['2024_03_04', '2024_12_31'],
    values: ['2024-03-04', '2024-12-31'],
  },
  { read: { dates: '%Y%m%d' }, type: 'date', texts: ['20240304', '20241231'], values: ['2024-03-04', '2024-12-31'] },
  {
    read: { dates: ['%d.%m.%Y %Hh%M', '%Y.%d.%m'] },
    type: 'datetime',
    texts: ['04.03.2024 13h05', '31.12.2024 00h30'],
    values: ['2024-03-04 13:05:00', '2024-12-31 00:30:00'],
  },
  {
    read: { dates: ['%d.%m.%Y', '%Y%m%d'] },
    type: 'date',
    texts: ['04.03.2024', '20241231', '2024-02-01'],
    values: ['2024-03-04', '2024-12-31', '2024-02-01'],
    // Several forms in one column need a schema.
    open: false,
  },
  {
    read: { pivotYear: 2025 },
    type: 'date',
    texts: ['31.12.25', '01.01.26', '29.02.68', '15.08.69', '15.08.00'],
    values: ['2025-12-31', '1926-01-01', '1968-02-29', '1969-08-15', '2000-08-15'],
    // Without a form of its own, a field of a schema is ISO 8601.
    dates: '%d.%m.%y',
  },
  {
    read: { pivotYear: 1999, dates: '%m/%d/%y %H:%M' },
    type: 'datetime',
    texts: ['02/28/00 13:05', '12/31/99 00:00', '06/30/68 00:00'],
    values: ['1900-02-28 13:05:00', '1999-12-31 00:00:00', '1968-06-30 00:00:00'],
  },
  {
    read: { pivotYear: 2100, dates: '%y-%m-%d' },
    type: 'date',
    texts: ['69-01-02', '99-12-31', '00-02-28', '01-02-03'],
    values: ['2069-01-02', '2099-12-31', '2100-02-28', '2001-02-03'],
  },
  // 29 February 1900 and 2100 do not exist.
  { read: { pivotYear: 1999, dates: '%d.%m.%y' }, type: 'date', texts: ['29.02.00'], values: [null], open: false },
  {
    read: { missing: ['k.A.', '-1'] },
    type: 'number',
    texts: ['1.5', 'k.A.', '-1', '2.5'],
    values: ['1.5', null, null, '2.5'],
  },
  { read: { missing: ['k.A.'] }, type: 'string', texts: ['a', 'k.A.', 'b'], values: ['a', null, 'b'] },
  {
    read: { missing: ['00.00.0000'], dates: '%d.%m.%Y' },
    type: 'date',
    texts: ['04.03.2024', '00.00.0000'],
    values: ['2024-03-04', null],
  },
];

test('a field that says nothing, and a file without a schema, are read as `read:` says', async () => {
  for (const { read, type = 'any', texts, values: wanted, open = true, dates } of cases) {
    assert.deepEqual(
      await values(texts, { dates, ...read } as ReadSettings, { name: 'x', type }),
      wanted,
      `${type} by ${JSON.stringify(read)}`,
    );
    if (open) {
      const found = await values(texts, read, null);
      const same = found.map((value, i) =>
        type === 'number' && value !== null ? Number(value) === Number(wanted[i]) : value === wanted[i],
      );
      assert.deepEqual(
        same,
        wanted.map(() => true),
        `without a schema by ${JSON.stringify(read)}: ${found.join(' ')}`,
      );
    }
  }
});

test('what a field says itself comes first', async () => {
  const own: [ReadSettings, Field, string, string | null][] = [
    [{ decimal: ',' }, { name: 'x', type: 'number', decimalChar: '.' }, '1.5', '1.5'],
    [{ thousands: '.' }, { name: 'x', type: 'number', decimalChar: '.' }, '1.5', '1.5'],
    [{ thousands: '.' }, { name: 'x', type: 'number', groupChar: ' ' }, '1 234,5', '1234.5'],
    [{ dates: '%m/%d/%y' }, { name: 'x', type: 'date', format: '%d/%m/%y' }, '03/04/24', '2024-04-03'],
    [
      { pivotYear: 2025 },
      { name: 'x', type: 'date', format: '%d.%m.%y', loopwright: { pivotYear: 2049 } },
      '01.01.30',
      '2030-01-01',
    ],
    [{ missing: ['-'] }, { name: 'x', type: 'string', missingValues: ['?'] }, '-', '-'],
  ];
  for (const [read, field, text, wanted] of own)
    assert.deepEqual(await values([text], read, field), [wanted], JSON.stringify([read, field]));
});

test('the century is told, kept by infer, and the same for bounds and validation', async () => {
  writeFiles(folder, { 'born.csv': 'born|i\n17.05.31|1\n03.12.02|2\n28.02.99|3\n' });
  const file = join(folder, 'born.csv');
  const noteOf = async (read: ReadSettings) =>
    (await inferFiles(db, [file], { read })).columns.flatMap(({ notes }) => notes).join();
  assert.match(
    await noteOf({}),
    /00 to 68 are 2000 to 2068, 69 to 99 are 1969 to 1999; `pivotYear` of `read:` changes it/,
  );
  assert.match(await noteOf({ pivotYear: 2025 }), /00 to 25 are 2000 to 2025, 26 to 99 are 1926 to 1999$/);
  assert.match(await noteOf({ pivotYear: 1999 }), /years of two digits: 00 to 99 are 1900 to 1999$/);
  const { schema } = await inferFiles(db, [file], { read: { pivotYear: 2025 } });
  const [born] = schema.fields;
  assert.deepEqual([born?.format, born?.loopwright?.pivotYear], ['%d.%m.%y', 2025]);
  const bounded = { ...schema, fields: [{ ...born, name: 'born', constraints: { minimum: '01.01.31' } }] };
  const { sql, mode, rejects } = rawSource([file], bounded);
  const result = await validateTable(db, { source: sql, mode, rejects, schema: bounded });
  assert.deepEqual(result.validRows, 3, 'both sides are of the same century');
});

import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { ordersFiles } from '../helpers/ordersProject.ts';
import { findInData } from '../helpers/withFacts.ts';

const yaml = (more = '') =>
  `version: 1\nproject: p\nseed: 1\ndatasets:\n  t: { path: data/*.csv, schema: t.dataset.yaml }\n${more}stages:\n  s: { cmd: x, deps: [data/t.csv] }\n`;
/** A project of one dataset with a schema and CSV text. */
const table = (schema: string, csv: string | Uint8Array, more: Record<string, string | Uint8Array> = {}) =>
  makeProject({ 'loopwright.yaml': yaml(), 't.dataset.yaml': schema, 'data/t.csv': csv, ...more });
const field = (text: string) => `fields:\n  - { name: id, type: string }\n  - { name: a, ${text} }\n`;
const found = (
  code: string,
  schema: string,
  csv: string | Uint8Array,
  more: Record<string, string | Uint8Array> = {},
) => findInData(code, table(schema, csv, more));

test('LW310 a declared column that the data lacks', async () => {
  const { marks, messages } = await found('LW310', field('type: number'), 'id,zzz\nx,1\n');
  assert.deepEqual(marks, ['t.dataset.yaml:3 a']);
  assert.match(messages[0] ?? '', /The data of `t` has no column `a`\. It has id, zzz\./);
  assert.match(
    (await found('LW310', 'fields:\n  - { name: amuont, type: number }\n', 'amount\n1\n')).messages[0] ?? '',
    /Did you mean `amount`\?/,
  );
  assert.deepEqual((await found('LW310', field('type: number'), 'id,a\nx,1\n')).marks, []);
});

test('LW311 a column that nobody declared, with a fix that declares it', async () => {
  const { marks, problems, messages } = await found('LW311', field('type: number'), 'id,a,b,c d\nx,1,2,y\n');
  assert.deepEqual(marks, ['t.dataset.yaml:1 fields']);
  assert.match(messages[0] ?? '', /has 2 columns that are not declared: `b` \(string\), `c d` \(string\)/);
  assert.deepEqual(
    problems[0]?.fixes?.[0]?.edits.map(({ line, newText }) => [line, newText]),
    [[3, '\n  - { name: b, type: string }\n  - { name: "c d", type: string }']],
  );
  assert.equal(problems[0]?.severity, 'info');
  assert.equal(
    (await found('LW311', `${field('type: number')}fieldsMatch: exact\n`, 'id,a,b\nx,1,2\n')).problems[0]?.severity,
    'error',
  );
  assert.deepEqual((await found('LW311', field('type: number'), 'id,a\nx,1\n')).marks, []);
});

test('LW312 values of another type, with the first row; a word for nothing can be made one', async () => {
  const { marks, messages, problems } = await found('LW312', field('type: integer'), 'id,a\nx,1\ny,n/a\nz,2\nw,n/a\n');
  assert.deepEqual(marks, ['t.dataset.yaml:3 integer']);
  assert.equal(
    messages[0],
    '`a` is declared as integer, but has another type in 2 of 4 rows of `t`, first in row 2: n/a.',
  );
  assert.deepEqual(
    problems[0]?.fixes?.map(({ title }) => title),
    ['Count "n/a" as missing'],
  );
  assert.deepEqual(
    problems[0]?.fixes?.[0]?.edits.map(({ newText }) => newText),
    [', missingValues: ["", "n/a"]'],
  );
  assert.deepEqual(
    (await found('LW312', field('type: integer, missingValues: ["", "n/a"]'), 'id,a\nx,1\ny,n/a\n')).marks,
    [],
  );
});

test('LW313 values outside enum, categories or their domain mass', async () => {
  const { marks, messages, problems } = await found(
    'LW313',
    field('type: string, categories: [de, fr]'),
    'id,a\nx,de\ny,pl\n',
  );
  assert.deepEqual(marks, ['t.dataset.yaml:3 [de, fr]']);
  assert.match(messages[0] ?? '', /1 of 2 rows of `t`, first in row 2: pl/);
  assert.deepEqual(
    problems[0]?.fixes?.[0]?.edits.map(({ newText }) => newText),
    [', pl'],
  );
  assert.deepEqual(
    (await found('LW313', field('type: integer, constraints: { enum: [1, 2] }'), 'id,a\nx,1\ny,3\n')).marks,
    ['t.dataset.yaml:3 [1, 2]'],
  );
  assert.deepEqual(
    (
      await found(
        'LW313',
        field('type: string, categories: [de], loopwright: { domainMass: 0.9 }'),
        'id,a\nx,de\ny,pl\n',
      )
    ).marks.at(-1),
    't.dataset.yaml:3 0.9',
  );
  assert.deepEqual(
    (await found('LW313', field('type: string, categories: [de, fr]'), 'id,a\nx,de\ny,fr\nz,\n')).marks,
    [],
  );
});

test('LW314 values out of bounds, with a bound that fits', async () => {
  const { marks, messages, problems } = await found(
    'LW314',
    field('type: number, constraints: { minimum: 0, maximum: 10 }'),
    'id,a\nx,-3.5\ny,5\nz,11\n',
  );
  assert.deepEqual(marks, ['t.dataset.yaml:3 0', 't.dataset.yaml:3 10']);
  assert.match(messages[0] ?? '', /`a` is below 0 in 1 of 3 rows of `t`, first in row 1: -3\.5/);
  assert.deepEqual(
    problems.map(({ fixes }) => fixes?.[0]?.title),
    ['Set minimum to -3.5, the smallest in the data', 'Set maximum to 11, the largest in the data'],
  );
  assert.deepEqual(
    (await found('LW314', field('type: number, constraints: { minimum: -4, maximum: 11 }'), 'id,a\nx,-3.5\nz,11\n'))
      .marks,
    [],
  );
});

test('LW315 keys that stand twice', async () => {
  const csv = 'id,a\nx,1\ny,1\nx,2\n';
  assert.deepEqual(
    (
      await found(
        'LW315',
        `fields:\n  - { name: id, type: string, constraints: { unique: true } }\n  - { name: a, type: integer }\n`,
        csv,
      )
    ).marks,
    ['t.dataset.yaml:2 true'],
  );
  assert.deepEqual((await found('LW315', `${field('type: integer')}primaryKey: id\n`, csv)).marks, [
    't.dataset.yaml:4 id',
  ]);
  const two = await found('LW315', `${field('type: integer')}primaryKey: [id, a]\nuniqueKeys: [[a]]\n`, csv);
  assert.deepEqual(two.marks, ['t.dataset.yaml:5 [a]']);
  assert.match(
    two.messages[0] ?? '',
    /`a` is not unique: its value repeats an earlier row in 1 of 3 rows of `t`, first in row 2: 1/,
  );
});

test('LW316 missing where a value is required, or more often than presence allows', async () => {
  const { marks, messages, problems } = await found(
    'LW316',
    field('type: number, constraints: { required: true }'),
    'id,a\nx,1\ny,\nz,3\nw,4\n',
  );
  assert.deepEqual(marks, ['t.dataset.yaml:3 true']);
  assert.match(messages[0] ?? '', /`a` is required and missing in 1 of 4 rows of `t`, first in row 2\.$/);
  assert.deepEqual(
    problems[0]?.fixes?.[0]?.edits.map(({ newText }) => newText),
    ['false', ', loopwright: { presence: 0.75 }'],
  );
  const share = await found('LW316', field('type: number, loopwright: { presence: 0.9 }'), 'id,a\nx,1\ny,\nz,3\nw,4\n');
  assert.match(share.messages[0] ?? '', /`a` has a value in 75 % of the rows of `t`; at least 90 % are required/);
  assert.deepEqual(
    (await found('LW316', field('type: number, loopwright: { presence: 0.7 }'), 'id,a\nx,1\ny,\nz,3\nw,4\n')).marks,
    [],
  );
});

test('LW317 what cannot be read, and lines that are no rows', async () => {
  const broken = makeProject({
    'loopwright.yaml': yaml().replace('data/*.csv', 'data/t.parquet'),
    't.dataset.yaml': field('type: number'),
    'data/t.parquet': 'no parquet',
  });
  const { marks, problems } = await findInData('LW317', broken);
  assert.deepEqual([marks, problems[0]?.severity], [['loopwright.yaml:5 data/t.parquet'], 'error']);
  const ragged = await found('LW317', field('type: number'), 'id,a\nx,1\ny,2,3,4\nz,5\n');
  assert.deepEqual([ragged.marks, ragged.problems[0]?.severity], [['loopwright.yaml:5 data/*.csv'], 'warning']);
  assert.match(
    ragged.messages[0] ?? '',
    /1 line of `t` is no row: more fields than the header, first data\/t\.csv line 3: y,2,3,4/,
  );
  assert.deepEqual((await found('LW317', field('type: number'), 'id,a\nx,1\n')).marks, []);
});

test('LW318 header names', async () => {
  assert.match(
    (await found('LW318', field('type: number'), 'id,a,A\nx,1,2\n')).messages[0] ?? '',
    /The header of data\/t\.csv names `A` twice/,
  );
  assert.match(
    (await found('LW318', field('type: number'), 'id,a,\nx,1,2\n')).messages[0] ?? '',
    /has no name for column 3/,
  );
  assert.deepEqual((await found('LW318', field('type: number'), 'id,a\nx,1\n')).marks, []);
});

test('LW319 delimiters and encodings', async () => {
  assert.match(
    (await found('LW319', field('type: string'), 'id;a\nx;1\n')).messages[0] ?? '',
    /separates fields by semicolons, not by commas/,
  );
  assert.match(
    (await found('LW319', field('type: string'), 'id,a\nx,1\n', { 'data/u.csv': 'id\ta\ny\t1\n' })).messages[0] ?? '',
    /t\.csv separates fields by commas, data\/u\.csv by tabs/,
  );
  const latin = await found('LW319', field('type: string'), Buffer.from('id,a\nx,Müller\n', 'latin1'));
  assert.deepEqual(
    [latin.problems[0]?.severity, /is read as windows-1252/.test(latin.messages[0] ?? '')],
    ['warning', true],
  );
  const wide = await found('LW319', field('type: string'), Buffer.from('\ufeffid,a\nx,1\n', 'utf16le'));
  assert.match(wide.messages[0] ?? '', /is read as utf-16le/);
  assert.deepEqual((await found('LW319', field('type: string'), '\ufeffid,a\nx,Müller\n')).marks, []);
});

test('LW224 settings that the file contradicts', async () => {
  const text = field('type: string');
  const own = (read: string, csv: string | Uint8Array = 'id,a\nx,1\n', path = 'data/t.csv') =>
    findInData(
      'LW224',
      makeProject({
        'loopwright.yaml': yaml().replace('data/*.csv, schema', `${path}, read: ${read}, schema`),
        't.dataset.yaml': text,
        [path]: csv,
      }),
    );
  for (const [read, about, csv, path] of [
    ['{ columns: [id, a, b] }', /t\.csv has 2 columns, and `columns` lists 3/],
    ['{ columns: [a, id] }', /columns in another order than `columns`: id, a/],
    ['{ delimiter: ";" }', /has `,` between fields, not `;`/],
    ['{ delimiter: tab }', /has `,` between fields, not `tab`/],
    ['{ encoding: utf-8 }', /is utf-16le, not utf-8/, Buffer.from('\ufeffid,a\nx,1\n', 'utf16le')],
    ['{ header: false }', /has names in its first line \(id, a\)/],
    ['{ skip: 2 }', /is not text, so `skip` of `read` has no effect/, '{"id":"x","a":"1"}\n', 'data/t.jsonl'],
  ] as const) {
    const { marks, messages } = await own(read, csv, path);
    assert.match(messages[0] ?? read, about);
    assert.equal(marks.length, 1, read);
    assert.match(marks[0] ?? '', /^loopwright\.yaml:5 /);
  }
  for (const [read, csv] of [
    ['{ delimiter: "," }'],
    ['{ columns: [x, y] }'],
    ['{ columns: [x, y], header: false }', '1,2\n3,4\n'],
    ['{ encoding: windows-1252 }'],
    ['{ skip: 1, delimiter: ";" }', 'Title\nid;a\nx;1\n'],
    ['{ decimal: "," }'],
  ] as const)
    assert.deepEqual((await own(read, csv)).messages, [], read);
  const schema = await found('LW224', `${text}loopwright: { read: { delimiter: ";" } }\n`, 'id,a\nx,1\n');
  assert.match(schema.marks[0] ?? '', /^t\.dataset\.yaml:4 /);
});

test('LW320 data that outgrew its schema', async () => {
  const root = table(field('type: number'), 'id,a,b\nx,1,2\n');
  utimesSync(join(root, 't.dataset.yaml'), new Date('2026-01-01'), new Date('2026-01-01'));
  assert.match(
    (await findInData('LW320', root)).messages[0] ?? '',
    /changed after this schema was last edited, and no longer fits it: 1 new column/,
  );
  writeFileSync(join(root, 'data/t.csv'), 'id,a\nx,1\n');
  assert.deepEqual((await findInData('LW320', root)).marks, [], 'newer, and fits');
});

test('LW321 and LW322 foreign keys', async () => {
  const key = (resource: string, column: string, own = 'a') =>
    `${field('type: string')}foreignKeys:\n  - { fields: ${own}, reference: { resource: ${resource}, fields: ${column} } }\n`;
  const other = {
    'loopwright.yaml': yaml('  u: { path: u.csv, schema: u.dataset.yaml }\n'),
    'u.dataset.yaml': 'fields: [{ name: k, type: string }]\n',
    'u.csv': 'k\n1\n2\n',
  };
  const { marks, messages } = await found('LW321', key('u', 'k'), 'id,a\nx,1\ny,9\nz,\n', other);
  assert.deepEqual(marks, ['t.dataset.yaml:5 { fields: a, reference: { resource: u, fields: k } }']);
  assert.match(messages[0] ?? '', /1 of 3 rows of `t` refer to no row of `u`, first row 2: 9/);
  assert.deepEqual((await found('LW321', key('u', 'k'), 'id,a\nx,1\ny,2\n', other)).marks, []);
  assert.deepEqual((await found('LW322', key('v', 'k'), 'id,a\nx,1\n', other)).marks, ['t.dataset.yaml:5 v']);
  assert.deepEqual((await found('LW322', key('u', 'kk'), 'id,a\nx,1\n', other)).marks, ['t.dataset.yaml:5 kk']);
  assert.deepEqual((await found('LW322', key('u', '[k, l]', '[a, b]'), 'id,a\nx,1\n', other)).marks.length, 2);
  assert.deepEqual((await found('LW322', key('u', 'k'), 'id,a\nx,1\n', other)).marks, []);
  assert.deepEqual((await found('LW321', key('""', 'id'), 'id,a\nx,x\ny,q\n')).marks.length, 1, 'its own table');
});

test('LW323 texts of another form', async () => {
  const { marks, messages } = await found(
    'LW323',
    field('type: string, constraints: { pattern: "[A-Z]{2}", maxLength: 2 }'),
    'id,a\nx,DE\ny,deu\n',
  );
  assert.deepEqual(marks, ['t.dataset.yaml:3 "[A-Z]{2}"', 't.dataset.yaml:3 2']);
  assert.match(messages[0] ?? '', /does not match in 1 of 2 rows of `t`, first in row 2: deu/);
});

test('LW324 too few rows', async () => {
  assert.match(
    (await found('LW324', `${field('type: string')}loopwright: { rows: { min: 10 } }\n`, 'id,a\nx,1\n')).messages[0] ??
      '',
    /`t` has 1 rows, fewer than the minimum 10/,
  );
  assert.deepEqual(
    (await found('LW324', `${field('type: string')}loopwright: { rows: { min: 1 } }\n`, 'id,a\nx,1\n')).marks,
    [],
  );
});

test('schemas that contradict themselves, without data', async () => {
  const alone = (code: string, schema: string) => found(code, schema, 'id,a\nx,1\n');
  assert.deepEqual(
    (await alone('LW304', 'fields:\n  - { name: a, type: string }\n  - { name: a, type: string }\n')).marks,
    ['t.dataset.yaml:3 a'],
  );
  const reversed = await alone('LW305', field('type: number, constraints: { minimum: 9, maximum: 1 }'));
  assert.deepEqual(
    [reversed.marks, reversed.problems[0]?.fixes?.[0]?.edits.map(({ newText }) => newText)],
    [['t.dataset.yaml:3 9'], ['1', '9']],
  );
  assert.deepEqual(
    (
      await alone(
        'LW305',
        `${field('type: number, constraints: { minimum: 1, maximum: 1 }')}loopwright: { rows: { min: 5, max: 2 } }\n`,
      )
    ).marks,
    ['t.dataset.yaml:4 5'],
  );
  assert.deepEqual((await alone('LW306', field('type: integer, constraints: { pattern: "x" }'))).marks, [
    't.dataset.yaml:3 pattern',
  ]);
  assert.deepEqual((await alone('LW306', field('type: integer, constraints: { minimum: "1" }'))).marks, [
    't.dataset.yaml:3 "1"',
  ]);
  assert.deepEqual((await alone('LW306', field('type: integer, categories: [1, "x"]'))).marks, [
    't.dataset.yaml:3 "x"',
  ]);
  assert.deepEqual(
    (await alone('LW306', field('type: string, constraints: { pattern: "x", minLength: 1 }'))).marks,
    [],
  );
  assert.deepEqual(
    (await alone('LW307', field('type: string, categories: [good, bad], loopwright: { role: target, positive: bat }')))
      .marks,
    ['t.dataset.yaml:3 bat'],
  );
  assert.deepEqual(
    (await alone('LW307', field('type: boolean, loopwright: { role: target, positive: true }'))).marks,
    [],
  );
  assert.deepEqual(
    (
      await alone(
        'LW308',
        'fields:\n  - { name: id, type: datetime, loopwright: { role: timestamp } }\n  - { name: a, type: datetime, loopwright: { role: timestamp } }\n',
      )
    ).marks,
    ['t.dataset.yaml:3 timestamp'],
  );
});

test('LW325 and LW326 the SQL of a prepare stage, without running it', async () => {
  const project = (sql: string) => makeProject({ ...ordersFiles({ rows: 20 }), 'sql/features.sql': sql });
  const sql = 'SELECT id, "at", amount, hour, country, late\nFROM orders\n';
  assert.deepEqual((await findInData('LW325', project(sql))).marks, []);
  const unknown = await findInData('LW325', project(sql.replace('amount, hour', 'amuont AS amount, hour')));
  assert.deepEqual(unknown.marks, ['sql/features.sql:1 amuont']);
  assert.match(unknown.messages[0] ?? '', /"amuont" not found|column.*amuont/i);
  assert.deepEqual((await findInData('LW325', project('SELECT id,\nFROM WHERE\n'))).problems.length, 1);
  assert.deepEqual(
    (await findInData('LW325', project("SELECT * FROM read_csv('x.csv')\n"))).marks,
    [],
    'what reads files of its own cannot be judged',
  );
  const lacks = await findInData('LW326', project(sql.replace(', country', ", 'x' AS contry")));
  assert.deepEqual(lacks.marks, ['loopwright.yaml:21 sql/features.sql']);
  assert.match(lacks.messages[0] ?? '', /The SQL returns no column `country`.*Did you mean `contry`\?/);
  assert.match(
    (await findInData('LW326', project(sql.replace('hour,', "DATE '2026-01-01' AS hour,")))).messages[0] ?? '',
    /returns `hour` as date; the schema of `features` declares integer/,
  );
  assert.deepEqual((await findInData('LW326', project(sql))).marks, []);
});

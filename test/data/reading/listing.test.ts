/**
 * Tables as programs print them for people. Tried: psql with one, several and no rows, with borders, with line breaks in
 * values, with a prompt and a time; mysql with and without names; sqlite3 in its modes table, box, markdown and column;
 * DuckDB with its row of types and a shortened one; Spark; sqlcmd with bars, commas and columns of fixed width; Markdown;
 * a bar inside a value; UTF-16; the expanded forms of psql and mysql. Not listings: bars with dashes as values, a text
 * with a line of dashes.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DataError } from '../../../engine/base/errors.ts';
import { openDatabase } from '../../../engine/data/database.ts';
import { sourceSql } from '../../../engine/data/readSource.ts';
import { describeReading, readingsOf } from '../../../engine/data/reading/describeReading.ts';
import { readText } from '../../../engine/data/reading/readText.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());
let files = 0;

function file(content: string | Buffer, ending = 'txt'): string {
  const path = join(folder, `f${++files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

async function table(path: string, read = {}): Promise<unknown[][]> {
  const found = await db.rows(
    `SELECT * FROM ${sourceSql([path], { allText: true, withFile: false, rejects: true, read })}`,
  );
  return [readText(path, read).names, ...found.map((row) => Object.values(row))];
}

const psql = ` id |  name   | amount
----+---------+--------
  1 | anna    |   2.50
  2 | bob "b" |
 10 | cleo    |  -1.25
(3 rows)

`;
const same: [string, string][] = [
  [
    'psql with a prompt and a time',
    `shop=# select * from t;\n a | b \n---+---\n 1 | x\n 2 | y\n(2 rows)\n\nTime: 1.234 ms\nshop=# \\q\n`,
  ],
  ['psql with borders', '+---+---+\n| a | b |\n+---+---+\n| 1 | x |\n| 2 | y |\n+---+---+\n(2 rows)\n'],
  ['psql in German', ' a | b \n---+---\n 1 | x\n 2 | y\n(2 Zeilen)\n'],
  [
    'mysql with a prompt',
    'mysql> SELECT * FROM t;\n+---+---+\n| a | b |\n+---+---+\n| 1 | x |\n| 2 | y |\n+---+---+\n2 rows in set (0.01 sec)\n\nmysql> \n',
  ],
  ['a title above', 'Result of the night\n\n a | b \n---+---\n 1 | x\n 2 | y\n(2 rows)\n'],
  ['sqlite3 box', '┌───┬───┐\n│ a │ b │\n├───┼───┤\n│ 1 │ x │\n│ 2 │ y │\n└───┴───┘\n'],
  [
    'DuckDB',
    '┌───────┬─────────┐\n│   a   │    b    │\n│ int32 │ varchar │\n├───────┼─────────┤\n│     1 │ x       │\n│     2 │ y       │\n└───────┴─────────┘\n',
  ],
  ['sqlite3 markdown', '| a | b |\n|---|---|\n| 1 | x |\n| 2 | y |\n'],
  ['Markdown without a frame', 'a | b\n--|:--:\n1 | x\n2 | y\n'],
  ['a grid', '+---+---+\n| a | b |\n+===+===+\n| 1 | x |\n+---+---+\n| 2 | y |\n+---+---+\n'],
  ['org', '| a | b |\n|---+---|\n| 1 | x |\n| 2 | y |\n'],
  ['sqlcmd with bars', 'a|b\n--|--\n1|x\n2|y\n\n(2 rows affected)\n'],
  ['sqlcmd with commas', 'a          ,b\n-----------,----\n          1,x   \n          2,y   \n\n(2 rows affected)\n'],
  ['columns of fixed width', 'a           b\n----------- ----\n          1 x\n          2 y\n\n(2 rows affected)\n'],
  ['sqlite3 column', 'a  b\n-  --\n1  x\n2  y\n'],
  ['two pages', ' a | b \n---+---\n 1 | x\n\n a | b \n---+---\n 2 | y\n'],
];
for (const [name, content] of same)
  test(`the same table: ${name}`, async () => {
    const wanted = [
      ['a', 'b'],
      ['1', 'x'],
      ['2', 'y'],
    ];
    assert.deepEqual(await table(file(content)), wanted);
    assert.deepEqual(await table(file(content.replaceAll('\n', '\r\n'), 'csv')), wanted);
  });

test('one column, no names, and a line break in a value', async () => {
  const nulls = file(' name \n------\n anna\n \n bob\n \n(4 rows)\n\n');
  assert.deepEqual(
    (await table(nulls)).map(([name]) => name ?? null),
    ['name', 'anna', null, 'bob', null],
  );
  assert.deepEqual(await table(file(' name \n------\n anna\n bob\n(2 rows)\n')), [['name'], ['anna'], ['bob']]);
  const bare = '+---+---+\n| 1 | x |\n| 2 | y |\n+---+---+\n';
  assert.deepEqual(await table(file(bare)), [
    ['column0', 'column1'],
    ['1', 'x'],
    ['2', 'y'],
  ]);
  const broken = ' id |   t    \n----+--------\n  1 | line1 +\n    | line2\n  2 | C++\n(2 rows)\n';
  assert.deepEqual(await table(file(broken)), [
    ['id', 't'],
    ['1', 'line1\nline2'],
    ['2', 'C++'],
  ]);
  assert.deepEqual(await table(file('| a | b |\n|---|---|\n| 1 | x \\| y |\n')), [
    ['a', 'b'],
    ['1', 'x | y'],
  ]);
});

test('a bar inside a value sets its line aside', async () => {
  const path = file('+----+-------+\n| id | name  |\n+----+-------+\n|  1 | a|b   |\n|  2 | plain |\n+----+-------+\n');
  assert.deepEqual(await table(path), [
    ['id', 'name'],
    ['2', 'plain'],
  ]);
  assert.match(describeReading(readingsOf([path]))[0] ?? '', /1 of the first 2 rows does not have 2 fields/);
});

test('a shortened listing says so', () => {
  const path = file('+---+---+\n|  a|  b|\n+---+---+\n|  1|  x|\n|  2|  y|\n+---+---+\nonly showing top 2 rows\n\n');
  assert.match(describeReading(readingsOf([path]))[0] ?? '', /shows only some of the rows/);
});

test('one field a line is refused, with what to write', () => {
  for (const [content, about] of [
    ['-[ RECORD 1 ]---\nid   | 1\nname | anna\n-[ RECORD 2 ]---\nid   | 2\nname | bob\n', /`\\x` of psql.*CSV HEADER/],
    [
      '*************************** 1. row ***************************\n  id: 1\nname: anna\n',
      /`\\G` of mysql.*--batch/,
    ],
  ] as const)
    assert.throws(
      () => readText(file(content)),
      (error) => error instanceof DataError && about.test(error.message) && error.place?.line === 1,
    );
});

test('other texts with dashes are no listings', async () => {
  assert.deepEqual(await table(file('a|b\n-|-\n1|x\n')), [
    ['a', 'b'],
    ['-', '-'],
    ['1', 'x'],
  ]);
  assert.equal(readText(file('a,b\n1,--\n--,--\n', 'csv')).listing, null);
  assert.equal(readText(file(psql), { quotes: 'double' }).listing, null, '`quotes` reads the lines as they are');
});

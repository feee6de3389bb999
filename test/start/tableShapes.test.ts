import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { TableLooks } from '../../engine/start/tableLooks.ts';
import type { TableLook } from '../../protocol/start.ts';
import { makeProject } from '../helpers/makeProject.ts';

// A table is read as its author intended. Covered: commas, semicolons, tabs, bars; UTF-8 with and without a byte order
// mark, Windows-1252 from the first row or only from a late one, UTF-16; `\r\n`, `\r`, both in one file; gzip; a title,
// comments or `sep=;` above the header; no header, a header of years, duplicate names, blank names, names that
// Loopwright uses itself; lines that are too long or short; decimal commas, thousands, currencies, per cent; NA, ?, -,
// n/a; codes with leading zeros; dates in five formats; texts with line breaks; one column.

const folder = makeProject();
const looks = new TableLooks();
after(() => looks.close());
const rows = (n: number, row: (i: number) => string) => Array.from({ length: n }, (_, i) => row(i)).join('\n');
const half = (i: number) => ((i * 7919) % 100) / 10;

async function look(name: string, content: string | Uint8Array): Promise<TableLook> {
  writeFileSync(join(folder, name), content);
  return looks.with(folder, name, {}, undefined, (_, found) => found);
}

async function types(name: string, content: string | Uint8Array): Promise<Record<string, string>> {
  return Object.fromEntries((await look(name, content)).columns.map((column) => [column.name, column.type]));
}

test('a CSV file from a German spreadsheet: semicolons, decimal commas, Windows-1252, dates with dots', async () => {
  const text = `Größe;Umsatz €;Eintritt;Gekündigt\r\n${rows(40, (i) => `${170 + i},5;1.${100 + i},20;${1 + (i % 28)}.03.2021;${i % 3 === 0 ? 'ja' : 'nein'}\r`)}\n`;
  const found = await look('kunden.csv', Buffer.from(text.replace('€', '\u0080'), 'latin1'));
  assert.deepEqual(found.readAs, { encoding: 'windows-1252', delimiter: ';', header: true, skip: 0 });
  assert.deepEqual(
    found.columns.map(({ name, type }) => [name, type]),
    [
      ['Größe', 'number'],
      ['Umsatz €', 'number'],
      ['Eintritt', 'date'],
      ['Gekündigt', 'string'],
    ],
  );
  assert.equal(found.columns[0]?.numbers?.min, 170.5);
  assert.equal(found.columns[1]?.numbers?.max, 1139.2);
  assert.deepEqual(
    [found.targets[0]?.name, found.targets[0]?.task, found.targets[0]?.positive],
    ['Gekündigt', 'binary', 'ja'],
  );
});

test('other encodings and line breaks', async () => {
  const body = `Stadt\tPreis\n${rows(30, (i) => `${['Köln', 'Zürich'][i % 2]}\t${half(i)}`)}\n`;
  assert.equal((await look('mark.tsv', `\uFEFF${body}`)).columns[0]?.name, 'Stadt');
  assert.equal((await look('wide.tsv', Buffer.from(`\uFEFF${body}`, 'utf16le'))).readAs?.encoding, 'utf-16le');
  assert.equal((await look('unmarked.tsv', Buffer.from(body, 'utf16le'))).rows, 30);
  assert.equal((await look('mac.csv', body.replaceAll('\t', ',').replaceAll('\n', '\r'))).rows, 30);
  assert.equal((await look('mixed.csv', body.replaceAll('\t', ',').replace('\n', '\r\n'))).rows, 30);
  assert.equal((await look('packed.csv.gz', gzipSync(body.replaceAll('\t', '|')))).readAs?.delimiter, '|');
  const late = Buffer.concat([
    Buffer.from(`a,b\n${'plain,1\n'.repeat(60_000)}`),
    Buffer.from('M\xfcller,2\n', 'latin1'),
  ]);
  assert.equal((await look('late.csv', late)).readAs?.encoding, 'windows-1252');
});

test('lines above the header are skipped', async () => {
  const body = `x;y;z\n${rows(40, (i) => `${half(i)};${i % 4};${half(i + 1)}`)}`;
  assert.deepEqual((await look('sep.csv', `sep=;\n${body}`)).readAs, {
    encoding: 'utf-8',
    delimiter: ';',
    header: true,
    skip: 1,
  });
  assert.equal((await look('title.csv', `Report 2024;;\n\n${body}`)).readAs?.skip, 2);
  assert.equal((await look('comments.csv', `# made by a lab; 2; 3\n# second\n${body}`)).readAs?.skip, 2);
  const bare = await look('bare.csv', body.slice(6));
  assert.deepEqual(
    [bare.readAs?.header, bare.columns.map(({ name }) => name), bare.rows],
    [false, ['column0', 'column1', 'column2'], 40],
  );
  const years = await look('years.csv', `2019,2020,2021\n${rows(20, (i) => `${i},${i + 1},${half(i)}`)}`);
  assert.deepEqual([years.readAs?.header, years.columns[0]?.name], [true, '2019']);
  const words = await look(
    'words.csv',
    rows(30, (i) => `${['red', 'blue'][i % 2]},${['flat', 'round'][i % 2]}`),
  );
  assert.equal(words.readAs?.header, false);
});

test('unusable names are replaced', async () => {
  const found = await look(
    'names.csv',
    `id,value,Value,,_file,"a\nb"\n${rows(30, (i) => `${i},${half(i)},${half(i)},x,f,1`)}`,
  );
  assert.deepEqual(
    found.columns.map(({ name }) => name),
    ['id', 'value', 'Value_2', 'column3', 'file', 'a b'],
  );
});

test('numbers, codes, dates and booleans keep their format', async () => {
  const written = await types(
    'written.csv',
    `money,share,grouped,code,card,truth,at,us,word,gap\n${rows(40, (i) => `"$1,${100 + i}.50",${i}.5 %,"${i + 1},000",0${1000 + i},${'4'.repeat(20)},${i % 2 === 0 ? 'TRUE' : 'False'},2024-01-${String(1 + (i % 28)).padStart(2, '0')} 10:00,${1 + (i % 12)}/28/2020,w${i % 3},${i === 3 ? 'n/a' : i === 4 ? '-' : i}`)}`,
  );
  assert.deepEqual(written, {
    money: 'number',
    share: 'number',
    grouped: 'number',
    code: 'string',
    card: 'string',
    truth: 'boolean',
    at: 'datetime',
    us: 'date',
    word: 'string',
    gap: 'integer',
  });
  const odd = await look('odd.csv', `a,b\n${rows(50, (i) => `${i === 7 ? 'broken' : i},${half(i)}`)}`);
  assert.deepEqual(
    [odd.columns[0]?.type, odd.columns[0]?.missing, odd.notes],
    ['integer', 1, ['`a`: `broken` (1) is not of the type; the rows are invalid']],
  );
  const comma = await types('comma.csv', `a;b\n${rows(20, (i) => `1,${234 + i};2`)}`);
  assert.equal(comma['a'], 'number');
});

test('malformed lines are counted and set aside', async () => {
  const found = await look(
    'ragged.csv',
    `a,b\n${rows(30, (i) => (i === 4 ? '1,2,3' : i === 9 ? '1' : `${i},${half(i)}`))}`,
  );
  assert.deepEqual(
    [found.rows, found.notes],
    [28, ['2 lines have more or fewer fields than the header; they are set aside']],
  );
});

test('a file that is not a table is an error', async () => {
  await assert.rejects(look('empty.csv', ''), /the file is empty/);
  await assert.rejects(look('blank.csv', '\n\n  \n'), /only blank lines/);
  await assert.rejects(
    look(
      'picture.csv',
      Uint8Array.from({ length: 900 }, (_, i) => (i % 5 === 0 ? 0 : i % 256)),
    ),
    /is not a text file/,
  );
  await assert.rejects(
    looks.with(folder, 'none.csv', {}, undefined, () => null),
    /does not exist/,
  );
});

test('a column that cannot be predicted has a reason, and the most likely come first', async () => {
  const found = await look(
    'people.csv',
    `PassengerId,Name,Sex,Fare,same,grade,Survived\n${rows(60, (i) => `${i + 1},"N, ${i}",${i % 2 === 0 ? 'f' : 'm'},${half(i)},k,${i % 5},${i % 3 === 0 ? 1 : 0}`)}`,
  );
  assert.equal(found.targets[0]?.name, 'Survived');
  assert.deepEqual(
    found.notTargets.map(({ name }) => name),
    ['PassengerId', 'Name', 'same'],
  );
  assert.deepEqual(found.targets.find(({ name }) => name === 'grade')?.task, 'multiclass');
  const one = await look('one.csv', `a,label\n${rows(20, (i) => `${half(i)},${i === 3 ? 'ham' : 'spam'}`)}`);
  assert.match(one.notTargets[0]?.reason ?? '', /`ham` occurs in only 1 row/);
});

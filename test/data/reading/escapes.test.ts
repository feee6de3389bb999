/**
 * Texts with a backslash as escape and no quotes. Tried: COPY of PostgreSQL with and without a header, its line `\.`, a
 * quoted text in it, other delimiters; INTO OUTFILE and mysqldump --tab with tabs and line breaks behind a backslash,
 * NUL and Ctrl-Z; ClickHouse with `\'`; jq @tsv; octal and hexadecimal escapes; CRLF; backslashes at the end of a field;
 * over the borders of pieces. Not taken for escapes: paths of Windows, UNC, JSON with escapes of its own, LaTeX, quoted
 * fields, `\N` alone.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openDatabase } from '../../../engine/data/database.ts';
import { sourceSql } from '../../../engine/data/readSource.ts';
import { describeReading, readingsOf } from '../../../engine/data/reading/describeReading.ts';
import { hasEscapes } from '../../../engine/data/reading/escapes.ts';
import { readText } from '../../../engine/data/reading/readText.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());
let files = 0;

function file(content: string | Buffer, ending = 'tsv'): string {
  const path = join(folder, `f${++files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

async function rows(path: string, read = {}): Promise<unknown[][]> {
  const found = await db.rows(`SELECT * FROM ${sourceSql([path], { allText: true, withFile: false, read })}`);
  return found.map((row) => Object.values(row));
}

const cases: [string, string, unknown[][], (string | undefined)?][] = [
  [
    'ClickHouse',
    "id\tsay\n1\tit\\'s\\n\n2\tb\\\\\n",
    [
      ['1', "it's\n"],
      ['2', 'b\\'],
    ],
  ],
  [
    'jq',
    'id\tsay\n1\tx\\ty\n2\tb\n',
    [
      ['1', 'x\ty'],
      ['2', 'b'],
    ],
  ],
  [
    'CRLF',
    'id\tsay\r\n1\tx\\ty\r\n2\tb\\nc\r\n',
    [
      ['1', 'x\ty'],
      ['2', 'b\nc'],
    ],
  ],
  [
    'NUL and Ctrl-Z',
    'id\tsay\n1\ta\\0b\\Zc\\\\\n2\tb\n',
    [
      ['1', 'a\0b\u001ac\\'],
      ['2', 'b'],
    ],
  ],
  [
    'without a header',
    '1\ta\\nb\t2024-01-31\n2\t\\N\t2024-02-01\n',
    [
      ['1', 'a\nb', '2024-01-31'],
      ['2', '\\N', '2024-02-01'],
    ],
  ],
  [
    'quotes are plain',
    'id\tsay\n1\t"open\\n\n2\t6" disk\n',
    [
      ['1', '"open\n'],
      ['2', '6" disk'],
    ],
  ],
];
for (const [name, content, wanted] of cases)
  test(`escapes: ${name}`, async () => {
    assert.deepEqual(await rows(file(content)), wanted);
    assert.deepEqual(await rows(file(gzipSync(content), 'tsv.gz')), wanted);
  });

test('octal and hexadecimal escapes are read where escapes are given', async () => {
  assert.deepEqual(await rows(file('id\tsay\n1\ta\\012b\\x41\\101\\q\n'), { quotes: 'escapes' }), [['1', 'a\nbAAq']]);
});

test('pieces of a file end anywhere in an escape', async () => {
  const line = 'x'.repeat(1000);
  const texts = Array.from({ length: 1100 }, (_, i) => `${i}\t${line.slice(0, 900 + (i % 97))}\\n\\\\\\t${i}\n`);
  const path = file(`id\tsay\n${texts.join('')}`);
  const found = await rows(path);
  assert.equal(found.length, texts.length);
  assert.ok(found.every(([id, say], i) => id === String(i) && say === `${line.slice(0, 900 + (i % 97))}\n\\\t${i}`));
});

const others: [string, string][] = [
  ['paths', 'id\tpath\n1\tC:\\temp\\new\n2\tD:\\bin\n'],
  ['UNC', 'id\tpath\n1\t\\\\server\\share\n2\t\\\\server\\new\n'],
  ['JSON', 'id\tj\n1\t{"a":"x\\ny"}\n2\t{"b":"\\t"}\n'],
  ['JSON with quotes', 'id\tj\n1\t{"a":"x\\"y"}\n2\t{}\n'],
  ['LaTeX', 'id\tt\n1\t\\alpha\n2\t\\nu\n'],
  ['patterns', 'id\tt\n1\t\\d+\n2\t\\bword\\b\n'],
  ['quoted fields', 'id\tt\n"1"\t"a\\nb"\n"2"\t"c"\n'],
  ['\\N alone', 'id\tt\n1\t\\N\n2\ta\n'],
  ['a part of a field', 'id\tt\n1\tx\\N\n2\ta\\n\n'],
];
test('other backslashes stay', async () => {
  for (const [name, content] of others) {
    const path = file(content);
    assert.notEqual(readText(path).readAs.quotes, 'escapes', name);
    assert.ok((await rows(path)).length === 2, name);
  }
  // JSON inside COPY has its backslashes doubled.
  assert.ok(hasEscapes(['1\t{"a":"x\\\\ny"}', '2\t\\N'], '\t'));
  assert.ok(!hasEscapes(['a,b\\n', 'c,d'], ','), 'a comma alone does not tell');
});

test('`quotes` of `read:` keeps the backslashes, and the reading is told', async () => {
  const path = file('id\tsay\n1\ta\\nb\n');
  assert.deepEqual(await rows(path, { quotes: 'none' }), [['1', 'a\\nb']]);
  assert.match(describeReading(readingsOf([path]))[0] ?? '', /in place of quotes/);
});

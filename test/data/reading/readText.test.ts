/**
 * Shapes of text files as Excel, R, pandas, Spark, MySQL, Hive, numpy and people write them. Tried: `sep=` lines (quoted,
 * with CRLF, with a byte order mark), titles, blank lines and comments above the header, a header behind a comment sign,
 * no header, years and grids of numbers as names, delimiters of one and more characters, aligned columns, decimal commas,
 * quotes with a backslash, single quotes and none, row names without a header, trailing delimiters with and without a
 * name, repeated, blank and strange names, all kinds of line ends, packed files.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { openDatabase } from '../../../engine/data/database.ts';
import { sourceSql } from '../../../engine/data/readSource.ts';
import { readText } from '../../../engine/data/reading/readText.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());
let files = 0;

function file(content: string | Buffer, ending = 'csv'): string {
  const path = join(folder, `f${++files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

/** The table as all commands read it: names, then rows of texts. */
async function table(path: string, read = {}): Promise<unknown[][]> {
  const rows = await db.rows(`SELECT * FROM ${sourceSql([path], { allText: true, withFile: false, read })}`);
  const { names, leftOut } = readText(path, read);
  const kept = names.filter((_, i) => !leftOut.includes(i));
  return [kept, ...rows.map((row) => kept.map((name) => row[name]))];
}

const ab = [
  ['a', 'b'],
  ['1', 'x'],
  ['2', 'y'],
];
const same: [string, string | Buffer, string?][] = [
  ['plain', 'a,b\n1,x\n2,y\n'],
  ['no end of the last line', 'a,b\n1,x\n2,y'],
  ['semicolons', 'a;b\n1;x\n2;y\n'],
  ['tabs in a .csv', 'a\tb\n1\tx\n2\ty\n'],
  ['commas in a .tsv', 'a,b\n1,x\n2,y\n', 'tsv'],
  ['bars', 'a|b\n1|x\n2|y\n'],
  ['Hive', 'a\u0001b\n1\u0001x\n2\u0001y\n'],
  ['MovieLens', 'a::b\n1::x\n2::y\n', 'txt'],
  ['a caret', 'a^b\n1^x\n2^y\n'],
  ['one space', 'a b\n1 x\n2 y\n', 'txt'],
  ['aligned columns', '  a   b\n  1   x\n  2   y\n', 'txt'],
  ['aligned columns with spaces at the end', 'a   b  \n1   x  \n2   y  \n', 'txt'],
  ['sep= of Excel', 'sep=;\r\na;b\r\n1;x\r\n2;y\r\n'],
  ['sep= in quotes', '"sep=;"\na;b\n1;x\n2;y\n'],
  ['sep= with a mark', '\ufeffsep=;\na;b\n1;x\n2;y\n'],
  ['sep= in UTF-16', Buffer.from('\ufeffSEP=\t\r\na\tb\r\n1\tx\r\n2\ty\r\n', 'utf16le')],
  ['sep= with the delimiters of the sheet', 'sep=,\na,b\n1,x\n2,y\n'],
  ['a title', 'Sales of 2024\na,b\n1,x\n2,y\n'],
  ['a title and a blank line', 'Sales of 2024\n\na,b\n1,x\n2,y\n'],
  ['a title with quotes', '"Sales, all"\n"of ""us"""\na,b\n1,x\n2,y\n'],
  ['a title with an inch', 'Discs of 5" size\na,b\n1,x\n2,y\n'],
  ['blank lines first', '\n\r\n  \na,b\n1,x\n2,y\n'],
  ['a title as wide as the table', 'Sales,\n,\na,b\n1,x\n2,y\n'],
  ['comments first', '# made by us\n# on Monday, early\na,b\n1,x\n2,y\n'],
  ['comments between', 'a,b\n1,x\n# a note\n2,y\n# the end\n'],
  ['numpy: a header behind a sign', '# a,b\n1,x\n2,y\n'],
  ['CRLF', 'a,b\r\n1,x\r\n2,y\r\n'],
  ['CR', 'a,b\r1,x\r2,y\r'],
  ['mixed line ends', 'a,b\r\n1,x\n2,y\r\n'],
  ['mixed line ends with CR', 'a,b\r1,x\n2,y\r\n'],
  ['blank lines at the end', 'a,b\n1,x\n2,y\n\n\n'],
  ['all fields quoted', '"a","b"\n"1","x"\n"2","y"\n'],
  ['quotes after a space', '"a", "b"\n"1", "x"\n"2", "y"\n'],
  ['single quotes', "'a','b'\n'1','x'\n'2','y'\n"],
  ['trailing delimiters', 'a,b,\n1,x,\n2,y,\n'],
  ['several trailing delimiters', 'a;b;;;\n1;x;;;\n2;y;;;\n'],
  ['trailing delimiters in the rows only', 'a,b\n1,x,\n2,y,\n'],
  ['no-break spaces in names', '\u00a0a\u00a0,\u200bb\n1,x\n2,y\n'],
  ['UTF-8 with a mark', '\ufeffa,b\n1,x\n2,y\n'],
  ['UTF-16 with a mark', Buffer.from('\ufeffa,b\n1,x\n2,y\n', 'utf16le')],
  ['UTF-16 without a mark', Buffer.from('a,b\n1,x\n2,y\n', 'utf16le')],
  ['big-endian UTF-16', Buffer.from('\ufeffa,b\n1,x\n2,y\n', 'utf16le').swap16()],
  ['gzip', gzipSync('a;b\n1;x\n2;y\n'), 'csv.gz'],
  ['gzip of UTF-16', gzipSync(Buffer.from('\ufeffa;b\n1;x\n2;y\n', 'utf16le')), 'csv.gz'],
  ['zstd', zstdCompressSync('a;b\n1;x\n2;y\n'), 'csv.zst'],
];
for (const [name, content, ending] of same)
  test(`the same table: ${name}`, async () => {
    const path = file(content, ending);
    assert.deepEqual(await table(path), ab, JSON.stringify(readText(path)));
  });

const others: [string, string | Buffer, unknown[][], string?][] = [
  [
    'decimal commas',
    'a;b\n1,5;2,5\n3,5;4,5\n',
    [
      ['a', 'b'],
      ['1,5', '2,5'],
      ['3,5', '4,5'],
    ],
  ],
  [
    'decimal commas without a header',
    '1,5;2,5\n3,5;4,5\n',
    [
      ['column0', 'column1'],
      ['1,5', '2,5'],
      ['3,5', '4,5'],
    ],
  ],
  [
    'no header: numbers',
    '5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,versicolor\n',
    [
      ['column0', 'column1', 'column2'],
      ['5.1', '3.5', 'setosa'],
      ['4.9', '3.0', 'setosa'],
      ['7.0', '3.2', 'versicolor'],
    ],
  ],
  ['no header: one column', '3\n1\n2\n', [['column0'], ['3'], ['1'], ['2']]],
  [
    'no header: dates',
    'Bob,2024-01-02\nAda,2024-01-03\nEve,2024-01-04\n',
    [
      ['column0', 'column1'],
      ['Bob', '2024-01-02'],
      ['Ada', '2024-01-03'],
      ['Eve', '2024-01-04'],
    ],
  ],
  [
    'no header: 0 and 1',
    '0,1\n1,1\n0,0\n1,0\n',
    [
      ['column0', 'column1'],
      ['0', '1'],
      ['1', '1'],
      ['0', '0'],
      ['1', '0'],
    ],
  ],
  [
    'years as names',
    'country,2019,2020\nDE,1,2\nFR,3,4\n',
    [
      ['country', '2019', '2020'],
      ['DE', '1', '2'],
      ['FR', '3', '4'],
    ],
  ],
  [
    'a grid of numbers as names',
    'sample,400,410,420\ns1,0.1,0.2,0.3\ns2,0.4,0.5,0.6\n',
    [
      ['sample', '400', '410', '420'],
      ['s1', '0.1', '0.2', '0.3'],
      ['s2', '0.4', '0.5', '0.6'],
    ],
  ],
  [
    'the index of pandas',
    ',a,b\n0,1,x\n1,2,y\n',
    [
      ['column0', 'a', 'b'],
      ['0', '1', 'x'],
      ['1', '2', 'y'],
    ],
  ],
  [
    'a nameless frame of pandas',
    ',0,1\n0,1.5,x\n1,2.5,y\n',
    [
      ['column0', '0', '1'],
      ['0', '1.5', 'x'],
      ['1', '2.5', 'y'],
    ],
  ],
  [
    'row names of R',
    '"a" "b"\n"1" 1.5 "x"\n"2" 2.5 "y"\n',
    [
      ['column0', 'a', 'b'],
      ['1', '1.5', 'x'],
      ['2', '2.5', 'y'],
    ],
    'txt',
  ],
  [
    'row names of R with commas',
    '"mpg","cyl"\n"Mazda RX4",21,6\n"Datsun 710",22.8,4\n',
    [
      ['column0', 'mpg', 'cyl'],
      ['Mazda RX4', '21', '6'],
      ['Datsun 710', '22.8', '4'],
    ],
  ],
  [
    'a backslash before quotes, as Spark writes',
    'id,say\n1,"he said \\"hi\\", twice"\n2,"C:\\dir"\n3,"a\nb"\n',
    [
      ['id', 'say'],
      ['1', 'he said "hi", twice'],
      ['2', 'C:\\dir'],
      ['3', 'a\nb'],
    ],
  ],
  [
    'a backslash before the delimiter, as MySQL writes',
    'id\tsay\n1\ta\\\tb\n2\t\\N\n3\ta\\\nb\n4\tc\n',
    [
      ['id', 'say'],
      ['1', 'a\tb'],
      ['2', '\\N'],
      ['3', 'a\nb'],
      ['4', 'c'],
    ],
    'tsv',
  ],
  [
    'paths with backslashes stay',
    'id,path\n1,"C:\\a\\"\n2,"D:\\b"\n',
    [
      ['id', 'path'],
      ['1', 'C:\\a\\'],
      ['2', 'D:\\b'],
    ],
  ],
  [
    'quotes as plain characters',
    'id\ttitle\n1\t"Big" Ed\n2\t"Sub" Zero\n3\tplain\n',
    [
      ['id', 'title'],
      ['1', '"Big" Ed'],
      ['2', '"Sub" Zero'],
      ['3', 'plain'],
    ],
    'tsv',
  ],
  [
    'line breaks in quotes and in a name',
    '"first\nname",b\n"x\r\ny",1\n"z",2\n',
    [
      ['first name', 'b'],
      ['x\r\ny', '1'],
      ['z', '2'],
    ],
  ],
  [
    'repeated names',
    'a,A,b,a\n1,2,3,4\n',
    [
      ['a', 'A_2', 'b', 'a_3'],
      ['1', '2', '3', '4'],
    ],
  ],
  [
    'repeated names that are taken',
    'a,a,a_2\n1,2,3\n',
    [
      ['a', 'a_3', 'a_2'],
      ['1', '2', '3'],
    ],
  ],
  [
    'blank names',
    'a,,b\n1,2,3\n',
    [
      ['a', 'column1', 'b'],
      ['1', '2', '3'],
    ],
  ],
  [
    'a last column without a name that has values',
    'a,b,\n1,2,\n3,4,5\n',
    [
      ['a', 'b', 'column2'],
      ['1', '2', null],
      ['3', '4', '5'],
    ],
  ],
  [
    'a footer is a row, and told as ragged',
    'a,b\n1,x\n2,y\nTotal: 2\n',
    [
      ['a', 'b'],
      ['1', 'x'],
      ['2', 'y'],
      ['Total: 2', null],
    ],
  ],
  [
    'colours are no comments',
    'id,colour\n1,#ff0000\n2,#00ff00\n#3,x\n',
    [
      ['id', 'colour'],
      ['1', '#ff0000'],
      ['2', '#00ff00'],
      ['#3', 'x'],
    ],
  ],
  ['only a header', 'a,b\n', [['a', 'b']]],
  [
    'more comments than rows, and a row that is commented out',
    'x,y,z\n# comment\n1,2,3\n# more\n# 7,8,9\n# comment\n4,5,6\n# end\n',
    [
      ['x', 'y', 'z'],
      ['1', '2', '3'],
      ['4', '5', '6'],
    ],
  ],
  [
    'a NUL character in a name',
    'a\0b,c\n1,2\n',
    [
      ['ab', 'c'],
      ['1', '2'],
    ],
  ],
  [
    'quotes beside `\\N` are plain characters',
    `id\tt\n${'1\t\\N\n'.repeat(600)}2\t"Rome" and "Juliet\n`,
    [['id', 't'], ...Array.from({ length: 600 }, () => ['1', '\\N']), ['2', '"Rome" and "Juliet']],
    'tsv',
  ],
  [
    'names with values above a wide table, as reports have them',
    'Vendor\tTest\nStart\t06/02/2024\nEnd\t06/29/2024\nday\tid\tsku\tn\tprice\n06/19/2024\t7\tx\t1\t2.5\n06/14/2024\t8\ty\t1\t3.5\nRows\t2\n',
    [
      ['day', 'id', 'sku', 'n', 'price'],
      ['06/19/2024', '7', 'x', '1', '2.5'],
      ['06/14/2024', '8', 'y', '1', '3.5'],
      ['Rows', '2', null, null, null],
    ],
    'tsv',
  ],
  [
    'programs in fields, with a backslash before commas and line breaks',
    'id,code\n1,def f(a\\, b):\\\n  return [a\\, b]\\\n\n2,for c in s:\\\n  print(c)\\\n\n3,pass\n',
    [
      ['id', 'code'],
      ['1', 'def f(a, b):\n  return [a, b]\n'],
      ['2', 'for c in s:\n  print(c)\n'],
      ['3', 'pass'],
    ],
  ],
  ['texts of two words', 'name\nAda Lovelace\nAlan Turing\n', [['name'], ['Ada Lovelace'], ['Alan Turing']]],
  [
    'windows-1252',
    Buffer.from('name,price\nM\xfcller,5 \x80\nNa\xefve \x93x\x94,6\n', 'latin1'),
    [
      ['name', 'price'],
      ['Müller', '5 €'],
      ['Naïve “x”', '6'],
    ],
  ],
  [
    'other letters in UTF-16',
    Buffer.from('\ufeff名前,値\n太郎,1\n花子,2\n', 'utf16le'),
    [
      ['名前', '値'],
      ['太郎', '1'],
      ['花子', '2'],
    ],
  ],
];
for (const [name, content, expected, ending] of others)
  test(name, async () => {
    const path = file(content, ending);
    assert.deepEqual(await table(path), expected, JSON.stringify(readText(path)));
  });

test('a long text is UTF-8 wherever its letters are', async () => {
  // Tried: letters of two, three and four bytes over each place where the start of the file can end.
  for (const letter of ['ü', '€', '😀'])
    for (let shift = 0; shift < letter.length * 2; shift++) {
      const line = `1,${letter.repeat(80)}\n`;
      const path = file(`a,${'b'.repeat(shift + 1)}\n${line.repeat(Math.ceil(300_000 / Buffer.byteLength(line)))}`);
      assert.deepEqual([readText(path).readAs.encoding, readText(path).ragged], ['utf-8', null]);
    }
});

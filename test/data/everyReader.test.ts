/**
 * Dumps, listings, packed files and long numbers, read by infer, profile, validate and collect alike. The variations of
 * each kind are in `reading/`.
 */
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readByAll } from './everyReader.ts';

const psql = ` id |  name   | amount
----+---------+--------
  1 | anna    |   2.50
  2 | bob "b" |
 10 | cleo    |  -1.25
(3 rows)

`;
const mysql = `+----+---------+--------+
| id | name    | amount |
+----+---------+--------+
|  1 | anna    |   2.50 |
|  2 | bob "b" |   NULL |
| 10 | cleo    |  -1.25 |
+----+---------+--------+
3 rows in set (0.00 sec)
`;
const plain = [
  { id: '1', name: 'anna', amount: '2.5' },
  { id: '2', name: 'bob "b"', amount: null },
  { id: '10', name: 'cleo', amount: '-1.25' },
];
const two = [
  { a: '1', b: 'x' },
  { a: '2', b: 'y' },
];
const [first, second] = ['a,b\n1,x\n', '2,y\n'];

test('infer, profile, validate and collect read each file alike', async () => {
  await readByAll([
    {
      file: 'copy.tsv',
      content: 'id\tsay\n1\tone\\ntwo\n2\t\\N\n3\ta\\tb\\\\c\n4\t"quoted"\n\\.\n',
      rows: [
        { id: '1', say: 'one\ntwo' },
        { id: '2', say: null },
        { id: '3', say: 'a\tb\\c' },
        { id: '4', say: '"quoted"' },
      ],
      told: /escapes such as `\\t` and `\\n` in place of quotes/,
    },
    {
      file: 'outfile.txt',
      content: 'id\tsay\n1\ta\\\tb\n2\ta\\\nb\\\nc\n3\t\\N\n4\tc\\\\\n',
      rows: [
        { id: '1', say: 'a\tb' },
        { id: '2', say: 'a\nb\nc' },
        { id: '3', say: null },
        { id: '4', say: 'c\\' },
      ],
      told: /escapes such as `\\t` and `\\n` in place of quotes/,
    },
    {
      file: 'bars.csv',
      content: 'id|say\n1|a\\|b\\n\n2|\\N\n3|x\\\\y\n',
      rows: [
        { id: '1', say: 'a|b\n' },
        { id: '2', say: null },
        { id: '3', say: 'x\\y' },
      ],
      told: /escapes such as `\\t` and `\\n` in place of quotes/,
    },

    { file: 'psql.txt', content: psql, rows: plain, told: /a table as a program prints it/ },
    { file: 'mysql.txt', content: mysql, rows: plain, told: /a table as a program prints it/ },
    {
      file: 'mysql.csv',
      content: Buffer.from(`\ufeff${mysql.replaceAll('\n', '\r\n')}`, 'utf16le'),
      rows: plain,
      told: /a table as a program prints it/,
    },

    {
      file: 'a.jsonl',
      content: '{"id":1,"a":12345678901234567890.123}\n{"id":2,"a":12345678901234567890.124}\n{"id":3,"a":null}\n',
      rows: [
        { id: '1', a: '12345678901234567890.123' },
        { id: '2', a: '12345678901234567890.124' },
        { id: '3', a: null },
      ],
      told: /numbers kept with all digits.*: a/,
    },
    {
      file: 'a.json',
      content: '[{"a":0.1000000000000000055511151231257827},\n {"a":0.1}]',
      rows: [{ a: '0.1000000000000000055511151231257827' }, { a: '0.1000000000000000000000000000000000' }],
    },
    {
      file: 'a.ndjson.gz',
      content: gzipSync('{"a":18446744073709551616}\n{"a":-1}\n{"a":18446744073709551617}\n'),
      rows: [{ a: '18446744073709551616' }, { a: '-1' }, { a: '18446744073709551617' }],
    },

    { file: 'zeros.csv.gz', content: Buffer.concat([gzipSync(first + second), Buffer.alloc(10_240)]), rows: two },
    { file: 'members.csv.gz', content: Buffer.concat([gzipSync(first), gzipSync(second)]), rows: two },
  ]);
});

/**
 * Packed files that are not one plain gzip member. Tried: zeros behind the end (one block of a tape, a few), several
 * members, empty members, header fields of bgzip, a comment, a name and a checksum in the header; text and JSON Lines;
 * other bytes behind the end, a cut file (in the text, in its checksum), a changed byte, no gzip at all, an empty text.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import { openDatabase } from '../../../engine/data/database.ts';
import { sourceSql } from '../../../engine/data/readSource.ts';
import { readText } from '../../../engine/data/reading/readText.ts';
import { checkFiles } from '../../../engine/data/checkFiles.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const folder = temporaryFolder();
const db = await openDatabase({ threads: 1 });
after(() => db.close());
let files = 0;

/** A member with optional parts of the header: extra (4), name (8), comment (16), checksum of the header (2). */
function member(text: string, flags: number): Buffer {
  const plain = gzipSync(text);
  const start = Buffer.from(plain.subarray(0, 10));
  start[3] = flags;
  const parts: Buffer[] = [start];
  if (flags & 4) parts.push(Buffer.from([6, 0, 66, 67, 2, 0, 100, 0]));
  if (flags & 8) parts.push(Buffer.from('data.csv\0'));
  if (flags & 16) parts.push(Buffer.from('made by hand\0'));
  const header = Buffer.concat(parts);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc32(header) & 0xffff);
  return Buffer.concat([header, ...(flags & 2 ? [sum] : []), plain.subarray(10)]);
}

const [first, second] = ['a,b\n1,x\n', '2,y\n'];
const whole: [string, Buffer][] = [
  ['plain', gzipSync(first + second)],
  ['zeros of a tape', Buffer.concat([gzipSync(first + second), Buffer.alloc(10_240)])],
  ['a few zeros', Buffer.concat([gzipSync(first + second), Buffer.alloc(4)])],
  ['two members', Buffer.concat([gzipSync(first), gzipSync(second)])],
  ['two members and zeros', Buffer.concat([gzipSync(first), gzipSync(second), Buffer.alloc(512)])],
  ['members that end in a line', Buffer.concat([gzipSync('a,b\n1'), gzipSync(',x\n2,'), gzipSync('y\n')])],
  ['an empty member at the end', Buffer.concat([gzipSync(first + second), gzipSync('')])],
  ['an empty member between', Buffer.concat([gzipSync(first), gzipSync(''), gzipSync(second)])],
  ['bgzip', Buffer.concat([member(first, 4), member(second, 4), member('', 4)])],
  ['a name in the header', member(first + second, 8)],
  ['a comment in the header', member(first + second, 16)],
  ['all parts in the header', member(first + second, 2 | 4 | 8 | 16)],
  ['parts in the second header', Buffer.concat([member(first, 8), member(second, 4 | 8 | 16)])],
];

for (const [name, content] of whole)
  test(`a whole file: ${name}`, async () => {
    const path = join(folder, `f${++files}.csv.gz`);
    writeFileSync(path, content);
    await checkFiles([path]);
    const found = await db.rows(`SELECT * FROM ${sourceSql([path], { allText: true, withFile: false })}`);
    assert.deepEqual(found, [
      { a: '1', b: 'x' },
      { a: '2', b: 'y' },
    ]);
  });

test('JSON Lines with zeros behind, and of several members', async () => {
  const [one, two] = [gzipSync('{"a":1}\n'), gzipSync('{"a":2}\n')];
  for (const content of [
    Buffer.concat([one, two]),
    Buffer.concat([one, two, Buffer.alloc(100)]),
    Buffer.concat([member('{"a":1}\n', 4), two]),
  ]) {
    const path = join(folder, `f${++files}.jsonl.gz`);
    writeFileSync(path, content);
    await checkFiles([path]);
    assert.deepEqual(await db.rows(`SELECT * FROM ${sourceSql([path])}`), [{ a: 1 }, { a: 2 }]);
  }
});

const long = gzipSync(Array.from({ length: 5000 }, (_, i) => `${i},${i * 7919}\n`).join(''));
const damaged = Buffer.from(long);
damaged[long.length - 6] = (damaged[long.length - 6] ?? 0) ^ 0xff;
const broken: [string, Buffer, RegExp][] = [
  [
    'other bytes behind the end',
    Buffer.concat([gzipSync(first + second), Buffer.from('-----END OF TAPE-----\n')]),
    /other bytes follow the end/,
  ],
  [
    'bytes behind zeros',
    Buffer.concat([gzipSync(first + second), Buffer.from('<html>not here</html>')]),
    /other bytes follow the end/,
  ],
  ['cut in the text', long.subarray(0, 4000), /truncated/],
  ['cut in the checksum', long.subarray(0, long.length - 3), /truncated/],
  ['a second member that is cut', Buffer.concat([gzipSync(first), long.subarray(0, 4000)]), /truncated/],
  ['a wrong checksum', damaged, /damaged/],
  ['no gzip', Buffer.from('a,b\n1,x\n'), /it is not compressed/],
];
for (const [name, content, about] of broken)
  test(`told with the name of the file: ${name}`, async () => {
    const path = join(folder, `f${++files}.csv.gz`);
    writeFileSync(path, content);
    await assert.rejects(
      checkFiles([path]),
      (error: Error) => about.test(error.message) && error.message.includes(path),
    );
    if (content.length < 1000 || content === damaged)
      assert.throws(
        () => readText(path),
        (error: Error) => about.test(error.message) && error.message.includes(path),
      );
  });

// NUL characters inside fields. Tried: in the first, the last and a quoted field, one and several, beyond the first
// 256 KB, in gzip and UTF-16, with semicolons; as an escape of JSON, behind a backslash that is escaped itself; none.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { describeReading, readingsOf } from '../../../engine/data/reading/describeReading.ts';
import { makeProject } from '../../helpers/makeProject.ts';

function told(name: string, content: string | Uint8Array): string {
  return describeReading(readingsOf([join(makeProject({ [name]: content }), name)])).join('\n');
}

test('NUL characters in CSV are told with their line and field', () => {
  assert.equal(told('a.csv', 'id,name\n1,ok\n2,b\n'), '');
  assert.match(
    told('a.csv', 'id,name\n1,ok\n2,b\0d\n'),
    /a NUL character \(U\+0000\) in line 3, field `name`, is kept; other programs cut a text there/,
  );
  assert.match(
    told('a.csv', 'id,name\n\x001,ok\n2,\0\n'),
    /2 NUL characters \(U\+0000\) are kept, the first in line 2, field `id`/,
  );
  assert.match(told('a.csv', 'id;note;n\n1;"a;b\0";2\n'), /in line 2, field `note`/);
  const many = `id,name,x\n${Array.from({ length: 40_000 }, (_, i) => `${i},some name,${i}\n`).join('')}`;
  assert.match(told('long.csv', `${many}40000,\0,1\n`), /in line 40,002, field `name`/);
  assert.match(told('a.csv.gz', gzipSync('id,name\n1,a\0\n')), /in line 2, field `name`/);
  assert.match(told('a.csv', Buffer.from('\ufeffid,name\n1,a\0b\n2,c\n', 'utf16le')), /in line 2, field `name`/);
});

test('NUL characters in JSON are told with their line and key', () => {
  assert.match(told('a.jsonl', '{"a": 1}\n{"a": 2, "b": "x\\u0000y"}\n'), /in line 2, field `b`, is kept/);
  assert.equal(told('b.jsonl', '{"a": "\\\\u0000"}\n{"a": "b"}\n'), '');
  assert.match(told('c.jsonl', '{"a": "\\\\\\u0000\\u0000"}\n'), /2 NUL characters/);
});

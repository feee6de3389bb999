// Compressed files that unpack to far more than they are. Tried: gzip, zlib and zstd, one member and many, whole and cut
// ones; as the start of a table, a log, a pickle and a file in a ZIP archive.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { unpackStart } from '../../engine/base/unpackStart.ts';
import { DataError } from '../../engine/base/errors.ts';
import { fileStart } from '../../engine/data/reading/fileStart.ts';
import { pickleFacts } from '../../engine/models/formats/pickleFacts.ts';
import { zipEntries } from '../../engine/models/formats/zipFile.ts';
import { makeProject } from '../helpers/makeProject.ts';

const most = 1 << 20;
const zeros = Buffer.alloc(32 << 20);
const member = gzipSync(zeros);
const bombs = [
  ['gzip', member],
  ['gzip', Buffer.concat([member, member, member])],
  ['deflate', deflateSync(zeros)],
  ['zstd', zstdCompressSync(zeros)],
] as const;

test('the start of a bomb is no more than its bound', () => {
  for (const [compression, bytes] of bombs)
    for (const isWhole of [true, false]) {
      const start = unpackStart(bytes, compression, { most, isWhole });
      assert.ok(start.isCut && start.bytes.length <= most, compression);
      assert.ok(compression === 'zstd' || start.bytes.length > most / 4, `${compression} ${start.bytes.length}`);
    }
});

test('a file that is small enough is whole, and a cut one is its start', () => {
  const text = Buffer.from('a,b\n1,2\n'.repeat(1000));
  for (const [compression, bytes] of [
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['zstd', zstdCompressSync(text)],
  ] as const) {
    assert.deepEqual(unpackStart(bytes, compression, { most, isWhole: true }), { bytes: text, isCut: false });
    const half = unpackStart(bytes.subarray(0, bytes.length - 6), compression, { most, isWhole: false });
    assert.equal(half.isCut, false);
    assert.throws(() => unpackStart(bytes.subarray(0, bytes.length - 6), compression, { most, isWhole: true }));
  }
});

test('the start of a packed table is at most 64 MB', () => {
  const root = makeProject({
    'x.csv.gz': gzipSync(Buffer.alloc(80 << 20)),
    'x.csv.zst': zstdCompressSync(Buffer.alloc(80 << 20)),
  });
  for (const name of ['x.csv.gz', 'x.csv.zst']) {
    const { bytes, whole } = fileStart(join(root, name));
    assert.ok(bytes.length <= 64 << 20 && !whole, `${name}: ${bytes.length}`);
  }
});

test('a packed pickle is read to a bound, and long runs of letters take no square time', () => {
  assert.equal(pickleFacts(deflateSync(Buffer.concat([Buffer.from([0x80, 4]), zeros])))?.className, null);
  assert.equal(pickleFacts(Buffer.concat([Buffer.from([0x80, 2]), Buffer.alloc(4 << 20, 'c')]))?.className, null);
  assert.equal(pickleFacts(Buffer.from('\x80\x02csklearn.svm\nSVC\nq\0', 'latin1'))?.className, 'sklearn.svm.SVC');
});

/** An archive with one file; the sizes that its directory claims can be others. */
function archive(packed: Buffer, { stored = packed.length, directory = -1, start = -1 } = {}): Buffer {
  const name = Buffer.from('schema.json');
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(stored, 20);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(directory < 0 ? central.length + name.length : directory, 12);
  end.writeUInt32LE(start < 0 ? local.length + name.length + packed.length : start, 16);
  return Buffer.concat([local, name, packed, central, name, end]);
}

test('a file in an archive has a bound, and the claims of a directory are not believed', () => {
  const root = makeProject({});
  const path = join(root, 'x.skops');
  const read = (bytes: Buffer) => {
    writeFileSync(path, bytes);
    return zipEntries(path)?.get('schema.json')?.read().toString() ?? null;
  };
  assert.equal(read(archive(deflateRawSync('{"a":1}'))), '{"a":1}');
  assert.throws(
    () => read(archive(deflateRawSync(Buffer.alloc(80 << 20)))),
    (error) => error instanceof DataError && /unpacks to more than 64 MB/.test(error.message),
  );
  assert.throws(() => read(archive(deflateRawSync('{}'), { stored: 0xfffffffe })), DataError);
  assert.throws(() => read(archive(Buffer.from('no deflate'))), DataError);
  assert.equal(read(archive(deflateRawSync('{}'), { directory: 0xfffffff0 })), '{}');
  for (const start of [0xfffffff0, 0xffffffff]) assert.equal(read(archive(deflateRawSync('{}'), { start })), null);
});

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { readBinaryHeader, thinned } from '../../scripts/packaging/binaryHeader.ts';
import { binaryProblem, nativesOf } from '../../scripts/packaging/contents.ts';
import { targetNamed, targets } from '../../scripts/packaging/targets.ts';

const root = join(import.meta.dirname, '..', '..');

test('the prebuilt parts of better-sqlite3 are what their names say', () => {
  const files = globSync('node_modules/better-sqlite3/prebuilds/*.node', { cwd: root });
  assert.equal(files.length, 8);
  for (const file of files) {
    const target = targets.find(({ sqlite }) => `${sqlite}.node` === basename(file));
    assert.ok(target, file);
    const header = readBinaryHeader(readFileSync(join(root, file)));
    assert.deepEqual([header?.system, header?.arch, header?.libc], [target.system, target.arch, target.libc], file);
    assert.deepEqual(binaryProblem(file, header, target), []);
    for (const other of targets)
      if (other !== target) assert.match(binaryProblem(file, header, other).join(), /is made for/, other.name);
  }
});

test('texts, pictures, cut headers and classes of Java are no programs', () => {
  const of = (bytes: readonly number[], size = 64) => {
    const file = Buffer.alloc(size);
    file.set(bytes);
    return readBinaryHeader(file);
  };
  assert.equal(readBinaryHeader(readFileSync(join(root, 'package.json'))), null);
  assert.equal(readBinaryHeader(readFileSync(join(root, 'media/icon.png'))), null);
  assert.equal(readBinaryHeader(Buffer.from('\x7fELF')), null, 'shorter than a header');
  assert.equal(of([0x4d, 0x5a]), null, 'MZ without PE: a program of DOS');
  assert.equal(of([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 65]), null, 'a class of Java 21');
  assert.equal(of([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2])?.arch, 'universal', 'a universal program of macOS');
  assert.equal(of([0x7f, 0x45, 0x4c, 0x46, 1, 1])?.arch, 'other', 'ELF of 32 bits');
  assert.equal(of([0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1])?.arch, 'x64');
  assert.equal(of([0xfe, 0xed, 0xfa, 0xce])?.arch, 'other', 'Mach-O of PowerPC');
});

test('a universal file of macOS is cut down to one processor', () => {
  const part = (arch: string) => readFileSync(join(root, `node_modules/better-sqlite3/prebuilds/darwin-${arch}.node`));
  const parts = [part('x64'), part('arm64')];
  const header = Buffer.alloc(4096);
  header.writeUInt32BE(0xcafebabe, 0);
  header.writeUInt32BE(2, 4);
  let offset = header.length;
  for (const [i, bytes] of parts.entries()) {
    header.writeUInt32BE(bytes.readUInt32LE(4), 8 + i * 20);
    header.writeUInt32BE(offset, 16 + i * 20);
    header.writeUInt32BE(bytes.length, 20 + i * 20);
    offset += bytes.length;
  }
  const universal = Buffer.concat([header, ...parts]);
  assert.equal(readBinaryHeader(universal)?.arch, 'universal');
  assert.deepEqual(thinned(universal, 'arm64'), parts[1]);
  assert.deepEqual(thinned(universal, 'x64'), parts[0]);
  assert.equal(thinned(universal, 'ia32'), null);
  assert.equal(thinned(part('x64'), 'x64'), null, 'it is for one processor already');
});

test('a native file that is none, foreign or too new is told with its name', () => {
  const linux = targetNamed('linux-x64');
  const [sqlite = ''] = nativesOf(linux);
  assert.match(binaryProblem(sqlite, null, linux).join(), /is no program and no library/);
  assert.deepEqual(binaryProblem('README.md', null, linux), []);
  const newer = { system: 'linux', arch: 'x64', libc: 'glibc', glibc: '2.41' } as const;
  assert.match(binaryProblem(sqlite, newer, linux).join(), /asks for glibc 2\.41/);
  assert.deepEqual(binaryProblem('lib.so', { system: 'linux', arch: 'x64' }, targetNamed('alpine-x64')), []);
  assert.throws(() => targetNamed('linux-armhf'), /no package for linux-armhf\. Targets: win32-x64, /);
});

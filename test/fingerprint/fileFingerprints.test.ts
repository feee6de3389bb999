// Files are hashed in steps, with progress, and can be cancelled. Tried: empty, small and large files (around the block
// that is read at once), folders, globs, one file named twice, names that nothing has, a circle of links, a
// read-only store and none, more files than are read from the store one by one, and cancelling within a large file.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CancelledError } from '../../engine/base/errors.ts';
import { FileFingerprints } from '../../engine/fingerprint/fileFingerprints.ts';
import { HashingProgress } from '../../engine/fingerprint/hashingProgress.ts';
import type { Store } from '../../engine/store/store.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

function opened(root: string): Store {
  const store = openStore(root);
  after(() => store.sql.close());
  return store;
}

const kept = (store: Store) => store.sql.columns('SELECT path FROM file_hashes ORDER BY path').map(([path]) => path);

test('the hash is that of the content, whatever its size, at once and in steps', async () => {
  const block = 1 << 20;
  const sizes = [0, 1, block - 1, block, block + 1, 3 * block];
  const contents = sizes.map((size) => Buffer.alloc(size, 'some content'));
  const root = makeProject(Object.fromEntries(contents.map((content, i) => [`data/${i}.bin`, content])));
  const expected = Object.fromEntries(
    contents.map((content, i) => [`data/${i}.bin`, { hash: sha256(content), bytes: content.length }]),
  );
  assert.deepEqual(new FileFingerprints(root, null).of(['data']), expected);
  const inSteps = new FileFingerprints(root, null);
  assert.deepEqual(await inSteps.afterHashing(['data/*.bin'], {}, () => inSteps.of(['data/*.bin'])), expected);
});

test('what is hashed in steps is kept, and is not looked at again for the work behind it', async () => {
  const root = makeProject({ 'a.txt': 'one', 'folder/b.txt': 'two', 'folder/deep/c.txt': 'three' });
  const store = opened(root);
  const fingerprints = new FileFingerprints(root, store);
  const paths = ['a.txt', 'folder', '**/*.txt', 'none', 'none/*'];
  const [before, within] = await fingerprints.afterHashing(paths, {}, () => {
    const first = fingerprints.of(paths);
    writeFiles(root, { 'a.txt': 'changed', 'folder/new.txt': 'new' });
    return [first, fingerprints.of(paths)];
  });
  assert.deepEqual(kept(store), ['a.txt', 'folder/b.txt', 'folder/deep/c.txt']);
  assert.deepEqual(within, before);
  const now = fingerprints.of(paths);
  assert.deepEqual(Object.keys(now).toSorted(), ['a.txt', 'folder/b.txt', 'folder/deep/c.txt', 'folder/new.txt']);
  assert.equal(now['a.txt']?.hash, sha256(Buffer.from('changed')));
});

test('many files are the same as few, known or not', async () => {
  const root = makeProject();
  mkdirSync(join(root, 'data'));
  for (let i = 0; i < 1100; i++) writeFileSync(join(root, `data/${i}.txt`), String(i % 50));
  const store = opened(root);
  const expected = new FileFingerprints(root, null).of(['data']);
  const fingerprints = new FileFingerprints(root, store);
  assert.deepEqual(await fingerprints.afterHashing(['data/*'], {}, () => fingerprints.of(['data/*'])), expected);
  assert.equal(kept(store).length, 1100);
  writeFiles(root, { 'data/7.txt': 'changed' });
  for (const again of [fingerprints, new FileFingerprints(root, store)]) {
    const found = await again.afterHashing(['data/*'], {}, () => again.of(['data/*']));
    assert.deepEqual(found, { ...expected, 'data/7.txt': { hash: sha256(Buffer.from('changed')), bytes: 7 } });
  }
});

test('when it is cancelled within a large file, the hashes until then are kept', async () => {
  const root = makeProject({ 'data/a.bin': 'small', 'data/b.bin': '', 'data/c.bin': 'behind' });
  truncateSync(join(root, 'data/b.bin'), 512 << 20);
  const store = opened(root);
  const abort = new AbortController();
  const fingerprints = new FileFingerprints(root, store);
  const hashing = fingerprints.afterHashing(['data'], { signal: abort.signal }, () => assert.fail('it goes on'));
  abort.abort();
  await assert.rejects(hashing, CancelledError);
  assert.deepEqual(kept(store), ['data/a.bin']);
});

test('a store that is not there or read-only changes no hash', async () => {
  const root = makeProject({ 'a.txt': 'one' });
  const store = opened(root);
  for (const one of [null, { ...store, isReadOnly: true }]) {
    const fingerprints = new FileFingerprints(root, one);
    const found = await fingerprints.afterHashing(['a.txt'], {}, () => fingerprints.of(['a.txt']));
    assert.deepEqual(found, { 'a.txt': { hash: sha256(Buffer.from('one')), bytes: 3 } });
  }
  assert.deepEqual(kept(store), []);
});

test('a path that cannot be read is told by what needs it', async () => {
  const root = makeProject({ 'a.txt': 'one' });
  symlinkSync('loop', join(root, 'loop'));
  const fingerprints = new FileFingerprints(root, null);
  const found = await fingerprints.afterHashing(['a.txt', 'loop'], {}, () => {
    assert.throws(() => fingerprints.of(['loop']), /ELOOP/);
    return fingerprints.of(['a.txt']);
  });
  assert.deepEqual(Object.keys(found), ['a.txt']);
});

test('progress counts files, or the bytes of one, and never falls', () => {
  const told = (bytes: number[], work: (progress: HashingProgress) => void) => {
    const lines: [string, number][] = [];
    work(
      new HashingProgress(
        bytes.map((size) => ({ bytes: size })),
        (text, share) => lines.push([text, Number(share.toFixed(3))]),
        { quietMs: 0, everyMs: 0 },
      ),
    );
    return lines;
  };
  const two = told([20_000, 0], (progress) => {
    progress.read(20_000);
    progress.done();
    progress.done();
  });
  assert.deepEqual(two, [
    ['hashing 0 of 2 files', 0.333],
    ['hashing 1 of 2 files', 0.667],
    ['hashing 2 of 2 files', 1],
  ]);
  assert.deepEqual(
    told([3 * 2 ** 30], (progress) => progress.read(1 << 30)),
    [['hashing 1.0 GB of 3.0 GB', 0.333]],
  );
});
